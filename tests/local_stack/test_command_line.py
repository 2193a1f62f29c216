"""The command line of `dev.py start`."""

import sys
from pathlib import Path

import pytest

from local_stack.__main__ import parse_arguments


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--settings", "missing.json"], "missing.json"),
        (["--root", "missing"], "missing is not a folder"),
        (["--port", "7073", "--phone-port", "7073"], "must differ"),
    ],
)
def test_an_impossible_command_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["start", *arguments])

    with pytest.raises(SystemExit) as ended:
        parse_arguments()

    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["--settings", ""], ["--port", "0", "--phone-port", "0"]]
)
def test_the_settings_file_is_optional_and_both_ports_may_be_any(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["start", "--root", str(tmp_path), *arguments])

    assert parse_arguments().root == tmp_path


def test_a_relative_root_is_below_the_folder_in_which_dev_was_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    monkeypatch.setenv("DEV_PY_FOLDER", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["start", "--root", "app"])

    assert parse_arguments().root == tmp_path / "app"


def refuse(*_: object) -> bool:
    return False


def test_a_folder_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["start", "--root", str(tmp_path)])
    # Set here, because administrators can read every folder.
    monkeypatch.setattr("os.access", refuse)

    with pytest.raises(SystemExit):
        parse_arguments()

    assert "--root" in capsys.readouterr().err
