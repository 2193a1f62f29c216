"""A Git repository with a small app."""

import subprocess
from pathlib import Path

import pytest

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
APP = {
    ".gitignore": b"dist/\n",
    "SendSms/__init__.py": b"",
    "SendSms/function.json": b"{}",
    "host.json": b"{}\n",
    "requirements-opentelemetry.txt": b"one==1\ntwo==2\n",
    "requirements.txt": b"one==1\n",
    "shared/grüße.py": b"a = 1\r\n\0",
}


class Repository:
    """A Git repository in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init")

    def git(self, *arguments: str) -> None:
        """Run a Git command."""
        command = ["git", *IDENTITY, *arguments]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", ".")
        self.git("commit", "--message", "Change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The app, committed."""
    made = Repository(tmp_path)
    for name, content in APP.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    made.commit()
    return made
