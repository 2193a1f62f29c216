"""Read the parts of `host.json` that matter locally."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from local_stack.host.app.json_file import AppFileError, read_json_object
from local_stack.host.app.not_emulated import ignored_in_host_file
from local_stack.host.app.time_span import seconds_of

DEFAULT_ROUTE_PREFIX = "api"
DEFAULT_TIMEOUT_S = 30 * 60.0
"""Source: https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout"""
SHORTEST_TIMEOUT_S = 1.0
DEFAULT_HSTS_S = 30 * 86400.0
SETTING_PREFIX = "AzureFunctionsJobHost__"
"""Settings that begin so override host.json, with __ between the names of the path."""

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True)
class HostConfiguration:
    """What host.json says. Limits are numbers of requests; -1 means none."""

    route_prefix: str = DEFAULT_ROUTE_PREFIX
    functions: frozenset[str] | None = None
    """The functions that exist, in lower case; None means all."""
    timeout_s: float | None = DEFAULT_TIMEOUT_S
    max_outstanding: int = -1
    max_concurrent: int = -1
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers on every response."""
    hsts: str = ""
    """The value of Strict-Transport-Security, "" for none."""
    warnings: tuple[str, ...] = ()


def read_host_configuration(root: Path, settings: Mapping[str, str]) -> HostConfiguration:
    """Read `host.json` in the app folder `root`; raise AppFileError if the real host refuses it.

    `settings` are the app's settings, which can override values.
    """
    path = root / "host.json"
    if not path.exists():
        below = next((found.parent.name for found in sorted(root.glob("*/host.json"))), "")
        hint = f", or start the app in the folder {below} with --root" if below else ""
        raise AppFileError(f'host.json is missing. Create it with {{"version": "2.0"}}{hint}')
    document = read_json_object(path)
    warnings: list[str] = []
    if not document:
        warnings.append('host.json is empty; Azure\'s host writes {"version": "2.0"} into it')
        document = {"version": "2.0"}
    _check_version(document.get("version"))
    _override(document, settings)
    _check_bundle(_section(document, "extensionBundle"))
    http = _section(_section(document, "extensions"), "http")
    warnings += ignored_in_host_file(document)
    return HostConfiguration(
        route_prefix=_route_prefix(http),
        functions=_functions(_value(document, "functions")),
        timeout_s=_timeout(_value(document, "functionTimeout")),
        max_outstanding=_limit(http, "maxOutstandingRequests"),
        max_concurrent=_limit(http, "maxConcurrentRequests"),
        headers=_headers(_section(http, "customHeaders")),
        hsts=_hsts(_section(http, "hsts")),
        warnings=tuple(warnings),
    )


def _check_version(version: object) -> None:
    if version == "2.0":
        return
    shown = "2" if version == 2 else str(version)
    schema = (
        "This does not correspond to the function runtime version, only to the schema version "
        "of the host.json file. "
    )
    raise AppFileError(
        'host.json: "version" must be "2.0", in quotes',
        f"Microsoft.Azure.WebJobs.Script: '{shown}' is an invalid value for host.json 'version' "
        "property. We recommend you set the 'version' property to '2.0'. "
        f"{schema if shown.startswith('3') else ''}"
        "See https://aka.ms/functions-hostjson for more information on this configuration file.",
    )


def _check_bundle(bundle: Mapping[str, Any]) -> None:
    if bundle and not (_value(bundle, "id") and _value(bundle, "version")):
        raise AppFileError(
            'host.json: extensionBundle needs an "id" and a "version" such as "[4.*, 5.0.0)"'
        )


def _override(document: dict[str, Any], settings: Mapping[str, str]) -> None:
    """Put settings such as AzureFunctionsJobHost__functionTimeout into the document."""
    for name, value in settings.items():
        if not name.lower().startswith(SETTING_PREFIX.lower()):
            continue
        *path, last = name[len(SETTING_PREFIX) :].split("__")
        place = document
        for part in path:
            key = _key(place, part)
            inner = place.get(key)
            if not isinstance(inner, dict):
                inner = place[key] = {}
            place = cast(dict[str, Any], inner)
        place[_key(place, last)] = value


def _key(place: Mapping[str, Any], name: str) -> str:
    """Return the key of a name that may be spelled in another case."""
    return next((key for key in place if key.lower() == name.lower()), name)


def _value(place: Mapping[str, Any], name: str) -> object:
    return place.get(_key(place, name))


def _section(place: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object in the document; anything else counts as empty, as in the real host."""
    value = _value(place, name)
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _route_prefix(http: Mapping[str, Any]) -> str:
    """Return the prefix: null is the empty one, and a number is its text."""
    key = _key(http, "routePrefix")
    return _text(http[key]) if key in http else DEFAULT_ROUTE_PREFIX


def _functions(value: object) -> frozenset[str] | None:
    if not isinstance(value, list):
        return None
    return frozenset(str(name).lower() for name in cast(list[object], value))


def _timeout(value: object) -> float | None:
    """Return the time limit of a function in seconds, None for no limit."""
    if value is None:
        return DEFAULT_TIMEOUT_S
    text = str(value)
    if text == "-1":
        return None
    seconds = seconds_of(text)
    example = 'host.json: "functionTimeout" must be a time like "00:05:00", or "-1" for no limit'
    if seconds is None:
        raise AppFileError(
            example,
            _conversion("FunctionTimeout", "TimeSpan", text)
            + f"String '{text}' was not recognized as a valid TimeSpan.",
        )
    if seconds < SHORTEST_TIMEOUT_S:
        raise AppFileError(
            f"{example}, and at least one second",
            "Microsoft.Azure.WebJobs.Script: FunctionTimeout must be greater than 00:00:01 and "
            "less than 10675199.02:48:05.4775807.",
        )
    return seconds


def _limit(http: Mapping[str, Any], name: str) -> int:
    value = _value(http, name)
    if value is None:
        return -1
    try:
        return int(str(value))
    except ValueError:
        raise AppFileError(
            f'host.json: "{name}" must be a whole number',
            _conversion(f"extensions:Http:{name[0].upper()}{name[1:]}", "Int32", str(value))
            + f"The input string '{value}' was not in a correct format.",
        ) from None


def _conversion(place: str, kind: str, text: str) -> str:
    """Return the first two sentences with which .NET reports a value of the wrong type."""
    tail = " (Parameter 'value')." if kind == "Int32" else ""
    return (
        "Microsoft.Extensions.Configuration.Binder: Failed to convert configuration value at "
        f"'AzureFunctionsJobHost:{place}' to type 'System.{kind}'. "
        f"System.ComponentModel.TypeConverter: {text} is not a valid value for {kind}.{tail} "
        "System.Private.CoreLib: "
    )


def _headers(section: Mapping[str, Any]) -> dict[str, str]:
    """Return headers; raise AppFileError for one that HTTP doesn't allow."""
    headers = {name: _text(value) for name, value in section.items()}
    for name, value in headers.items():
        if not (HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)):
            raise AppFileError(f'host.json: "{name}" in customHeaders is not a valid header')
    return headers


def _hsts(section: Mapping[str, Any]) -> str:
    if str(_value(section, "isEnabled")).lower() != "true":
        return ""
    given = _value(section, "maxAge")
    age = DEFAULT_HSTS_S if given is None else seconds_of(str(given))
    if age is None:
        raise AppFileError('host.json: "maxAge" of hsts must be a time like "10.00:00:00"')
    words = [f"max-age={age:.0f}"]
    for name in ("includeSubDomains", "preload"):
        if str(_value(section, name)).lower() == "true":
            words.append(name)
    return "; ".join(words)
