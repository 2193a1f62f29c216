"""Load and run an app's functions with `azure-functions-runtime-v1`.

The only module that uses the runtime's private names; its version is pinned because of them. A
process can load only one app, because the runtime's registry is global.
"""

import asyncio
import contextlib
import logging
import traceback
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import azure_functions_runtime_v1 as runtime
from azure_functions_runtime_v1 import handle_event, loader, native_invocation
from azure_functions_runtime_v1.bindings.datumdef import Datum
from azure_functions_runtime_v1.bindings.meta import load_binding_registry

from local_stack.host.app.function_file import FunctionDefinition
from local_stack.host.worker.app_frames import app_frames

# The runtime compares a binding's direction with numbers of the host's message format.
DIRECTIONS = {"in": 0, "out": 1, "inout": 2}
MESSAGE_FORMAT = SimpleNamespace(BindingInfo=SimpleNamespace(out=1, inout=2, undefined=0))


class FunctionLoadError(Exception):
    """A function could not be loaded; the message is the reason, on one line."""


class WorkerExitError(Exception):
    """A function raised SystemExit or the like while it was imported; the message says where."""


class InvocationError(Exception):
    """A function raised; the message is the traceback."""


class Result(NamedTuple):
    """What a function returned: its return value and its `Out` values, in the runtime's type."""

    returned: Datum | None
    outputs: tuple[tuple[str, Datum], ...]


def start_runtime() -> None:
    """Make the runtime ready to load functions: thread pool, bindings and loader."""
    # The runtime logs failed loads and invocations; the host already reports both.
    logging.getLogger("azure.functions").addFilter(lambda record: record.levelno < logging.ERROR)
    runtime.start_threadpool_executor()
    load_binding_registry()
    loader.install()


def load_function(definition: FunctionDefinition) -> None:
    """Import one function and check it against its function.json.

    Raises FunctionLoadError, with the original error as its cause, or WorkerExitError.
    """
    bindings = {
        binding.name: SimpleNamespace(
            type=binding.type, direction=DIRECTIONS[binding.direction], data_type=0
        )
        for binding in definition.bindings
    }
    metadata = SimpleNamespace(
        name=definition.name, directory=str(definition.directory), bindings=bindings
    )
    app = definition.directory.parent
    try:
        function = loader.load_function(
            definition.name,
            str(definition.directory),
            str(definition.script),
            definition.entry_point,
        )
        registry: Any = handle_event._functions  # pyright: ignore[reportPrivateUsage] # no public name
        registry.add_function(definition.name, function, metadata, MESSAGE_FORMAT)
    except KeyboardInterrupt:
        raise  # Ctrl-C
    except Exception as error:  # noqa: BLE001 - a module may raise anything
        # The runtime adds a page of advice to an ImportError; the original says what is missing.
        cause = error.__context__ if isinstance(error, ImportError) else None
        original = cause or error
        raise FunctionLoadError(describe(original, app)) from original
    except BaseException as error:
        raise WorkerExitError(describe(error, app)) from error


def describe(error: BaseException, app: Path) -> str:
    """Return the error on one line, with the location in the app where it happened."""
    message = " ".join(message_of(error).split())
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    places = app_frames(error, app)
    if isinstance(error, SyntaxError) or not places:
        return text
    place = Path(places[-1].filename).relative_to(app).as_posix()
    return f"{text} ({place}, line {places[-1].lineno})"


def message_of(error: BaseException) -> str:
    """Return the message; the runtime raises some with a format and its values, not filled in."""
    form, *values = error.args or ("",)
    if type(error) is RuntimeError and values and isinstance(form, str):
        with contextlib.suppress(TypeError, ValueError):
            return form % tuple(values)
    with contextlib.suppress(Exception):  # its class may have a __str__ that fails
        return str(error)
    return ""


async def run(
    definition: FunctionDefinition,
    trigger: Datum,
    metadata: Mapping[str, Datum] | None = None,
    trace_parent: str = "",
) -> Result:
    """Run one function; raise InvocationError if it fails.

    `trigger` is the trigger's value, and `metadata` what else the host tells of it.
    `sys.exit()` in a function is a failed invocation: it must not stop the host.
    """
    try:
        ok, returned, outputs, _, stack = await native_invocation.invocation_request_native(
            str(uuid.uuid4()),
            definition.name,
            [(definition.trigger, trigger)],
            dict(metadata or {}),
            trace_parent,
        )
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise InvocationError(traceback.format_exc()) from None
    except SystemExit as error:
        raise InvocationError(traceback.format_exc()) from error
    if not ok:
        raise InvocationError(str(stack))
    return Result(returned, tuple(outputs))
