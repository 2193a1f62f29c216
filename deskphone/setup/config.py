"""deskphone.toml: the port, the clock, the account's numbers with their URLs, and people."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from deskphone.account.phone_numbers import e164
from deskphone.app import NO_APP, App
from deskphone.ports import HIGHEST_PORT
from deskphone.rest.parameters import is_url

FILE = "deskphone.toml"
URLS = (
    "voice_url", "voice_fallback_url", "sms_url", "sms_fallback_url", "status_callback",
)  # fmt: skip
METHODS = (
    "voice_method", "voice_fallback_method", "sms_method", "sms_fallback_method",
    "status_callback_method",
)  # fmt: skip
NUMBER_KEYS = ("number", "name", *URLS, *METHODS)
PERSON_KEYS = ("number", "name")
KEYS = ("port", "clock", "app_url", "numbers", "people")
CLOCKS = ("system", "manual")
NAME_LIMIT = 64
PEOPLE_LIMIT = 20

Table = Mapping[str, object]


class ConfigError(Exception):
    """The file can't be used; the message names it, and the key's path."""


@dataclass(frozen=True)
class Config:
    """What a file sets. None stands for what it doesn't."""

    app: App = NO_APP
    port: int | None = None
    clock: str | None = None


def config_of(file: Path | None) -> Config:
    """Return what a file sets; raise ConfigError.

    For None, it's deskphone.toml in the current folder, if there is one.
    """
    path = Path(FILE) if file is None else file
    if file is None and not path.is_file():
        return Config()
    try:
        return read(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"Can't read {path}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} isn't valid TOML: {error}.") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def read(text: str) -> Config:
    """Return what a document sets; raise ConfigError, or ValueError if it isn't TOML."""
    document: Table = tomllib.loads(text)
    _check_keys(document, KEYS, "")
    app_url = _url(document, "app_url", "", "").rstrip("/")
    numbers = [
        _number(table, path, app_url) for path, table in _tables(document, "numbers", NUMBER_KEYS)
    ]
    people = [_person(table, path) for path, table in _tables(document, "people", PERSON_KEYS)]
    if len(people) > PEOPLE_LIMIT:
        raise ConfigError(f"`people` has more than {PEOPLE_LIMIT} entries. Remove some.")
    owned = [number["phone_number"] for number in numbers]
    _check_once("numbers", owned)
    _check_once("people", [number for number, _ in people], owned)
    app = App(answers_url=app_url, numbers=tuple(numbers), people=tuple(people))
    return Config(app, _port(document), _choice(document, "clock", "", CLOCKS))


def _number(table: Table, path: str, app_url: str) -> Mapping[str, str]:
    """Return the fields of a PhoneNumber."""
    fields = {"phone_number": _phone_number(table, path)}
    if name := _text(table, "name", path):
        fields["friendly_name"] = name
    for key in URLS:
        if key in table:
            fields[key] = _url(table, key, path, app_url)
    for key in METHODS:
        if method := _choice(table, key, path, ("GET", "POST")):
            fields[key] = method
    for kind in ("voice", "sms"):
        if fields.get(f"{kind}_fallback_url") and not fields.get(f"{kind}_url"):
            raise ConfigError(f"`{path}{kind}_fallback_url` needs `{kind}_url`. Add it.")
    return fields


def _person(table: Table, path: str) -> tuple[str, str]:
    return _phone_number(table, path), _text(table, "name", path)


def _tables(document: Table, key: str, keys: Sequence[str]) -> Sequence[tuple[str, Table]]:
    """Return an array of tables, each with its path."""
    given = document.get(key, [])
    rows = cast(list[object], given) if isinstance(given, list) else [given]
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"`{key}` must be an array of tables. Begin each with [[{key}]].")
    tables = [(f"{key}[{index}].", cast(Table, row)) for index, row in enumerate(rows)]
    for path, table in tables:
        _check_keys(table, keys, path)
    return tables


def _check_keys(table: Table, known: Sequence[str], path: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            advice = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(known)}."
            raise ConfigError(f"Unknown key `{path}{key}`. {advice}")


def _check_once(key: str, numbers: Sequence[str], others: Sequence[str] = ()) -> None:
    for index, number in enumerate(numbers):
        if number in numbers[:index] or number in others:
            raise ConfigError(f"`{key}[{index}].number` repeats {number}. Remove one of the two.")


def _phone_number(table: Table, path: str) -> str:
    number = e164(_text(table, "number", path))
    if number is None:
        raise ConfigError(f"`{path}number` must be a full phone number, such as +12025550100.")
    return number


def _text(table: Table, key: str, path: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or len(value) > NAME_LIMIT or not value.isprintable():
        raise ConfigError(f"`{path}{key}` must be a string of at most {NAME_LIMIT} characters.")
    return value.strip()


def _url(table: Table, key: str, path: str, base: str) -> str:
    """Return a URL; one that begins with / is the app's."""
    value = table.get(key, "")
    url = f"{base}{value}" if isinstance(value, str) and value.startswith("/") else value
    if not isinstance(url, str) or (url and not is_url(url)):
        advice = "" if key == "app_url" else ", or a path if there is an `app_url`"
        raise ConfigError(f"`{path}{key}` must be an http(s) URL{advice}.")
    return url


def _choice(table: Table, key: str, path: str, choices: Sequence[str]) -> str | None:
    value = table.get(key)
    if value is not None and value not in choices:
        raise ConfigError(f"`{path}{key}` must be {' or '.join(map(repr, choices))}.")
    return cast(str | None, value)


def _port(document: Table) -> int | None:
    value = document.get("port")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= HIGHEST_PORT:
        raise ConfigError(f"`port` must be a whole number from 0 to {HIGHEST_PORT}.")
    return value
