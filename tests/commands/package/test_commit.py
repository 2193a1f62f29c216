"""Reading files from a commit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.errors import CommandError
from commands.package.commit import Commit

if TYPE_CHECKING:
    from tests.commands.package.conftest import Repository


def test_files_are_read_as_they_were_committed(repository: Repository) -> None:
    (repository.root / "host.json").write_text("changed")
    (repository.root / "shared" / "grüße.py").unlink()
    commit = Commit(repository.root)

    assert commit.names() == [
        *(
            ".gitignore",
            "SendSms/__init__.py",
            "SendSms/function.json",
            "host.json",
            "requirements-opentelemetry.txt",
            "requirements.txt",
        ),
        "shared/grüße.py",
    ]
    assert commit.read(["host.json", "shared/grüße.py"]) == {
        "host.json": b"{}\n",
        "shared/grüße.py": b"a = 1\r\n\0",
    }


def test_line_endings_are_those_of_the_commit(
    repository: Repository,
) -> None:
    repository.git("config", "core.autocrlf", "true")
    (repository.root / ".gitattributes").write_text("* text eol=crlf\nhost.json export-ignore\n")

    assert Commit(repository.root).read(["host.json"]) == {"host.json": b"{}\n"}


def test_uncommitted_files_are_named(repository: Repository) -> None:
    (repository.root / "host.json").write_text("changed")
    (repository.root / "shared" / "id_rsa").write_text("key")
    (repository.root / "dist").mkdir()
    (repository.root / "dist" / "app.zip").write_text("")

    assert Commit(repository.root).uncommitted() == ["host.json", "shared/id_rsa"]


@pytest.mark.skipif(os.name != "posix", reason="on Windows creating a link needs a permission")
def test_a_link_is_refused(repository: Repository) -> None:
    (repository.root / "shared" / "link.py").symlink_to("/etc/passwd")
    repository.commit()

    with pytest.raises(CommandError, match=r"^shared/link.py is a link or a submodule"):
        Commit(repository.root).read(["shared/link.py"])


def test_a_file_that_is_not_committed_is_not_read(repository: Repository) -> None:
    with pytest.raises(CommandError, match=r"^no.txt is not committed"):
        Commit(repository.root).read(["no.txt"])


def test_a_folder_without_a_commit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^git rev-parse failed: "):
        Commit(tmp_path)


def test_a_missing_git_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("git") is None

    with pytest.raises(CommandError, match=r"^git is missing"):
        Commit(tmp_path)
