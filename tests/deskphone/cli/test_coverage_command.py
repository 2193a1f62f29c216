"""`deskphone coverage`: what is emulated."""

import pytest

from deskphone.cli.command import main
from deskphone.cli.rest_rows import RESOURCES
from deskphone.twiml.coverage import VOICE


def test_all_verbs_and_resources_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage"]) == 0
    shown = capsys.readouterr().out

    assert [name for name in VOICE if f"<{name}>" not in shown] == []
    assert [name for name in RESOURCES if f"  {name}: " not in shown] == []


def test_name_selects_lines(capsys: pytest.CaptureFixture[str]) -> None:
    main(["coverage", "enqueue"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(" ")]

    assert lines
    assert all("<Enqueue>" in line for line in lines)
