"""Files from wheels."""

import zipfile
from pathlib import Path, PurePosixPath

import pytest

from commands.errors import CommandError
from commands.package import wheels
from commands.package.wheels import modules, packages, place

LOCK = b"one==1\ntwo==2\n"


def wheel(folder: Path, name: str, **files: str) -> Path:
    path = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return path


def test_modules_and_metadata_are_included(tmp_path: Path) -> None:
    files = {
        "one/": "",
        "one/__init__.py": "a",
        "one/__pycache__/__init__.cpython-313.pyc": "compiled",
        "one/old.pyc": "compiled",
        "one-1.dist-info/METADATA": "b",
        "one-1.data/purelib/more.py": "c",
        "one-1.data/scripts/run": "d",
        "one-1.data/data/share/man": "e",
    }

    assert dict(modules(wheel(tmp_path, "one", **files))) == {
        "one/__init__.py": b"a",
        "one-1.dist-info/METADATA": b"b",
        "more.py": b"c",
    }


@pytest.mark.parametrize("name", ["../host.json", "one/../../a.py", "/etc/passwd"])
def test_a_file_outside_the_folder_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="outside its folder"):
        place(PurePosixPath(name))


@pytest.mark.parametrize(("other", "is_told"), [("same", False), ("another", True)])
def test_two_packages_do_not_overwrite_each_other(
    monkeypatch: pytest.MonkeyPatch, other: str, is_told: bool
) -> None:
    def download(_lock: Path, _python: str, folder: Path) -> None:
        wheel(folder, "one", **{"a.py": "same"})
        wheel(folder, "two", **{"a.py": other})

    monkeypatch.setattr(wheels, "download", download)

    if is_told:
        with pytest.raises(CommandError, match=r"^two packages contain different versions of a.py"):
            packages(LOCK, "3.13")
    else:
        assert packages(LOCK, "3.13") == {"a.py": b"same"}


def test_a_package_without_a_hash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    one = wheel(tmp_path, "one", **{"one.py": ""})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(one.parent))

    with pytest.raises(CommandError, match="could not download"):
        packages(b"one==1\n", "3.13")
    assert "hash" in capfd.readouterr().err
