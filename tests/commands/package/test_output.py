"""The package on disk."""

import zipfile
from pathlib import Path

from commands.package.output import write_folder, write_zip

FILES = {"host.json": b"{}", "shared/a.py": b"a = 1\n"}


def test_the_zip_depends_only_on_the_files(tmp_path: Path) -> None:
    write_zip(FILES, tmp_path / "one.zip")
    write_zip(dict(reversed(FILES.items())), tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_every_file_in_the_zip_can_be_read_by_the_host(tmp_path: Path) -> None:
    write_zip(FILES, tmp_path / "app.zip")

    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        # Without these permissions the host silently finds no functions.
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_the_folder_has_only_the_new_files(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    write_folder({"old/.env": b"secret"}, folder)
    write_folder(FILES, folder)

    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["app"]
