"""Items of a deployment that the app itself answers: its package, and what the key opens."""

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
    """Whether the deployed package was built from the commit that is checked out here."""
    deployed = examination.health.get("commit")
    if not isinstance(deployed, str):
        return not_reported(examination)
    return judge_package(deployed, await asyncio.to_thread(head_of, examination.root))


def not_reported(examination: Examination) -> Finding:
    """Say why GetHealth has no answer to an item: without a key it isn't asked."""
    if not examination.subject.function_key:
        return skipped("the app reports it only with --key KEY")
    return skipped(
        "GetHealth doesn't report it", "if an older version is deployed, deploy this one"
    )


def judge_package(deployed: str, head: str) -> Finding:
    """Compare two commits; `deployed` is "" where the package has none, `head` without git."""
    if not COMMIT.fullmatch(deployed):
        return warning(
            "the package doesn't say which commit it was built from", "deploy it with azd deploy"
        )
    if not head:
        return skipped(f"commit {deployed[:SHORT]} is deployed; there is no Git clone here")
    if deployed != head:
        return warning(
            f"commit {deployed[:SHORT]} is deployed, but {head[:SHORT]} is checked out here",
            f"run azd deploy, or git checkout {deployed[:SHORT]} to see the code that runs",
        )
    return ok(f"commit {head[:SHORT]}, as checked out here")


def head_of(root: Path) -> str:
    """Return the commit that is checked out in a folder, "" without git or outside a clone."""
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
    """Whether the key opens functions only, and not the administration of the host."""
    key = examination.subject.function_key
    if not key:
        return skipped("no key was passed with --key KEY")
    url = f"{examination.subject.app_url}/admin/host/status"
    answer = await examination.web.ask(url, headers={"x-functions-key": key})
    return judge_key_levels(answer.status)


def judge_key_levels(status: int) -> Finding:
    """What the host's answer about itself says of the key: only the master key gets it.

    The key of one function gets 401, a host key 403 (recorded from host 4.1037).
    """
    if status == HTTPStatus.OK:
        return warning(
            "the key is the master key, which administers the app",
            "use a function key: az functionapp keys list --query functionKeys.default",
        )
    if status == HTTPStatus.UNAUTHORIZED:
        return ok("the key opens its function, and not the host's administration")
    if status == HTTPStatus.FORBIDDEN:
        return ok("the key opens every function, and not the host's administration")
    return skipped(f"the host answers {status} to a question about itself")
