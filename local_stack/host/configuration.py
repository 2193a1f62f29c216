"""Read the parts of `host.json` that matter locally."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

DEFAULT_ROUTE_PREFIX = "api"
_TIME_SPAN = re.compile(r"([0-9]+\.)?[0-9]+:[0-5]?[0-9]:[0-5]?[0-9]")


class AppFileError(Exception):
    """A file of the app is invalid; the message names the file and what is wrong."""


@dataclass(frozen=True)
class HostConfiguration:
    """`route_prefix` has no slash at either end; it may be empty."""

    route_prefix: str


def read_json_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`; raise AppFileError that names the file."""
    try:
        # utf-8-sig: editors on Windows may write a byte order mark.
        value: object = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise AppFileError(f"{path.name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise AppFileError(f"{path.name} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise AppFileError(f"{path.name}: expected a JSON object")
    return cast(dict[str, Any], value)


def read_host_configuration(root: Path) -> HostConfiguration:
    """Read `host.json` in the app folder `root`; raise AppFileError if it is invalid.

    As in the Functions host, the version must be 2.0, the default prefix is `api`, and the timeout
    is a time span or -1. It isn't enforced here.
    """
    document = read_json_object(root / "host.json")
    if document.get("version") != "2.0":
        raise AppFileError('host.json: "version" must be "2.0"')
    timeout: object = document.get("functionTimeout", "-1")
    if timeout != "-1" and not (isinstance(timeout, str) and _TIME_SPAN.fullmatch(timeout)):
        raise AppFileError(
            'host.json: "functionTimeout" must be a time like "00:05:00", or "-1" for no limit'
        )
    prefix: Any = document
    for name in ("extensions", "http", "routePrefix"):
        if not isinstance(prefix, dict):
            raise AppFileError(f"host.json: the parent of {name} must be an object")
        prefix = cast(dict[str, Any], prefix).get(name)
        if prefix is None:
            return HostConfiguration(DEFAULT_ROUTE_PREFIX)
    if not isinstance(prefix, str):
        raise AppFileError("host.json: extensions.http.routePrefix must be a string")
    return HostConfiguration(prefix.strip("/"))
