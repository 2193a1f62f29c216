"""The command `deskphone`: its subcommands and their options."""

import pytest

from deskphone import __version__
from deskphone.cli.command import COMMANDS, main, usage


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([name, "--help"])

    assert exit.value.code == 0
    assert capsys.readouterr().out


def test_help_names_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == usage()
    assert all(name in usage() for name in COMMANDS)


def test_unknown_command_names_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lnt"]) == 2
    assert "'lint'" in capsys.readouterr().err


def test_options_without_a_command_are_those_of_serve(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "70000"]) == 1
    assert "70000" in capsys.readouterr().err


def test_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"deskphone {__version__}\n"
