"""Load an app folder: its routes, its functions, and why others don't load."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local_stack.host.app_frames import app_traceback
from local_stack.host.configuration import (
    AppFileError,
    HostConfiguration,
    read_host_configuration,
    read_json_object,
)
from local_stack.host.definitions import (
    FunctionDefinition,
    default_endpoint,
    is_disabled,
    read_function_definition,
)
from local_stack.host.functions import FunctionLoadError, load_function
from local_stack.host.http.routes import Route, RouteTable, build_route, refuse_prefix
from local_stack.host.unknown_words import unknown_words

log = logging.getLogger("host")


@dataclass(frozen=True)
class LoadFailure:
    """A function that didn't load, and why. An empty name means the whole app."""

    function: str
    reason: str


@dataclass(frozen=True)
class Application:
    """What the host serves. A function without a definition responds with 500.

    `is_running` is False when the app as a whole can't run.
    """

    routes: RouteTable
    functions: Mapping[str, FunctionDefinition]
    failures: tuple[LoadFailure, ...]
    is_running: bool = True

    @property
    def names(self) -> list[str]:
        """All functions, including those that didn't load."""
        return sorted([*self.functions, *(failure.function for failure in self.failures)])

    def reason(self, function: str) -> str:
        """Return why a function did not load."""
        reasons = {failure.function: failure.reason for failure in self.failures}
        return reasons.get(function, "")


def load_application(root: Path, environment: Mapping[str, str]) -> Application:
    """Load every function folder under `root`; `failures` has those that fail."""
    try:
        configuration = read_host_configuration(root)
        refuse_prefix(configuration.route_prefix)
    except AppFileError as error:
        log.error("%s", error)  # noqa: TRY400 - the message says it all
        return Application(RouteTable([]), {}, (LoadFailure("", str(error)),), is_running=False)
    routes: list[Route] = []
    functions: dict[str, FunctionDefinition] = {}
    failures: list[LoadFailure] = []
    for description in sorted(root.glob("*/function.json")):
        folder = description.parent
        if is_disabled(folder, environment):
            continue
        try:
            definition, route = load_folder(folder, configuration)
            functions[folder.name] = definition
        except (AppFileError, FunctionLoadError) as error:
            log.error("%s did not load: %s", folder.name, with_frames(error, root))  # noqa: TRY400 - framework frames say nothing
            failures.append(LoadFailure(folder.name, str(error)))
            route = fallback_route(folder, configuration)
        if route is not None:
            routes.append(route)
    return Application(RouteTable(routes), functions, tuple(failures))


def with_frames(error: AppFileError | FunctionLoadError, root: Path) -> str:
    """Return the reason and, for an exception in the code, the app's part of the traceback."""
    if isinstance(error, FunctionLoadError) and error.__cause__ is not None:
        return f"{error}\n{app_traceback(error.__cause__, root)}"
    return str(error)


def load_folder(folder: Path, host: HostConfiguration) -> tuple[FunctionDefinition, Route]:
    """Load one function folder; raise AppFileError or FunctionLoadError."""
    definition = read_function_definition(folder)
    route = build_route(folder.name, host.route_prefix, definition.endpoint)
    for sentence in unknown_words(read_json_object(folder / "function.json")):
        log.warning("%s/%s", folder.name, sentence)
    load_function(definition)
    return definition, route


def fallback_route(folder: Path, host: HostConfiguration) -> Route | None:
    """Return the route on which a function that didn't load responds with 500, if it has one."""
    with suppress(AppFileError):
        return build_route(
            folder.name, host.route_prefix, read_function_definition(folder).endpoint
        )
    with suppress(AppFileError):
        return build_route(folder.name, host.route_prefix, default_endpoint(folder.name))
    return None
