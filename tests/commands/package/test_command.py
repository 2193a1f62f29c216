"""`dev.py package` from the outside; only pip is replaced."""

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
    """What was asked of pip: the lock and the version of Python."""
    calls: list[tuple[bytes, str]] = []

    def packages(lock: bytes, python: str) -> dict[str, bytes]:
        calls.append((lock, python))
        return {"one.py": b"1"}

    monkeypatch.setattr(command, "packages", packages)
    monkeypatch.delenv(command.PYTHON_SETTING, raising=False)
    return calls


def test_the_package_is_the_app_its_packages_and_its_commit(
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


def test_what_is_left_out_is_said(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.root / "SendSms" / "prod.settings.json").write_text("{}")
    command.main([], repository.root)

    assert capsys.readouterr().out.splitlines()[-1].endswith(": SendSms/prod.settings.json")


def test_a_file_with_no_place_in_it_stops_it_and_leaves_no_older_package(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main([], repository.root)
    (repository.root / "SendSms" / "prod.settings.json").write_text("{}")
    repository.commit()

    assert command.main([], repository.root) == 1
    assert "SendSms/prod.settings.json" in capsys.readouterr().err
    assert [*(repository.root / "dist").iterdir()] == []


def test_azd_says_for_which_python_it_is(
    repository: Repository,
    asked: list[tuple[bytes, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(command.PYTHON_SETTING, "3.14")

    assert command.main([], repository.root) == 0
    assert asked[0][1] == "3.14"


def test_a_python_that_azure_does_not_have_is_refused(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(command.PYTHON_SETTING, "2.7")

    with pytest.raises(SystemExit) as ended:
        command.main([], repository.root)
    assert ended.value.code == 2
