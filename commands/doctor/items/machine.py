"""Check this machine: Python, versions, packages, ports, and clock."""

import asyncio
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, skipped, warning, wrong
from commands.doctor.web import Answer, UnreachableError
from commands.local_values import FUNCTION_KEY

OLDEST = (3, 13)
NEWEST_TESTED = (3, 14)
MAX_SKEW_S = 30
CONNECT_LIMIT_S = 2
INSTALL = "delete .venv; the next `python3 dev.py` command installs the pinned versions"
TWILIO = "https://api.twilio.com/"

Holder = Literal["none", "ours", "another"]


async def check_python(examination: Examination) -> Finding:
    """Check the Python that runs this; under `dev.py`, that is the one in .venv."""
    return judge_python(sys.version_info[:2], sys.prefix)


def judge_python(found: tuple[int, int], place: str) -> Finding:
    """Judge a Python version."""
    name = "Python {}.{}".format(*found)
    if found < OLDEST:
        return wrong(
            f"{name} is too old ({place})",
            "install Python 3.13, for example with `uv python install 3.13`, and delete .venv",
        )
    if found > NEWEST_TESTED:
        return warning(f"{name} has not been tested ({place})", "use Python 3.13 or 3.14")
    return ok(f"{name} ({place})")


async def check_versions(examination: Examination) -> Finding:
    """Report the versions of the app and of its emulator, by their pyproject.toml."""
    folders = {"Switchboard": examination.root, "deskphone": examination.root / "deskphone"}
    return judge_versions({name: declared(folder) for name, folder in folders.items()})


def judge_versions(found: Mapping[str, str]) -> Finding:
    """Judge declared versions, "" if unknown."""
    unknown = [name for name, number in found.items() if not number]
    if unknown:
        names = " and ".join(unknown)
        return warning(f"unknown version of {names}", "restore pyproject.toml from the repository")
    return ok(", ".join(f"{name} {number}" for name, number in found.items()))


def declared(folder: Path) -> str:
    """Return the version in a folder's pyproject.toml, "" if there is none."""
    try:
        text = (folder / "pyproject.toml").read_text("utf-8")
    except (OSError, ValueError):
        return ""
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    return found[1] if found else ""


async def check_packages(examination: Examination) -> Finding:
    """Check that the deployed packages, those of requirements.txt, have their pinned versions."""
    pins = pinned(examination.root / "requirements.txt")
    return judge_packages(pins, {name: installed(name) for name in pins})


def judge_packages(pins: Mapping[str, str], found: Mapping[str, str]) -> Finding:
    """Compare the pinned versions with the installed ones, "" if not installed."""
    missing = [name for name in pins if not found[name]]
    if missing:
        return wrong(f"missing: {', '.join(missing)}", INSTALL)
    others = [
        f"{name} is {found[name]}, not {pin}" for name, pin in pins.items() if found[name] != pin
    ]
    if others:
        return warning(f"different from the deployment: {'; '.join(others)}", INSTALL)
    return ok(f"all {len(pins)} packages match requirements.txt")


def pinned(path: Path) -> dict[str, str]:
    """Return the packages of a requirements file with their pinned versions."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))


def installed(name: str) -> str:
    """Return the installed version of a package, "" if it isn't installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


async def check_ports(examination: Examination) -> Finding:
    """Check that the ports of `dev.py start` are free, or that it has them."""
    if examination.is_deployment:
        return skipped("only checked locally")
    functions, phone = examination.subject.ports
    headers = {"x-functions-key": FUNCTION_KEY}
    host = await _holder(examination, functions, "admin/host/status", '"state"', headers)
    emulator = await _holder(examination, phone, "emulator/faults", '"faults"', {})
    return judge_ports((functions, host), (phone, emulator))


async def _holder(
    examination: Examination, port: int, path: str, sign: str, headers: Mapping[str, str]
) -> Holder:
    """Return who listens on a local port; our own programs respond with `sign` at `path`."""
    if not await _is_taken(port):
        return "none"
    try:
        answer = await examination.web.ask(f"http://127.0.0.1:{port}/{path}", headers=headers)
    except UnreachableError:
        return "another"
    # Core Tools doesn't reveal its status.
    is_host = answer.headers.get("server") == "Kestrel"
    return (
        "ours" if is_host or (answer.status == HTTPStatus.OK and sign in answer.text) else "another"
    )


async def _is_taken(port: int) -> bool:
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    except (OSError, TimeoutError):
        return True
    writer.close()
    return True


def judge_ports(functions: tuple[int, Holder], phone: tuple[int, Holder]) -> Finding:
    """Judge who has the ports of the functions and of the phone page."""
    options = (("--port", *functions), ("--phone-port", *phone))
    taken = [(option, port) for option, port, holder in options if holder == "another"]
    if taken:
        ports = " and ".join(str(port) for _, port in taken)
        free = " ".join(f"{option} N" for option, _ in taken)
        return warning(
            f"another program is using port {ports}",
            f"stop it, or choose another port: python3 dev.py start {free}",
        )
    words = {"none": "free", "ours": "used by dev.py start", "another": ""}
    return ok(f"{functions[0]} is {words[functions[1]]}, {phone[0]} is {words[phone[1]]}")


async def check_clock(examination: Examination) -> Finding:
    """Compare this machine's clock with the app's or, without the app, with Twilio's."""
    if examination.heard is None:
        url = examination.settings.local_stack_url or TWILIO
        try:
            hear(examination, await examination.web.ask(url))
        except UnreachableError as error:
            return skipped(f"could not get a time to compare: {error}")
    if examination.heard is None:
        return skipped("the responses contain no date")
    return judge_clock(*examination.heard)


def hear(examination: Examination, answer: Answer) -> None:
    """Store the time in a response's Date header (RFC 9110, section 6.6.1)."""
    with suppress(ValueError):
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        examination.heard = (theirs.replace(tzinfo=UTC), examination.clock.now())


def judge_clock(theirs: datetime, ours: datetime) -> Finding:
    """Compare two times; the header is rounded to seconds and the network adds a delay."""
    skew_s = round((ours - theirs).total_seconds())
    if abs(skew_s) > MAX_SKEW_S:
        direction = "ahead of" if skew_s > 0 else "behind"
        return warning(
            f"this machine's clock is {abs(skew_s)} seconds {direction} the server's",
            "sync the clock with the network: with a wrong time, Azure rejects tokens and storage "
            "keys, links expire too early or too late, and lost sends are settled wrongly",
        )
    return ok(f"within {MAX_SKEW_S} seconds of the server's")
