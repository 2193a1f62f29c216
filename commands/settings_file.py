"""The settings for a command: a settings file, overridden by the environment, like `func start`.

Source: Core Tools skips values of local.settings.json that exist in the environment.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from commands.errors import CommandError

DEFAULT_FILE = "local.settings.json"
# Allowed keys of a settings file in addition to Values.
OTHER_KEYS = frozenset({"IsEncrypted", "Host", "ConnectionStrings"})


def read_settings(
    environment: Mapping[str, str], *, root: Path, file: str | None = None
) -> dict[str, str]:
    """Return the settings by name: `Values` of a settings file, overridden by the environment.

    `file` must exist; the default is local.settings.json in `root`, if it exists. Raise
    CommandError if the file is invalid; the message contains no values.
    """
    path = Path(file) if file else root / DEFAULT_FILE
    if file is None and not path.exists():
        return dict(environment)
    return {**_values(path), **environment}


def _values(path: Path) -> dict[str, str]:
    document = _read(path)
    if document.get("IsEncrypted") is True:
        raise CommandError(f"{path.name} is encrypted. Decrypt it with: func settings decrypt")
    if "Values" not in document and document.keys() - OTHER_KEYS:
        raise CommandError(f'{path.name} has no "Values", so none of its settings would be read')
    values = document.get("Values", {})
    if not isinstance(values, dict):
        raise CommandError(f'{path.name}: "Values" must be an object')
    named = cast(dict[str, object], values)
    for name, value in named.items():
        if not isinstance(value, str):
            raise CommandError(f"{path.name}: the value of {name} must be a string, in quotes")
    return cast(dict[str, str], named)


def _read(path: Path) -> dict[str, object]:
    try:
        # utf-8-sig: editors on Windows may write a byte order mark.
        document: object = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from error
    except (ValueError, RecursionError):
        # Drop the cause: the parser may quote the file, which contains secrets.
        raise CommandError(f"{path.name} is not valid JSON") from None
    if not isinstance(document, dict):
        raise CommandError(f"{path.name}: expected a JSON object")
    return cast(dict[str, object], document)
