"""Name the parts of an app that the local host ignores, so that they aren't missed silently."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from local_stack.host.app.json_file import AppFileError
from local_stack.host.app.unknown_words import suggestion

READ = (
    "version", "extensions", "extensionBundle", "functionTimeout", "functions", "logging",
    "applicationInsights", "aggregator", "managedDependency", "tracing",
)  # fmt: skip
"""The other names at the top of host.json."""
MISSPELLED = 0.85
V2_FILE = "function_app.py"
RUNTIME = "FUNCTIONS_WORKER_RUNTIME"
EMULATED_EXTENSIONS = frozenset({"http"})
IGNORED = (
    "concurrency",
    "customHandler",
    "healthMonitor",
    "retry",
    "singleton",
    "telemetryMode",
    "watchDirectories",
    "watchFiles",
)
"""Sections of host.json that change what an app does. Others are about logs or other languages."""


def ignored_in_host_file(document: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each part of host.json that has no effect here."""
    by_name = {name.lower(): value for name, value in document.items()}
    extensions = by_name.get("extensions")
    names = list(cast(dict[str, Any], extensions)) if isinstance(extensions, dict) else []
    parts = [f"extensions.{name}" for name in names if name.lower() not in EMULATED_EXTENSIONS]
    parts += [name for name in IGNORED if name.lower() in by_name]
    ignored = [f"host.json: {part} has no effect in the local host" for part in parts]
    return ignored + [sentence for name in document if (sentence := _misspelled(name))]


def _misspelled(name: str) -> str:
    """Return a sentence about a name at the top of host.json that resembles a real one."""
    meant = suggestion(name, (*READ, *IGNORED), MISSPELLED)
    if not meant or name.lower() in {known.lower() for known in (*READ, *IGNORED)}:
        return ""
    return f'host.json: "{name}" has no effect{meant}'


def ignored_in_function_file(document: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each part of a function.json that has no effect here."""
    if document.get("retry") is None:
        return []
    return ["function.json: retry has no effect in the local host: a run that fails isn't repeated"]


def ignored_in_settings(settings: Mapping[str, str]) -> list[str]:
    """Return a sentence if the app is for another language."""
    language = settings.get(RUNTIME) or "python"
    if language.lower() == "python":
        return []
    return [f"{RUNTIME} is {language}, but the local host only runs Python functions"]


def check_model(root: Path) -> list[str]:
    """Return a sentence about a folder that has no functions, or has them in another form.

    Raises AppFileError if all functions are of the v2 model.
    """
    has_functions = any(root.glob("*/function.json"))
    if (root / V2_FILE).is_file():
        if not has_functions:
            raise AppFileError(
                f"{V2_FILE} is an app of Python's v2 programming model. The local stack only runs "
                "the v1 model: a folder with a function.json for each function"
            )
        return [f"{V2_FILE} has no effect: only the folders with a function.json are functions"]
    if has_functions:
        return []
    return [f"no folder in {root} has a function.json, so there are no functions"]
