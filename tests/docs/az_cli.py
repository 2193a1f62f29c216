"""The Azure CLI in its own virtual environment, to check commands with its parser."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin

from commands.lock import environment_for_uv, index_of_pip

LOCK = Path(__file__).with_name("azure_cli") / "requirements.txt"
PYTHON_VERSION = "3.13"
# Parses arguments like az's main program does, and stops before it runs the command.
PARSE = """
import io, json, sys

def stay_offline(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("az used the network to parse a command")

sys.addaudithook(stay_offline)
answer, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()
from azure.cli.core import get_default_cli
from knack.events import EVENT_INVOKER_POST_PARSE_ARGS

def refusal(arguments):
    sys.stderr.seek(0)
    sys.stderr.truncate()
    az = get_default_cli()
    az.register_event(EVENT_INVOKER_POST_PARSE_ARGS, lambda *_, **__: sys.exit(0))
    try:
        status = az.invoke(arguments)
    except SystemExit as end:
        status = end.code
    return status and (sys.stderr.getvalue() or f"exit status {status}")

json.dump([refusal(arguments) or "" for arguments in json.load(sys.stdin)], answer)
"""


class NotInstalledError(Exception):
    """The Azure CLI can't be installed; the message is uv's."""


def refusals(python: Path, commands: Sequence[Sequence[str]], folder: Path) -> list[str]:
    """Return why az's parser rejects each of these commands, "" for those that it accepts.

    It doesn't know commands of extensions. az keeps its files in `folder`, so the user's own az
    settings have no effect.
    """
    environment = {
        **clean_environment(),
        "AZURE_CONFIG_DIR": str(folder / "config"),
        "AZURE_EXTENSION_DIR": str(folder / "extensions"),
        "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
        "AZURE_CORE_COLLECT_TELEMETRY": "no",
        "AZURE_CORE_NO_COLOR": "yes",
    }
    done = subprocess.run(
        [python, "-W", "ignore", "-c", PARSE],
        cwd=folder,
        env=environment,
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=True,
    )
    return [message.partition("\n\n")[0] for message in json.loads(done.stdout)]


def install() -> Path:
    """Return the Python of the installed Azure CLI; raise NotInstalledError if that fails.

    It's cached for the user, in a folder for this lock, so only the first run is slow.
    """
    lock = LOCK.read_bytes()
    [version] = re.findall(rb"^azure-cli==(\S+)", lock, re.MULTILINE)
    name = f"azure-cli-{version.decode()}-{hashlib.sha256(lock).hexdigest()[:8]}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "switchboard"
    python = python_of(cache / name)
    if not python.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as beside:
            build(Path(beside, name))
            # An old one may exist without its Python.
            shutil.rmtree(cache / name, ignore_errors=True)
            Path(beside, name).rename(cache / name)
    return python


def build(folder: Path) -> None:
    """Install the locked packages into a new virtual environment."""
    uv(["venv", "--quiet", "--no-project", "--python", PYTHON_VERSION, folder])
    install = ("pip", "install", "--quiet", "--require-hashes")
    uv([*install, "--python", python_of(folder), "-r", LOCK])


def uv(arguments: Sequence[str | Path]) -> None:
    """Run uv with pip's index."""
    environment = environment_for_uv(clean_environment(), index_of_pip())
    command = [find_uv_bin(), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotInstalledError(done.stderr)


def python_of(folder: Path) -> Path:
    """Return the Python of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def clean_environment() -> dict[str, str]:
    """Return the environment without variables for the tests' Python or for az."""
    others = ("PYTHON", "VIRTUAL", "AZURE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(others)}
