"""`dev.py lock`: which commands it gives, without the network that they need."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from commands import lock

INDEX = "https://user:password@packages.example/simple"


class Run(NamedTuple):
    """A program as it was started."""

    command: Sequence[str]
    environment: Mapping[str, str]


class Programs:
    """Stands in for pip, which knows of an index, and for uv."""

    def __init__(self) -> None:
        self.of_uv: list[Run] = []
        self.status = 0

    def run(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, **_: object
    ) -> subprocess.CompletedProcess[str]:
        """Do what subprocess.run would, without doing it."""
        if "config" in command:
            return subprocess.CompletedProcess(command, 0, f"{INDEX}\n")
        self.of_uv.append(Run(command, env or {}))
        return subprocess.CompletedProcess(command, self.status)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """The programs that the command starts, replaced, and an environment that says nothing."""
    stand_in = Programs()
    monkeypatch.setattr(lock.subprocess, "run", stand_in.run)
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    return stand_in


def test_each_list_is_locked_after_the_one_that_it_contains(programs: Programs) -> None:
    assert lock.main([]) == 0

    assert [run.command[-3] for run in programs.of_uv] == [
        "requirements.in",
        "requirements-local.in",
        "requirements-dev.in",
        "requirements-docs.in",
        "tests/docs/azure_cli/requirements.in",
    ]
    assert all({"--universal", "--generate-hashes"} <= {*run.command} for run in programs.of_uv)


def test_a_list_that_cannot_be_locked_ends_it(programs: Programs) -> None:
    programs.status = 1

    assert lock.main([]) == 1
    assert len(programs.of_uv) == 1


def test_what_is_locked_moves_only_when_asked(programs: Programs) -> None:
    lock.main([])
    lock.main(["--upgrade"])
    lock.main(["--upgrade-package", "certifi"])

    words = [
        {word for word in run.command if "upgrade" in word}
        for run in programs.of_uv[:: len(lock.SETS + lock.TOOLS)]
    ]
    assert words == [set(), {"--upgrade"}, {"--upgrade-package=certifi"}]


def test_uv_asks_the_index_of_pip_and_hears_of_it_where_others_cannot_read(
    programs: Programs,
) -> None:
    lock.main([])

    assert {run.environment["UV_DEFAULT_INDEX"] for run in programs.of_uv} == {INDEX}
    assert not [run for run in programs.of_uv if INDEX in " ".join(run.command)]


def test_an_index_that_uv_is_told_of_wins(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    lock.main([])

    assert programs.of_uv[0].environment["UV_DEFAULT_INDEX"] == "https://other.example/simple"


def test_the_lists_are_those_of_the_project() -> None:
    lists = [f"{name}.in" for name in (*lock.SETS, *lock.TOOLS)]

    assert {path.name for path in Path(lock.ROOT).glob("requirements*.in")} <= {*lists}
    assert [name for name in lists if not (lock.ROOT / name).is_file()] == []
