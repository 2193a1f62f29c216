"""Select the files that belong to the app."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from commands.errors import CommandError

LIBRARY = "shared"
HOST_FILE, FUNCTION_FILE = "host.json", "function.json"
# A function's web page, with what it loads and the licenses.
PAGE_FOLDER, PAGE_TYPES = "page", (".html", ".js", ".md", ".txt")


def app_files(names: Iterable[str]) -> list[str]:
    """Return the names of the files in the package, sorted.

    These are host.json, the function.json, modules and `page` folder of each function, and the
    modules of `shared/`. Raise CommandError for any other file in these folders: it would be
    missing in Azure, which you would notice only when the app needs it.
    """
    paths = [PurePosixPath(name) for name in names]
    functions = {path.parts[0] for path in paths if path.parts[1:] == (FUNCTION_FILE,)}
    inside = [path for path in paths if path.parts[0] in functions | {LIBRARY}]
    unknown = [path for path in inside if not _is_known(path)]
    if unknown:
        raise CommandError(
            f"{unknown[0]} is in one of the app's folders, but the package can't include this "
            "type of file. Move it, or allow its type in commands/package/contents.py"
        )
    return sorted(str(path) for path in [PurePosixPath(HOST_FILE), *inside])


def app_in_folder(root: Path) -> list[str]:
    """Return the current files of the app in a folder, committed or not, sorted.

    Use it to run a copy of the app; the package is built from a commit.
    """
    folders = [path.parent for path in root.glob(f"*/{FUNCTION_FILE}")]
    inside = [path for folder in [*folders, root / LIBRARY] for path in folder.rglob("*")]
    names = [PurePosixPath(path.relative_to(root).as_posix()) for path in inside]
    return sorted([HOST_FILE, *(str(name) for name in names if _is_known(name))])


def _is_known(path: PurePosixPath) -> bool:
    if path.suffix == ".py":
        return True
    is_function_file = path.name == FUNCTION_FILE and len(path.parts) == 2
    is_page_file = path.parts[1:-1] == (PAGE_FOLDER,) and path.suffix in PAGE_TYPES
    return path.parts[0] != LIBRARY and (is_function_file or is_page_file)
