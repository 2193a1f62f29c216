"""The keys that open functions and /admin, and what each of them opens."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from local_stack.host.app.function_file import AuthLevel
from local_stack.host.app.json_file import AppFileError, read_json_object

KeyKind = Literal["function", "host", "system", "master"]
STORE_TYPE = "AzureWebJobsSecretStorageType"
STORE_FOLDER = "FUNCTIONS_SECRETS_PATH"

OPENS: Mapping[KeyKind, frozenset[AuthLevel]] = {
    "function": frozenset({"function"}),  # its own function only
    "host": frozenset({"function"}),
    "system": frozenset({"system"}),
    "master": frozenset({"user", "function", "system", "admin"}),
}

log = logging.getLogger("host")


@dataclass(frozen=True)
class Key:
    """A key and the name that people gave it."""

    name: str
    value: str


@dataclass(frozen=True)
class Keys:
    """All keys of an app. `functions` has those of one function each, by name in lower case."""

    master: Sequence[Key] = ()
    host: Sequence[Key] = ()
    system: Sequence[Key] = ()
    functions: Mapping[str, Sequence[Key]] = field(default_factory=dict[str, Sequence[Key]])

    def kind(self, given: str, function: str = "") -> KeyKind | None:
        """Return what kind of key this is for a function; None if it is no key.

        Keys are compared without case, like in Azure.
        """
        given = given.strip().lower()
        if _has(self.master, given):
            return "master"
        if _has(self.host, given):
            return "host"
        if _has(self.system, given):
            return "system"
        return "function" if _has(self.functions.get(function.lower(), ()), given) else None

    def may_pass(self, level: AuthLevel, given: str, function: str) -> bool:
        """Return whether a key opens a function of this level."""
        if level == "anonymous":
            return True
        kind = self.kind(given, function)
        return kind is not None and level in OPENS[kind]


def _has(keys: Sequence[Key], given: str) -> bool:
    return any(key.value.lower() == given for key in keys)


def local_keys(value: str) -> Keys:
    """Return a single key that opens everything."""
    return Keys(master=(Key("master", value),))


def read_keys(settings: Mapping[str, str], local_key: str) -> Keys:
    """Return the app's keys: those in files if the settings say so, otherwise `local_key` alone."""
    if settings.get(STORE_TYPE, "").lower() != "files":
        return local_keys(local_key)
    folder = settings.get(STORE_FOLDER, "")
    if not folder or not Path(folder).is_dir():
        log.error(
            "%s must be the folder with the key files. Until then, no key works", STORE_FOLDER
        )
        return Keys()
    files = {path.stem.lower(): _read(path) for path in sorted(Path(folder).glob("*.json"))}
    host = files.pop("host", {})
    return Keys(
        master=_keys([host.get("masterKey")]),
        host=_keys(host.get("functionKeys")),
        system=_keys(host.get("systemKeys")),
        functions={name: _keys(document.get("keys")) for name, document in files.items()},
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_json_object(path)
    except AppFileError as error:
        log.error("keys: %s", error)  # noqa: TRY400 - the message says it all
        return {}


def _keys(entries: object) -> tuple[Key, ...]:
    """Return the keys of one list; skip those that are encrypted, which only Azure can read."""
    found: list[Key] = []
    for entry in cast(list[object], entries) if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        key = cast(dict[str, object], entry)
        name, value = key.get("name"), key.get("value")
        if isinstance(name, str) and isinstance(value, str) and value:
            if key.get("encrypted") is True:
                log.error("the key %s is encrypted, so it doesn't work here", name)
            else:
                found.append(Key(name, value))
    return tuple(found)
