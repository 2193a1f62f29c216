"""Download the app's packages, built for Azure's machines."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from commands.errors import CommandError

# For x64 Linux with glibc 2.28 or newer, as in Debian 10 and everything since. Best match first.
PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 24, 17, 12, 5)),
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
)
# The parts of a wheel's `.data` folder that are installed as modules (PEP 427).
MODULES = ("purelib", "platlib")
COMPILED = ("__pycache__", ".pyc")


def packages(requirements: bytes, python: str) -> dict[str, bytes]:
    """Return the content of each file of the locked packages, by its name in `site-packages`.

    `requirements` is a lock file with hashes; `python` is a version such as 3.13. Raise
    CommandError if a package has no wheel for Azure or a hash doesn't match.
    """
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lock = folder / "requirements.txt"
        lock.write_bytes(requirements)
        download(lock, python, folder)
        for wheel in sorted(folder.glob("*.whl")):
            for path, content in modules(wheel):
                if found.setdefault(path, content) != content:
                    raise CommandError(f"two packages contain different versions of {path}")
    return found


def download(lock: Path, python: str, folder: Path) -> None:
    """Download the wheels of a lock file and check their hashes; raise CommandError on failure.

    The lock file is complete, so pip doesn't need to resolve dependencies.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-input", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *(part for platform in PLATFORMS for part in ("--platform", platform)),
            *("--implementation", "cp", "--python-version", python),
            *("--dest", str(folder), "--requirement", str(lock)),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stderr)
        raise CommandError("could not download the packages; see pip's error above")


def modules(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file that a wheel installs into `site-packages`.

    Skip scripts, which are never run, and compiled files, which Python doesn't trust on another
    machine.
    """
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = place(PurePosixPath(entry.filename))
            if path is not None and not entry.is_dir():
                yield path, archive.read(entry)


def place(path: PurePosixPath) -> str | None:
    """Return a file's path in `site-packages`; None if it doesn't belong there."""
    parts = path.parts
    if parts[0].endswith(".data"):
        if parts[1] not in MODULES:
            return None
        parts = parts[2:]
    if ".." in parts or path.is_absolute():
        raise CommandError(f"a package contains a file outside its folder: {path}")
    is_compiled = COMPILED[0] in parts or parts[-1].endswith(COMPILED[1])
    return None if is_compiled else "/".join(parts)
