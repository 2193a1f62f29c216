"""Read `function.json` files, and refuse those that Azure's host refuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from local_stack.host.app.json_file import AppFileError, read_json_object
from local_stack.host.app.unknown_words import suggestion

AuthLevel = Literal["anonymous", "user", "function", "system", "admin"]
Direction = Literal["in", "out", "inout"]

AUTH_LEVELS: tuple[AuthLevel, ...] = ("anonymous", "user", "function", "system", "admin")
"""In the order of their numbers, which function.json may have instead."""
DIRECTIONS: Mapping[str, Direction] = {"in": "in", "out": "out", "inout": "inout"}
EMULATED_TRIGGERS = ("httpTrigger", "timerTrigger")
EMULATED_BINDINGS = (*EMULATED_TRIGGERS, "http")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,127}")
MISSPELLED = 0.85
"""How similar a type must be to a real one to count as misspelled, not as another type."""
RESERVED_ROUTES = ("admin", "runtime")
SCRIPT = "__init__.py"


class UnlistedFunctionError(AppFileError):
    """A function that Azure's host doesn't even list among those in error."""


@dataclass(frozen=True)
class Binding:
    """A binding: the Python parameter (or `$return`), its type and its direction."""

    name: str
    type: str
    direction: Direction


@dataclass(frozen=True)
class Endpoint:
    """The route, methods and auth level of a function. None means every method."""

    route: str
    methods: frozenset[str] | None
    auth_level: AuthLevel


@dataclass(frozen=True)
class FunctionDefinition:
    """One function of the app. `script` is absolute.

    `trigger` is the trigger's name, and `trigger_type` its type as in function.json.
    """

    name: str
    directory: Path
    script: Path
    entry_point: str | None
    bindings: tuple[Binding, ...]
    trigger: str
    trigger_type: str
    document: Mapping[str, Any]
    """The whole function.json."""

    @property
    def entry(self) -> Mapping[str, Any]:
        """The trigger's entry in function.json."""
        bindings: list[dict[str, Any]] = self.document["bindings"]
        return next(entry for entry in bindings if entry["name"] == self.trigger)

    def is_kind(self, trigger_type: str) -> bool:
        """Return whether this is the type of its trigger; the host compares without case."""
        return self.trigger_type.lower() == trigger_type.lower()


def read_function_definition(folder: Path) -> FunctionDefinition:
    """Read `function.json` in `folder`; raise AppFileError if it can't be used here."""
    document = read_listed(folder)
    bindings = tuple(read_binding(entry) for entry in document["bindings"])
    require_emulated(bindings)
    triggers = [one for one in bindings if one.type.lower().endswith("trigger")]
    if len(triggers) != 1:
        raise AppFileError("function.json: expected exactly one trigger")
    entry_point: object = document.get("entryPoint")
    return FunctionDefinition(
        name=folder.name,
        directory=folder,
        script=script_of(folder, document),
        entry_point=str(entry_point) if entry_point else None,
        bindings=bindings,
        trigger=triggers[0].name,
        trigger_type=triggers[0].type,
        document=document,
    )


def read_listed(folder: Path) -> dict[str, Any]:
    """Return a function.json that the host lists; raise UnlistedFunctionError."""
    try:
        document = read_json_object(folder / "function.json")
    except AppFileError as error:
        raise UnlistedFunctionError(str(error)) from error
    if not NAME.fullmatch(folder.name):
        raise UnlistedFunctionError(
            f"the folder's name {folder.name} is not a valid function name: it must begin with "
            "a letter, and may have letters, digits, _ and -"
        )
    for entry in read_bindings(document):
        if "direction" in entry and str(entry["direction"]).lower() not in DIRECTIONS:
            raise UnlistedFunctionError(
                f"function.json: invalid direction {entry['direction']}. Use in, out or inout"
            )
    if not _is_file(folder, document):
        raise UnlistedFunctionError(
            f"function.json: the script file {document.get('scriptFile') or SCRIPT} doesn't exist"
        )
    return document


def _is_file(folder: Path, document: Mapping[str, Any]) -> bool:
    """Return whether a function's Python file exists; a name may be one that no file can have."""
    try:
        return script_of(folder, document).is_file()
    except (OSError, ValueError):
        return False


def script_of(folder: Path, document: Mapping[str, Any]) -> Path:
    """Return the function's Python file."""
    return (folder / str(document.get("scriptFile") or SCRIPT)).resolve()


def read_bindings(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of `bindings`, which must be a list of objects."""
    entries: object = document.get("bindings")
    if not isinstance(entries, list) or not entries:
        raise UnlistedFunctionError('function.json: "bindings" must be a list of bindings')
    for entry in cast(list[object], entries):
        if not isinstance(entry, dict):
            raise UnlistedFunctionError("function.json: a binding must be an object")
    return cast(list[dict[str, Any]], entries)


def read_binding(entry: Mapping[str, Any]) -> Binding:
    """Return one entry of `bindings`, typed."""
    name: object = entry.get("name")
    kind: object = entry.get("type")
    direction = DIRECTIONS.get(str(entry.get("direction")).lower())
    if not isinstance(name, str) or not isinstance(kind, str) or not name or not kind:
        raise AppFileError('function.json: a binding needs a "name" and a "type"')
    if direction is None:
        raise AppFileError(f'function.json: "direction" of {name} must be in, out or inout')
    return Binding(name=name, type=kind, direction=direction)


def require_emulated(bindings: tuple[Binding, ...]) -> None:
    """Raise AppFileError for a binding that only works in Azure, instead of ignoring it."""
    known = {name.lower() for name in EMULATED_BINDINGS}
    others = [binding for binding in bindings if binding.type.lower() not in known]
    if others:
        listed = ", ".join(f'"{binding.type}" (binding {binding.name})' for binding in others)
        meant = suggestion(others[0].type, EMULATED_BINDINGS, MISSPELLED)
        raise AppFileError(
            f"function.json: the local host doesn't support {listed}"
            f"{meant or f'. It supports {", ".join(EMULATED_BINDINGS)}'}"
        )


def read_endpoint(definition: FunctionDefinition) -> Endpoint:
    """Return the route, methods and auth level of an HTTP trigger; the defaults are Azure's.

    Raises AppFileError if Azure's host puts the function in error. A route may still be invalid.
    """
    trigger = definition.entry
    given: object = trigger.get("route")
    if isinstance(given, (list, dict)):
        raise AppFileError('function.json: "route" must be text')
    route = definition.name if given is None or given == "" else str(given)
    if route.lstrip("/").lower().startswith(RESERVED_ROUTES):
        raise AppFileError(
            f"function.json: the route {route} begins with admin or runtime, which are reserved. "
            "Choose another route or, if the function has none, rename the function"
        )
    methods: object = trigger.get("methods")
    if methods is not None and not isinstance(methods, list):
        raise AppFileError('function.json: "methods" must be a list')
    return Endpoint(
        route=route,
        methods=None
        if methods is None
        else frozenset(str(method).upper() for method in cast(list[object], methods)),
        auth_level=_auth_level(trigger.get("authLevel")),
    )


def _auth_level(value: object) -> AuthLevel:
    """Return a level by its name or number; without one it is `function`."""
    if value is None:
        return "function"
    text = str(value).lower()
    for number, level in enumerate(AUTH_LEVELS):
        if text in {level, str(number)}:
            return level
    levels = ", ".join(AUTH_LEVELS)
    raise AppFileError(f'function.json: "authLevel" must be one of {levels}, not {value}')


def is_disabled(name: str, settings: Mapping[str, str]) -> bool:
    """Return whether a setting disables the function; `"disabled"` in function.json doesn't.

    The setting is `AzureWebJobs.NAME.Disabled`. On Linux Azure replaces the dots with one
    underscore each.
    """
    values = (settings.get(f"AzureWebJobs{mark}{name}{mark}Disabled", "") for mark in "._")
    return any(value.lower() in {"true", "1"} for value in values)
