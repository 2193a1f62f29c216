"""The environment of the local Functions host."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from local_stack.host.app.json_file import AppFileError, read_json_object
from local_stack.host.http.cors_settings import SWITCH
from local_stack.supervision.host_section import read_host_section

SETTINGS_FILE = "local.settings.json"
EXAMPLE_FILE = "local.settings.json.example"
# Allowed keys of a settings file in addition to Values.
OTHER_KEYS = frozenset({"IsEncrypted", "Host", "ConnectionStrings"})
# How similar a misspelled name is to the right one; 1 is identical.
SIMILAR = 0.85


class HostEnvironmentError(Exception):
    """`local.settings.json` is invalid; the message says why."""


def host_environment(
    process: Mapping[str, str],
    root: Path,
    local_stack: Mapping[str, str],
    settings_file: str = SETTINGS_FILE,
    defaults: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the host's environment variables.

    First `defaults` and `Host.CORS` of the settings file in `root` if it exists (with an empty
    name, no file), then the process's own, then the file's `Values`, then the local stack's, which
    always win: no setting can point this project's functions at a real account.
    Raises HostEnvironmentError.
    """
    if not settings_file:
        return {**(defaults or {}), **process, **local_stack}
    settings = read_local_settings(root / settings_file)
    try:
        cors = read_host_section(root / settings_file).cors_settings()
    except AppFileError as error:
        raise HostEnvironmentError(str(error)) from error
    if SWITCH in process or SWITCH in settings:
        cors = {}
    return {**(defaults or {}), **cors, **process, **settings, **local_stack}


def default_port(root: Path, settings_file: str, otherwise: int) -> int:
    """Return `Host.LocalHttpPort` of a settings file; the supervisor reports an invalid file."""
    if not settings_file:
        return otherwise
    try:
        return read_host_section(root / settings_file).port or otherwise
    except AppFileError:
        return otherwise


def read_local_settings(path: Path) -> dict[str, str]:
    """Return `Values` of a settings file, empty if there is no file."""
    if not path.exists():
        return {}
    try:
        settings: dict[str, object] = read_json_object(path)
    except AppFileError as error:
        raise HostEnvironmentError(str(error)) from error
    if settings.get("IsEncrypted") is True:
        raise HostEnvironmentError(
            f"{path.name} is encrypted. Decrypt it with: func settings decrypt. To start without "
            "it, add the options: --settings ''"
        )
    if "Values" not in settings and settings.keys() - OTHER_KEYS:
        raise HostEnvironmentError(
            f'{path.name} has no "Values", so none of its settings would be read. '
            "Put them in an object with that name, spelled like this."
        )
    values = settings.get("Values", {})
    if not isinstance(values, dict):
        raise HostEnvironmentError(f'{path.name}: "Values" must be an object')
    return check_values(path.name, cast(dict[str, object], values))


def settings_warnings(root: Path, settings_file: str = SETTINGS_FILE) -> tuple[str, ...]:
    """Return a sentence for each setting whose name looks misspelled.

    The right names are those in the example file in `root`; without one there are no warnings. A
    file that can't be read has none either: `host_environment` raises for it.
    """
    try:
        known = read_local_settings(root / EXAMPLE_FILE)
        given = read_local_settings(root / settings_file) if settings_file else {}
    except HostEnvironmentError:
        return ()
    by_upper_case = {name.upper(): name for name in known}
    warnings: list[str] = []
    for name in given.keys() - known.keys():
        meant = difflib.get_close_matches(name.upper(), by_upper_case, n=1, cutoff=SIMILAR)
        if meant:
            right = by_upper_case[meant[0]]
            warnings.append(f"{settings_file}: {name} is not a setting. Did you mean {right}?")
    return tuple(sorted(warnings))


def is_cut(text: str) -> bool:
    """Return whether a text has half of a character, such as `\\ud83d` without its pair."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def check_values(file: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return the settings if all can be environment variables; errors never show a value."""
    checked: dict[str, str] = {}
    for name, value in values.items():
        if not isinstance(value, str):
            raise HostEnvironmentError(f"{file}: the value of {name} must be a string, in quotes")
        if not name or "=" in name or "\0" in name + value or is_cut(name + value):
            raise HostEnvironmentError(f"{file}: {name!r} cannot be an environment variable")
        checked[name] = value
    return checked
