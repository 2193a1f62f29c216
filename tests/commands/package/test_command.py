"""`dev.py package` with a fake pip."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from commands.package import __main__ as command
from commands.package.commit import Commit

if TYPE_CHECKING:
    from tests.commands.package.conftest import Repository


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str]]:
    """The requests to pip: the lock and the Python version."""
    calls: list[tuple[bytes, str]] = []

    def packages(lock: bytes, python: str) -> dict[str, bytes]:
        calls.append((lock, python))
        return {"one.py": b"1"}

    monkeypatch.setattr(command, "packages", packages)
    for name in (command.PYTHON_SETTING, command.TRACING_SETTING):
        monkeypatch.delenv(name, raising=False)
    return calls


def test_the_package_has_the_app_its_dependencies_and_its_commit(
    repository: Repository, asked: list[tuple[bytes, str]]
) -> None:
    assert command.main([], repository.root) == 0

    with zipfile.ZipFile(repository.root / "dist" / "app.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    build = json.loads(files.pop("build.json"))
    assert build == {"commit": Commit(repository.root).id, "python": "3.13"}
    assert {*files} == {
        *("SendSms/__init__.py", "SendSms/function.json", "host.json", "shared/grüße.py"),
        ".python_packages/lib/site-packages/one.py",
    }
    assert asked == [(b"one==1\n", "3.13")]


def test_excluded_files_are_reported(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.root / "SendSms" / "prod.settings.json").write_text("{}")
    command.main([], repository.root)

    assert capsys.readouterr().out.splitlines()[-1].endswith(": SendSms/prod.settings.json")


def test_an_unexpected_file_stops_it_and_deletes_an_older_package(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main([], repository.root)
    (repository.root / "SendSms" / "prod.settings.json").write_text("{}")
    repository.commit()

    assert command.main([], repository.root) == 1
    assert "SendSms/prod.settings.json" in capsys.readouterr().err
    assert [*(repository.root / "dist").iterdir()] == []


def test_azd_provides_the_python_version(
    repository: Repository,
    asked: list[tuple[bytes, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(command.PYTHON_SETTING, "3.14")

    assert command.main([], repository.root) == 0
    assert asked[0][1] == "3.14"


def test_an_option_adds_opentelemetry(
    repository: Repository, asked: list[tuple[bytes, str]]
) -> None:
    assert command.main(["--opentelemetry"], repository.root) == 0
    assert asked == [(b"one==1\ntwo==2\n", "3.13")]


@pytest.mark.parametrize(("value", "lock"), [("true", b"one==1\ntwo==2\n"), ("", b"one==1\n")])
def test_azd_says_whether_to_add_opentelemetry(
    repository: Repository,
    asked: list[tuple[bytes, str]],
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    lock: bytes,
) -> None:
    monkeypatch.setenv(command.TRACING_SETTING, value)

    assert command.main([], repository.root) == 0
    assert asked[0][0] == lock


@pytest.mark.parametrize(("name", "value"), [("PYTHON_SETTING", "2.7"), ("TRACING_SETTING", "on")])
def test_an_unknown_value_is_refused(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(getattr(command, name), value)

    with pytest.raises(SystemExit) as ended:
        command.main([], repository.root)
    assert ended.value.code == 2
