"""What the benchmarks measure: a copy of the app, and functions in the style of Microsoft's how-to.

The app is copied from this repository or from another checkout (`--project DIR`), so that one
script can compare two versions; the host is always this repository's. The functions to compare with
are in `bench/how_to/`; each module there becomes a function with its name.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from twilio.request_validator import RequestValidator

from commands.package.contents import app_in_folder
from deskphone.ports import listen, port_of
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE
from local_stack.supervision.host_process import start_host
from local_stack.testing import LocalStack
from local_stack.values import FUNCTION_KEY, host_settings

ROOT = Path(__file__).resolve().parents[1]
HOW_TO = ROOT / "bench" / "how_to"
BINDINGS = [
    {
        "name": "req",
        "type": "httpTrigger",
        "direction": "in",
        "authLevel": "anonymous",
        "methods": ["get", "post"],
    },
    {"name": "$return", "type": "http", "direction": "out"},
]
CREDENTIALS = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN}
NO_VAULT = {"KEY_VAULT_URL": "", **CREDENTIALS}
NO_STORAGE = {"AzureWebJobsStorage__tableServiceUri": ""}
FORM = {
    "AccountSid": ACCOUNT_SID,
    "ApiVersion": "2010-04-01",
    "CallSid": "CA" + "0" * 32,
    "CallStatus": "ringing",
    "Called": LINE,
    "CalledCity": "",
    "CalledCountry": "US",
    "CalledState": "CA",
    "CalledZip": "",
    "Caller": HANDSETS[0],
    "CallerCity": "SAN FRANCISCO",
    "CallerCountry": "US",
    "CallerState": "CA",
    "CallerZip": "94105",
    "Direction": "inbound",
    "From": HANDSETS[0],
    "FromCity": "SAN FRANCISCO",
    "FromCountry": "US",
    "FromState": "CA",
    "FromZip": "94105",
    "StirVerstat": "TN-Validation-Passed-A",
    "To": LINE,
    "ToCity": "",
    "ToCountry": "US",
    "ToState": "CA",
    "ToZip": "",
}
"""The 26 fields of a call's webhook."""
KILL_LIMIT_S = 10


class Options(NamedTuple):
    """The command line: the number of counted rounds, and the checkout whose app is measured."""

    rounds: int
    project: Path


class Host(NamedTuple):
    """A running Functions host: its URL without a trailing slash, and its process id."""

    url: str
    pid: int


def read_options(description: str, rounds: int) -> Options:
    """Read the command line; `rounds` is the default."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rounds", nargs="?", type=int, default=rounds, help="default: %(default)s")
    parser.add_argument(
        "--project",
        type=Path,
        default=ROOT,
        metavar="DIR",
        help="checkout whose app is measured (default: this one)",
    )
    read = parser.parse_args()
    if read.rounds < 1:
        parser.error("rounds must be at least 1")
    if not (read.project / "host.json").is_file():
        parser.error(f"{read.project} has no host.json")
    return Options(read.rounds, read.project.resolve())


@contextmanager
def temporary_folder() -> Generator[Path]:
    """Create a folder, return its real path, and delete it at the end."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name).resolve()


def copy_app(project: Path, folder: Path) -> list[str]:
    """Copy what a checkout deploys into a new folder; return the names of its functions."""
    for name in app_in_folder(project):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, folder / name)
    return sorted(path.parent.name for path in folder.glob("*/function.json"))


def add_how_to(project: Path, folder: Path, *names: str) -> Path:
    """Add functions of `bench/how_to/` to an app, or create one; return its folder."""
    folder.mkdir(exist_ok=True)
    shutil.copy(project / "host.json", folder / "host.json")
    shutil.copytree(HOW_TO, folder / "bench" / "how_to", dirs_exist_ok=True)
    for name in names:
        (folder / name).mkdir()
        (folder / name / "function.json").write_text(json.dumps({"bindings": BINDINGS}))
        source = f"from bench.how_to.{name} import main\n"
        (folder / name / "__init__.py").write_text(source)
    return folder


@contextmanager
def running_host(
    root: Path,
    emulator_url: str,
    *,
    twilio_url: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Generator[Host]:
    """Start a host for the app in `root` and kill it at the end.

    Doesn't wait: the first request waits until the functions are loaded. `settings` override the
    local stack's.
    """
    with listen(0) as listener:
        port = port_of(listener)
        url = f"http://127.0.0.1:{port}"
        local = host_settings(url, emulator_url, twilio_url)
        host = start_host(
            root=root,
            listener=listener,
            port=port,
            environment={**os.environ, **local, **(settings or {})},
            function_key=FUNCTION_KEY,
        )
        try:
            yield Host(url, host.pid)
        finally:
            host.process.kill()
            host.begin_stop()
            host.process.wait(KILL_LIMIT_S)


@contextmanager
def running_stack(root: Path) -> Generator[LocalStack]:
    """Start a local stack for its vault, storage, and Twilio, with a stopped clock."""
    stack = LocalStack.start(root, clock="manual")
    try:
        yield stack
    finally:
        stack.stop()


def signature_headers(url: str) -> dict[str, str]:
    """Return the headers with which Twilio would post FORM to a URL."""
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, FORM)
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signature,
    }


class Stopwatch:
    """Measures wall-clock time and what `used` counts, such as CPU time, in seconds."""

    def __init__(self, used: Callable[[], float]) -> None:
        self._used = used
        self._began = time.perf_counter(), used()

    def read(self) -> tuple[float, float]:
        """Return the seconds since the start."""
        return time.perf_counter() - self._began[0], self._used() - self._began[1]


def in_turn[T](names: Sequence[T], round_number: int) -> Sequence[T]:
    """Return the names, reversed every other round, so that each goes first sometimes."""
    return names if round_number % 2 == 0 else names[::-1]


def ratio(rounds: Iterable[float], base: Iterable[float]) -> float:
    """Return the median ratio of figures from the same round."""
    return statistics.median(one / other for one, other in zip(rounds, base, strict=True))
