"""Load an app folder: its routes, its functions, and why others don't load."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from local_stack.host.app.function_file import (
    Endpoint,
    FunctionDefinition,
    UnlistedFunctionError,
    is_disabled,
    read_endpoint,
    read_function_definition,
    read_listed,
)
from local_stack.host.app.host_file import HostConfiguration, read_host_configuration
from local_stack.host.app.json_file import AppFileError, located
from local_stack.host.app.not_emulated import (
    check_model,
    ignored_in_function_file,
    ignored_in_settings,
)
from local_stack.host.app.unknown_words import unknown_words
from local_stack.host.routing.routes import Route, RouteTable, build_route
from local_stack.host.triggers.timer_file import TIMER, read_timer
from local_stack.host.worker.app_frames import app_traceback
from local_stack.host.worker.functions import FunctionLoadError, WorkerExitError, load_function
from local_stack.host.worker.packages import install_hint

MISSING_MODULE = ModuleNotFoundError.__name__

log = logging.getLogger("host")


@dataclass(frozen=True)
class Function:
    """A folder with a function.json.

    `error` is why the function doesn't exist in Azure (404), `failure` why it doesn't load (500).
    """

    name: str
    definition: FunctionDefinition | None = None
    error: str = ""
    failure: str = ""
    disabled: bool = False
    listed: bool = True
    """Whether `/admin/functions` lists it."""

    @property
    def reason(self) -> str:
        """Why it doesn't run, "" if it does."""
        return self.error or self.failure


@dataclass(frozen=True)
class Application:
    """What the host serves. `down` is why the app as a whole can't run, None if it can."""

    functions: Mapping[str, Function] = field(default_factory=dict[str, Function])
    routes: RouteTable = field(default_factory=lambda: RouteTable([]))
    lost: RouteTable = field(default_factory=lambda: RouteTable([]))
    """The routes that functions in error would have."""
    configuration: HostConfiguration = field(default_factory=HostConfiguration)
    down: AppFileError | None = None

    def find(self, name: str) -> Function | None:
        """Return a function by its name in any case."""
        names = {function.name.lower(): function for function in self.functions.values()}
        return names.get(name.lower())

    def triggered_by(self, trigger_type: str) -> list[Function]:
        """Return the functions with this trigger that can run, disabled ones too."""
        return [
            one
            for one in self.functions.values()
            if not one.reason and one.definition and one.definition.is_kind(trigger_type)
        ]

    @property
    def failures(self) -> list[tuple[str, str]]:
        """Return the functions that don't run, with reasons; "" is the app as a whole."""
        whole = [("", str(self.down))] if self.down else []
        return whole + [(one.name, one.reason) for one in self.functions.values() if one.reason]


def load_application(root: Path, settings: Mapping[str, str]) -> Application:
    """Load every function folder under `root`, as far as it can be loaded."""
    try:
        configuration = read_host_configuration(root, settings)
        notes = [*configuration.warnings, *ignored_in_settings(settings), *check_model(root)]
        for note in notes:
            log.warning("%s", note)
        return _load(root, configuration, settings)
    except AppFileError as error:
        down = located(error, root / "host.json")
        log.error("%s", down)  # noqa: TRY400 - the message says it all
        return Application(down=down)


def _load(root: Path, configuration: HostConfiguration, settings: Mapping[str, str]) -> Application:
    """Load the functions; raise AppFileError for what stops the whole app."""
    folders = [path.parent for path in root.glob("*/function.json")]
    wanted = configuration.functions
    functions: dict[str, Function] = {}
    routes: list[Route] = []
    lost: list[Route] = []
    for folder in sorted(folders, key=lambda folder: folder.name.lower()):
        if wanted is not None and folder.name.lower() not in wanted:
            continue
        try:
            definition = read_function_definition(folder)
            if definition.is_kind("httpTrigger"):
                endpoint = read_endpoint(definition)
                routes.append(build_route(folder.name, configuration.route_prefix, endpoint))
            elif definition.is_kind(TIMER):
                timer = read_timer(definition, settings)
                if timer.warning:
                    log.warning("%s", timer.warning)
        except AppFileError as error:
            reason = located(error, folder / "function.json")
            if error.azure:
                raise reason from error
            log.error("%s is in error: %s", folder.name, reason)  # noqa: TRY400 - as above
            functions[folder.name] = Function(
                folder.name,
                error=str(reason),
                listed=not isinstance(error, UnlistedFunctionError),
            )
            lost += _lost_route(folder, configuration.route_prefix)
            continue
        functions[folder.name] = Function(
            folder.name, definition, disabled=is_disabled(folder.name, settings)
        )
    table = RouteTable(routes)
    for name, before in table.hidden():
        log.warning("%s is never reached: %s has the same route", name, before)
    loaded = {name: _loaded(function, root) for name, function in functions.items()}
    hint = install_hint(root)
    if hint and any(one.failure.startswith(MISSING_MODULE) for one in loaded.values()):
        log.warning("%s", hint)
    return Application(loaded, table, RouteTable(lost), configuration)


def _loaded(function: Function, root: Path) -> Function:
    """Import a function's code; raise AppFileError if that ends the whole app."""
    definition = function.definition
    if definition is None:
        return function
    document = definition.document
    for sentence in (*unknown_words(document), *ignored_in_function_file(document)):
        log.warning("%s/%s", function.name, sentence)
    try:
        load_function(definition)
    except FunctionLoadError as error:
        log.error("%s did not load: %s", function.name, with_frames(error, root))  # noqa: TRY400 - framework frames say nothing
        return Function(function.name, definition, failure=str(error), disabled=function.disabled)
    except WorkerExitError as error:
        raise AppFileError(
            f"importing {function.name} ends the worker. In Azure, that stops the whole app: "
            f"{error}"
        ) from error
    return function


def with_frames(error: FunctionLoadError, root: Path) -> str:
    """Return the reason and, for an exception in the code, the app's part of the traceback."""
    if error.__cause__ is not None:
        return f"{error}\n{app_traceback(error.__cause__, root)}"
    return str(error)


def _lost_route(folder: Path, prefix: str) -> Sequence[Route]:
    """Return the route that a function in error would have: the one it names, or its name."""
    with suppress(AppFileError):
        endpoint = Endpoint(_named_route(folder) or folder.name, None, "anonymous")
        return [build_route(folder.name, prefix, endpoint)]
    return []


def _named_route(folder: Path) -> str:
    """Return the route in a function.json that may be invalid, "" if there is none."""
    with suppress(AppFileError):
        routes = [str(one.get("route") or "") for one in read_listed(folder)["bindings"]]
        return next(filter(None, routes), "")
    return ""
