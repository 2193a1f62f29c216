"""What the local stack shows of an app's folder: this project's app, or any other."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_stack.host.app.function_file import read_endpoint, read_function_definition
from local_stack.host.app.host_file import DEFAULT_ROUTE_PREFIX, read_host_configuration
from local_stack.host.app.json_file import AppFileError

OUR_MARK = "shared/config/local_stack.py"
"""The module by which this project's app finds the local stack."""

OPENAPI_FILES = ("docs/use/openapi.yaml", "openapi.yaml", "openapi.json")
"""Where an app's OpenAPI document may be: this project's place first."""

VOICE_FUNCTION = "TwimlHello"
TEXT_FUNCTION = "TwimlReply"
CLIENT_FUNCTION = "TwimlClientOutgoing"
"""What handles the line and calls from browsers at first, if the app has them."""


@dataclass(frozen=True)
class AppFolder:
    """An app as its files describe it. Files that can't be read are left to the host to report."""

    name: str
    is_ours: bool
    """Whether it is this project's app, perhaps with more functions."""
    functions: frozenset[str]
    """The names of the folders with a function.json."""
    route_prefix: str
    endpoints: tuple[tuple[str, str], ...]
    """The methods and the route of each HTTP function, without the prefix; no methods are all."""
    called: tuple[str, ...]
    """The functions without a URL of their own."""
    version: str = ""
    """The version in its pyproject.toml."""
    openapi: Path | None = None
    """The file that describes the app's HTTP interface."""

    def has(self, address: str) -> bool:
        """Return whether the function exists that an address such as `TwimlMenu?a=b` names."""
        return address.partition("?")[0] in self.functions


def is_ours(root: Path) -> bool:
    """Return whether a folder holds this project's app."""
    return (root / OUR_MARK).is_file()


def read_folder(root: Path, settings: Mapping[str, str]) -> AppFolder:
    """Describe the app in `root`; `settings` can override values of host.json."""
    try:
        prefix = read_host_configuration(root, settings).route_prefix
    except AppFileError:
        prefix = DEFAULT_ROUTE_PREFIX
    folders = sorted(path.parent for path in root.glob("*/function.json"))
    triggers = [found for folder in folders for found in _trigger(folder)]
    return AppFolder(
        name=root.name,
        is_ours=is_ours(root),
        functions=frozenset(folder.name for folder in folders),
        route_prefix=prefix,
        endpoints=tuple((methods, route) for _, methods, route in triggers if route),
        called=tuple(name for name, _, route in triggers if not route),
        version=_version(root),
        openapi=next(filter(Path.is_file, map(root.joinpath, OPENAPI_FILES)), None),
    )


def _version(root: Path) -> str:
    try:
        project: dict[str, object] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    match project:
        case {"project": {"version": str(version)}}:
            return version
        case _:
            return ""


def _trigger(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield a function's name, methods and route; the route is "" without one."""
    try:
        definition = read_function_definition(folder)
        if not definition.is_kind("httpTrigger"):
            yield folder.name, "", ""
            return
        endpoint = read_endpoint(definition)
    except AppFileError:
        return
    yield folder.name, ",".join(sorted(endpoint.methods or ())), endpoint.route
