"""`dev.py lock`: the commands it runs, without a network."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from commands import lock

INDEX = "https://user:password@packages.example/simple"


class Run(NamedTuple):
    """A started program."""

    command: Sequence[str]
    environment: Mapping[str, str]


class Programs:
    """A fake pip with a configured index, and a fake uv."""

    def __init__(self) -> None:
        self.of_uv: list[Run] = []
        self.status = 0

    def run(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, **_: object
    ) -> subprocess.CompletedProcess[str]:
        """Stand in for subprocess.run."""
        if "config" in command:
            return subprocess.CompletedProcess(command, 0, f"{INDEX}\n")
        self.of_uv.append(Run(command, env or {}))
        return subprocess.CompletedProcess(command, self.status)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Fakes for the started programs, and an empty environment."""
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
        "requirements-opentelemetry.in",
        "requirements-docs.in",
        "tests/docs/azure_cli/requirements.in",
    ]
    assert all({"--universal", "--generate-hashes"} <= {*run.command} for run in programs.of_uv)


def test_it_stops_at_a_list_that_cannot_be_locked(programs: Programs) -> None:
    programs.status = 1

    assert lock.main([]) == 1
    assert len(programs.of_uv) == 1


def test_locked_versions_change_only_on_request(programs: Programs) -> None:
    lock.main([])
    lock.main(["--upgrade"])
    lock.main(["--upgrade-package", "certifi"])

    words = [
        {word for word in run.command if "upgrade" in word}
        for run in programs.of_uv[:: len(lock.SETS + lock.EXTRAS + lock.TOOLS)]
    ]
    assert words == [set(), {"--upgrade"}, {"--upgrade-package=certifi"}]


def test_uv_gets_pips_index_through_the_environment(
    programs: Programs,
) -> None:
    lock.main([])

    assert {run.environment["UV_DEFAULT_INDEX"] for run in programs.of_uv} == {INDEX}
    assert not [run for run in programs.of_uv if INDEX in " ".join(run.command)]


def test_an_index_configured_for_uv_wins(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    lock.main([])

    assert programs.of_uv[0].environment["UV_DEFAULT_INDEX"] == "https://other.example/simple"


def test_the_lists_are_those_of_the_project() -> None:
    lists = [f"{name}.in" for name in (*lock.SETS, *lock.EXTRAS, *lock.TOOLS)]

    assert {path.name for path in Path(lock.ROOT).glob("requirements*.in")} <= {*lists}
    assert [name for name in lists if not (lock.ROOT / name).is_file()] == []
