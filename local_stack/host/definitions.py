"""Read `function.json` files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from local_stack.host.configuration import AppFileError, read_json_object

AuthLevel = Literal["anonymous", "function", "admin"]
Direction = Literal["in", "out", "inout"]

AUTH_LEVELS: Mapping[str, AuthLevel] = {
    "anonymous": "anonymous",
    "function": "function",
    "admin": "admin",
}
DIRECTIONS: Mapping[str, Direction] = {"in": "in", "out": "out", "inout": "inout"}
EMULATED_BINDINGS = frozenset({"httpTrigger", "http"})
TRUE_WORDS = frozenset({"true", "1"})


@dataclass(frozen=True)
class Binding:
    """A binding: the Python parameter (or `$return`), its type and its direction."""

    name: str
    type: str
    direction: Direction


@dataclass(frozen=True)
class Endpoint:
    """The route, methods, and auth level of a function. No methods means every method."""

    route: str
    methods: frozenset[str]
    auth_level: AuthLevel


@dataclass(frozen=True)
class FunctionDefinition:
    """One function of the app. `script` is absolute; `trigger` is the HTTP trigger's name."""

    name: str
    directory: Path
    script: Path
    entry_point: str | None
    bindings: tuple[Binding, ...]
    trigger: str
    endpoint: Endpoint


def default_endpoint(name: str) -> Endpoint:
    """Return the access rules of a function whose function.json is invalid.

    It needs no key: it only returns the reason, and a 401 would make people look for keys.
    """
    return Endpoint(route=name, methods=frozenset(), auth_level="anonymous")


def is_disabled(folder: Path, environment: Mapping[str, str]) -> bool:
    """Return whether the function in `folder` is disabled.

    Azure: `"disabled"` in function.json (true, or the name of a setting that is true or 1), or the
    setting `AzureWebJobs.<Name>.Disabled`, on Linux with double underscores instead of dots.
    """
    settings = [f"AzureWebJobs.{folder.name}.Disabled", f"AzureWebJobs__{folder.name}__Disabled"]
    try:
        value: object = read_json_object(folder / "function.json").get("disabled", False)
    except AppFileError:
        value = False
    if isinstance(value, str):
        settings.append(value)
    return value is True or any(
        environment.get(name, "").lower() in TRUE_WORDS for name in settings
    )


def read_function_definition(folder: Path) -> FunctionDefinition:
    """Read `function.json` in `folder`; raise AppFileError if it can't be used here."""
    document = read_json_object(folder / "function.json")
    entries = read_bindings(document)
    bindings = tuple(read_binding(entry) for entry in entries)
    require_emulated(bindings)
    triggers = [entry for entry in entries if entry["type"] == "httpTrigger"]
    if len(triggers) != 1:
        raise AppFileError("function.json: expected exactly one httpTrigger")
    entry_point: object = document.get("entryPoint")
    return FunctionDefinition(
        name=folder.name,
        directory=folder,
        script=(folder / str(document.get("scriptFile") or "__init__.py")).resolve(),
        entry_point=str(entry_point) if entry_point else None,
        bindings=bindings,
        trigger=str(triggers[0]["name"]),
        endpoint=read_endpoint(folder.name, triggers[0]),
    )


def read_bindings(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of `bindings`, which must be a list of objects."""
    entries: object = document.get("bindings")
    if not isinstance(entries, list) or not entries:
        raise AppFileError('function.json: "bindings" must be a list of bindings')
    for entry in cast(list[object], entries):
        if not isinstance(entry, dict):
            raise AppFileError("function.json: a binding must be an object")
    return cast(list[dict[str, Any]], entries)


def read_binding(entry: Mapping[str, Any]) -> Binding:
    """Return one entry of `bindings`, typed."""
    name: object = entry.get("name")
    kind: object = entry.get("type")
    direction = DIRECTIONS.get(str(entry.get("direction", "in")).lower())
    if not isinstance(name, str) or not isinstance(kind, str) or not name or not kind:
        raise AppFileError('function.json: a binding needs a "name" and a "type"')
    if direction is None:
        raise AppFileError(f'function.json: "direction" of {name} must be in, out or inout')
    return Binding(name=name, type=kind, direction=direction)


def require_emulated(bindings: tuple[Binding, ...]) -> None:
    """Raise AppFileError for a binding that only works in Azure, instead of ignoring it."""
    for binding in bindings:
        if binding.type not in EMULATED_BINDINGS:
            raise AppFileError(
                f"function.json: the local host doesn't support {binding.type} "
                f"(binding {binding.name}). It supports {' and '.join(sorted(EMULATED_BINDINGS))}"
            )


def read_endpoint(name: str, trigger: Mapping[str, Any]) -> Endpoint:
    """Return the route, methods and auth level of an HTTP trigger; the defaults are Azure's."""
    route: object = trigger.get("route")
    methods: object = trigger.get("methods") or []
    auth_level = AUTH_LEVELS.get(str(trigger.get("authLevel", "function")).lower())
    if auth_level is None:
        raise AppFileError('function.json: "authLevel" must be anonymous, function or admin')
    if not isinstance(methods, list):
        raise AppFileError('function.json: "methods" must be a list')
    return Endpoint(
        route=name if route is None else str(route).strip("/"),
        methods=frozenset(str(method).upper() for method in cast(list[object], methods)),
        auth_level=auth_level,
    )
