"""Check a deployment by asking the app: its package, and what the key can access."""

import asyncio
import re
import subprocess
from http import HTTPStatus
from pathlib import Path

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, skipped, warning

COMMIT = re.compile("[0-9a-f]{40}")
SHORT = 10
GIT_LIMIT_S = 10


async def check_package(examination: Examination) -> Finding:
    """Check that the deployed package was built from the commit checked out here."""
    deployed = examination.health.get("commit")
    if not isinstance(deployed, str):
        return not_reported(examination)
    return judge_package(deployed, await asyncio.to_thread(head_of, examination.root))


def not_reported(examination: Examination) -> Finding:
    """Return why GetHealth's report lacks something: there was no key, or the app is older."""
    if not examination.subject.function_key:
        return skipped("pass --key KEY to check this")
    return skipped(
        "GetHealth doesn't report it", "if an older version is deployed, deploy this one"
    )


def judge_package(deployed: str, head: str) -> Finding:
    """Compare two commits; `deployed` is "" if the package doesn't name one, `head` without Git."""
    if not COMMIT.fullmatch(deployed):
        return warning(
            "the package doesn't say which commit it was built from", "deploy it with azd deploy"
        )
    if not head:
        return skipped(f"commit {deployed[:SHORT]} is deployed; this folder isn't a Git clone")
    if deployed != head:
        return warning(
            f"commit {deployed[:SHORT]} is deployed, but {head[:SHORT]} is checked out here",
            f"run azd deploy, or git checkout {deployed[:SHORT]} to see the deployed code",
        )
    return ok(f"commit {head[:SHORT]}, as checked out here")


def head_of(root: Path) -> str:
    """Return the commit checked out in a folder, "" without Git or outside a clone."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - the user's own git
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=GIT_LIMIT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


async def check_key_levels(examination: Examination) -> Finding:
    """Check that the key can only call functions, not administer the host."""
    key = examination.subject.function_key
    if not key:
        return skipped("pass --key KEY to check this")
    url = f"{examination.subject.app_url}/admin/host/status"
    answer = await examination.web.ask(url, headers={"x-functions-key": key})
    return judge_key_levels(answer.status)


def judge_key_levels(status: int) -> Finding:
    """Return what the host's status page reveals about the key: only the master key can read it.

    A function's key gets 401, a host key 403 (recorded from host 4.1037).
    """
    if status == HTTPStatus.OK:
        return warning(
            "this is the master key, which can administer the app",
            "use a function key: az functionapp keys list --query functionKeys.default",
        )
    if status == HTTPStatus.UNAUTHORIZED:
        return ok("the key can call its function, but not administer the host")
    if status == HTTPStatus.FORBIDDEN:
        return ok("the key can call every function, but not administer the host")
    return skipped(f"the host's status page responds with {status}")
