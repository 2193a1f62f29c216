"""What `/admin/functions` reports about the functions, with the Functions host's field names."""

import contextlib
import io
import zipfile
from pathlib import Path, PurePath

from local_stack.host.app.application import Application, Function
from local_stack.host.app.json_file import AppFileError, read_json_object

PRIVATE_FILES = frozenset({"local.settings.json"})


def described(function: Function, application: Application, root: Path, base: str) -> object:
    """Return the description of a function. `base` is the host's URL, such as http://HOST."""
    folder, config = root / function.name, _config(root, function)
    files = f"{base}/admin/vfs{folder.as_posix()}"
    route = application.routes.of(function.name)
    return {
        "name": function.name,
        "script_root_path_href": f"{files}/",
        "script_href": f"{files}/{config.get('scriptFile') or '__init__.py'}",
        "config_href": f"{files}/function.json",
        "test_data_href": f"{base}/admin/vfs{root.as_posix()}/{function.name}.dat",
        "href": f"{base}/admin/functions/{function.name}",
        "invoke_url_template": f"{base}/{route.template.lower()}" if route else None,
        "language": "python",
        "config": config,
        "files": None,
        "test_data": "",
        "isDisabled": function.disabled,
        "isDirect": False,
        "isProxy": False,
    }


def _config(root: Path, function: Function) -> dict[str, object]:
    try:
        return read_json_object(root / function.name / "function.json")
    except AppFileError:
        return {}


def is_private(path: PurePath) -> bool:
    """Return whether a file, or one of its folders, is hidden, or a file has settings."""
    return path.name.lower() in PRIVATE_FILES or any(part.startswith(".") for part in path.parts)


def zipped(root: Path, application: Application) -> bytes:
    """Return a zip file with the app's code; settings and what is installed stay out."""
    data = io.BytesIO()
    # A zip file has no dates before 1980, but a file may.
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        folders = [root / name for name in application.functions]
        files = [*root.iterdir(), *(file for folder in folders for file in folder.rglob("*"))]
        for file in sorted(files):
            name = file.relative_to(root)
            if file.is_file() and not is_private(name):
                # A file may be unreadable, or have a name that isn't UTF-8.
                with contextlib.suppress(OSError, UnicodeEncodeError):
                    archive.write(file, name)
    return data.getvalue()
