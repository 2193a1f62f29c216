"""The settings that a command works with: the environment, over a settings file, as `func start`.

Source: Core Tools skips a value of local.settings.json that the environment has already.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from commands.errors import CommandError

DEFAULT_FILE = "local.settings.json"


def read_settings(
    environment: Mapping[str, str], *, root: Path, file: str | None = None
) -> dict[str, str]:
    """Return the environment over `Values` of a settings file, by name.

    `file` has to exist; without one it is local.settings.json in the folder `root`, if there is
    one. Raise CommandError for a file that cannot be used; it shows no value.
    """
    path = Path(file) if file else root / DEFAULT_FILE
    if file is None and not path.exists():
        return dict(environment)
    return {**_values(path), **environment}


def _values(path: Path) -> dict[str, str]:
    document = _read(path)
    if document.get("IsEncrypted") is True:
        raise CommandError(f"{path.name} is encrypted; decrypt it with: func settings decrypt")
    values = document.get("Values", {})
    if not isinstance(values, dict):
        raise CommandError(f'{path.name}: "Values" must be an object')
    named = cast(dict[str, object], values)
    for name, value in named.items():
        if not isinstance(value, str):
            raise CommandError(f"{path.name}: the value of {name} must be text")
    return cast(dict[str, str], named)


def _read(path: Path) -> dict[str, object]:
    try:
        # utf-8-sig: editors on Windows may write a byte order mark.
        document: object = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from error
    except (ValueError, RecursionError):
        # Without the cause: a parser may quote the file, and the file has secrets.
        raise CommandError(f"{path.name} is not JSON") from None
    if not isinstance(document, dict):
        raise CommandError(f"{path.name}: expected a JSON object")
    return cast(dict[str, object], document)
