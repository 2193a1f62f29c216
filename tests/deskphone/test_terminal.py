"""Terminal output, and that nothing depends on it."""

import asyncio
import io
import sys
from datetime import UTC, datetime

import pytest

from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault
from deskphone.records.history import Alert
from deskphone.terminal import Terminal


def alert(message: str) -> Alert:
    return Alert("NO1", "CA1", datetime.now(UTC), "error", "twilio", 12300, message)


def test_control_characters_from_the_app_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream, encoding="latin-1"))
    Terminal().alert(alert("\x1b[2J \udcff caf\xe9 \u20ac"))

    assert stream.getvalue() == b"Twilio error 12300: \\x1b[2J \\udcff caf\xe9 \\u20ac CA1\n"


def test_closed_terminal_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    Terminal().alert(alert("No one reads this"))


def test_one_line_lists_the_faults(capsys: pytest.CaptureFixture[str]) -> None:
    faults = Faults()
    slow = Fault("vault", "slow", seconds=1.5)
    for broken in ([Fault("twilio", "500", probability=0.25, count=6), slow], []):
        faults.replace(31, broken)
        asyncio.run(Terminal().faults_changed(faults))

    assert capsys.readouterr().out == (
        "Faults on, seed 31: twilio 500 (25 %, at most 6), vault slow (1.5 s)\nFaults off\n"
    )
