"""The files of a commit, read from Git instead of the working folder."""

import io
import subprocess
from collections.abc import Iterable
from pathlib import Path

from commands.errors import CommandError

REGULAR_FILES = ("100644", "100755")


class Commit:
    """The commit checked out in `root`, the top folder of a repository."""

    def __init__(self, root: Path) -> None:
        """Raise CommandError if Git, the repository, or a commit is missing."""
        self._root = root
        self.id = self._git("rev-parse", "--verify", "HEAD").decode().strip()
        """40 hexadecimal digits."""

    def names(self) -> list[str]:
        """Return the names of its files, relative to the root, with forward slashes.

        This includes links and submodules, which `read` rejects.
        """
        return sorted(self._blobs())

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the content of these files; raise CommandError for a link or a submodule."""
        blobs, wanted = self._blobs(), list(names)
        for name in wanted:
            if name not in blobs:
                raise CommandError(f"{name} is not committed")
            if blobs[name][0] not in REGULAR_FILES:
                raise CommandError(f"{name} is a link or a submodule. Commit the file itself")
        asked = "".join(f"{blobs[name][1]}\n" for name in wanted)
        answer = io.BytesIO(self._git("cat-file", "--batch", said=asked.encode()))
        return {name: _next_object(answer) for name in wanted}

    def uncommitted(self) -> list[str]:
        """Return the names of files that differ from the commit or aren't in it.

        Files ignored by .gitignore are not included.
        """
        status = self._git("status", "--porcelain", "--no-renames", "--untracked-files=all", "-z")
        return [entry[3:] for entry in status.decode(errors="replace").split("\0") if entry]

    def _blobs(self) -> dict[str, tuple[str, str]]:
        """Return the mode and blob of each file, by name."""
        lines = self._git("ls-tree", "-r", "-z", "--full-tree", self.id).decode(errors="replace")
        entries = (line.partition("\t") for line in lines.split("\0") if line)
        return {name: (about.split()[0], about.split()[2]) for about, _, name in entries}

    def _git(self, *arguments: str, said: bytes = b"") -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 - no shell, arguments of our own
                ["git", *arguments],  # noqa: S607 - the user's own Git
                cwd=self._root,
                input=said,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise CommandError("git is missing. Install it and run this again") from error
        if done.returncode != 0:
            why = done.stderr.decode(errors="replace").strip().splitlines()
            raise CommandError(f"git {arguments[0]} failed: {why[0] if why else 'no reason'}")
        return done.stdout


def _next_object(answer: io.BytesIO) -> bytes:
    """Read one object from `git cat-file --batch`: its size, its content, and a line feed."""
    size = int(answer.readline().split()[2])
    return answer.read(size + 1)[:size]
