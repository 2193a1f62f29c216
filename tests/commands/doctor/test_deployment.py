"""The doctor's checks of a deployed package, and of the key's permissions."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.deployment import (
    check_key_levels,
    check_package,
    head_of,
    judge_key_levels,
    judge_package,
)
from commands.doctor.subject import Place, Subject
from commands.doctor.web import Web
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.conftest import WebServer

OURS, OTHER = "a" * 40, "b" * 40


def examination_at(url: str, root: Path, web: Web, *, key: str = "key") -> Examination:
    """Return an examination of a deployment."""
    subject = Subject(Place.DEPLOYMENT, url, {}, frozenset(), key, (1, 2), True)
    return Examination(subject, root, SystemClock(), web)


def package_of(root: Path, health: dict[str, object], *, key: str = "key") -> Finding:
    """Check the package of an app with this health report."""
    examination = examination_at("https://app.example", root, Web(), key=key)
    examination.health = health
    return asyncio.run(check_package(examination))


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, independent of a Git hook that runs the tests."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for command in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "First")):
        subprocess.run(
            ["git", *identity, *command],  # noqa: S607 - from the PATH
            cwd=tmp_path,
            check=True,
        )
    return tmp_path


def test_this_clones_commit_is_ok(clone: Path) -> None:
    assert package_of(clone, {"commit": head_of(clone)}).state is State.OK


def test_a_different_commit_is_a_warning_with_both() -> None:
    finding = judge_package(OTHER, OURS)

    assert finding.state is State.WARNING
    assert (OTHER[:10] in finding.text, OURS[:10] in finding.text) == (True, True)
    assert "azd deploy" in finding.cure


@pytest.mark.parametrize("commit", ["", "main", OURS.upper(), f"{OURS}\n", "\x1b[2J"])
def test_a_package_without_a_commit_is_a_warning(clone: Path, commit: str) -> None:
    finding = package_of(clone, {"commit": commit})

    assert finding.state is State.WARNING
    assert finding.text == "the package doesn't say which commit it was built from"


def test_a_folder_without_git_has_nothing_to_compare(tmp_path: Path) -> None:
    assert package_of(tmp_path, {"commit": OURS}).state is State.SKIPPED


def test_a_machine_without_git_has_nothing_to_compare(
    clone: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))

    assert package_of(clone, {"commit": OURS}).state is State.SKIPPED


@pytest.mark.parametrize("health", [{}, {"status": "healthy"}, {"commit": None}])
@pytest.mark.parametrize("key", ["", "key"])
def test_an_unreported_commit_is_skipped(clone: Path, health: dict[str, object], key: str) -> None:
    assert package_of(clone, health, key=key).state is State.SKIPPED


@pytest.mark.parametrize(
    ("status", "state"), [(200, "warn"), (401, "ok"), (403, "ok"), (404, "skip"), (503, "skip")]
)
def test_only_the_master_key_has_admin_access(status: int, state: str) -> None:
    assert judge_key_levels(status).state == state


def test_the_key_is_tried_on_the_hosts_status(web_server: "WebServer", tmp_path: Path) -> None:
    web_server.answer(
        "/admin/host/status", json.dumps({"state": "Running"}).encode(), "application/json"
    )

    async def run(key: str) -> Finding:
        async with Web() as web:
            return await check_key_levels(examination_at(web_server.url, tmp_path, web, key=key))

    without, opened = asyncio.run(run("")), asyncio.run(run("master"))

    assert without.state is State.SKIPPED
    assert opened.state is State.WARNING
    (request,) = web_server.received
    assert request.headers["x-functions-key"] == "master"
    assert "master" not in opened.text.replace("the master key", "")
