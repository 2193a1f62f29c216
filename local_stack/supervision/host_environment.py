"""The environment of the local Functions host."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from local_stack.host.configuration import AppFileError, read_json_object

SETTINGS_FILE = "local.settings.json"


class HostEnvironmentError(Exception):
    """`local.settings.json` is invalid; the message says why."""


def host_environment(
    process: Mapping[str, str],
    root: Path,
    local_stack: Mapping[str, str],
    settings_file: str = SETTINGS_FILE,
) -> dict[str, str]:
    """Return the host's environment variables.

    First the process's own, then `Values` of the settings file in `root` if it exists (with an
    empty name, no file), then the local stack's, which always win: no setting can point the
    functions at a real account.
    Raises HostEnvironmentError.
    """
    settings = read_local_settings(root / settings_file) if settings_file else {}
    return {**process, **settings, **local_stack}


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
            f"{path.name} is encrypted. Decrypt it with: func settings decrypt"
        )
    values = settings.get("Values", {})
    if not isinstance(values, dict):
        raise HostEnvironmentError(f'{path.name}: "Values" must be an object')
    return check_values(path.name, cast(dict[str, object], values))


def check_values(file: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return the settings if all can be environment variables; errors never show a value."""
    checked: dict[str, str] = {}
    for name, value in values.items():
        if not isinstance(value, str):
            raise HostEnvironmentError(f"{file}: the value of {name} must be text")
        if not name or "=" in name or "\0" in name + value:
            raise HostEnvironmentError(f"{file}: {name!r} cannot be an environment variable")
        checked[name] = value
    return checked
