"""Write the package to disk: a zip, and a folder with the same files."""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

# The earliest time in a zip. Nothing in the zip depends on when or where it is built.
NO_TIME = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16
UNIX = 3


def write_zip(files: Mapping[str, bytes], path: Path) -> None:
    """Write the files into a reproducible zip: same files and zlib, same bytes."""
    draft = path.with_suffix(".draft")
    with zipfile.ZipFile(draft, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = UNIX, READABLE
            archive.writestr(entry, files[name])
    draft.replace(path)


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a folder, replacing it if it exists."""
    draft = folder.with_name(f"{folder.name}.draft")
    remove(draft)
    for name, content in files.items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_bytes(content)
    remove(folder)
    draft.rename(folder)


def remove(path: Path) -> None:
    """Delete a file or folder if it exists."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
