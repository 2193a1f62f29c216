"""What is read from a commit, with the real Git."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from commands.errors import CommandError
from commands.package.commit import Commit

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two files."""
    git(tmp_path, "init")
    (tmp_path / "shared").mkdir()
    (tmp_path / "host.json").write_bytes(b"{}\n")
    (tmp_path / "shared" / "grüße.py").write_bytes(b"a = 1\r\n\0")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--message", "Begin")
    return tmp_path


def test_files_are_read_as_they_were_committed(repository: Path) -> None:
    (repository / "host.json").write_text("changed")
    (repository / ".env").write_text("TWILIO_AUTH_TOKEN=1")
    (repository / "shared" / "grüße.py").unlink()
    commit = Commit(repository)

    assert commit.names() == ["host.json", "shared/grüße.py"]
    assert commit.read(commit.names()) == {
        "host.json": b"{}\n",
        "shared/grüße.py": b"a = 1\r\n\0",
    }


def test_line_ends_stay_as_they_are_whatever_git_does_to_the_folder(repository: Path) -> None:
    git(repository, "config", "core.autocrlf", "true")
    (repository / ".gitattributes").write_text("* text eol=crlf\nhost.json export-ignore\n")

    assert Commit(repository).read(["host.json"]) == {"host.json": b"{}\n"}


def test_what_is_not_committed_is_named(repository: Path) -> None:
    (repository / "host.json").write_text("changed")
    (repository / "shared" / "id_rsa").write_text("key")
    (repository / ".gitignore").write_text("*.log\n")
    (repository / "a.log").write_text("")

    assert Commit(repository).uncommitted() == ["host.json", ".gitignore", "shared/id_rsa"]


@pytest.mark.skipif(os.name != "posix", reason="links need no rights on POSIX only")
def test_a_link_is_refused(repository: Path) -> None:
    (repository / "shared" / "link.py").symlink_to("/etc/passwd")
    git(repository, "add", ".")
    git(repository, "commit", "--message", "Link")

    with pytest.raises(CommandError, match=r"^shared/link.py is a link or a submodule"):
        Commit(repository).read(["shared/link.py"])


def test_a_file_that_is_not_committed_is_no_content(repository: Path) -> None:
    with pytest.raises(CommandError, match=r"^requirements.txt is not committed"):
        Commit(repository).read(["requirements.txt"])


def test_a_folder_without_a_commit_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^git rev-parse failed: "):
        Commit(tmp_path)


def test_a_machine_without_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("git") is None

    with pytest.raises(CommandError, match=r"^there is no git"):
        Commit(tmp_path)
