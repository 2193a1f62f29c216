"""`dev.py check`."""

import subprocess
from collections.abc import Sequence

import pytest

from commands import check


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tools that ran; pyright fails."""
    tools: list[str] = []

    def call(command: Sequence[str], **_: object) -> int:
        tools.append(command[2])
        return int(command[2] == "pyright")

    monkeypatch.setattr(subprocess, "call", call)
    return tools


def test_check_runs_everything_and_names_what_failed(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([]) == 1

    assert ran == ["ruff", "ruff", "pyright", "pyright", "pytest"]
    assert capsys.readouterr().out.endswith("failed: types, types of deskphone\n")


def test_check_can_skip_the_tests(ran: list[str]) -> None:
    check.main(["--no-tests"])

    assert ran == ["ruff", "ruff", "pyright", "pyright"]
