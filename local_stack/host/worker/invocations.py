"""Run a function that no caller waits for: watch its time and log how it ends."""

import asyncio
import logging
import time
from collections.abc import Mapping

from azure_functions_runtime_v1.bindings.datumdef import Datum

from local_stack.host.app.function_file import FunctionDefinition
from local_stack.host.worker.exits import hang
from local_stack.host.worker.functions import InvocationError, Result, run
from local_stack.host.worker.time_limits import TimeLimits

log = logging.getLogger("host")


async def invoke(
    definition: FunctionDefinition,
    trigger: Datum,
    metadata: Mapping[str, Datum],
    limits: TimeLimits,
    reason: str,
) -> Result | None:
    """Run a function and return its result; None if it fails. `reason` says why it runs."""
    log.info("Executing %s (%s)", definition.name, reason)
    began = time.perf_counter()
    try:
        with limits.watch(definition.name):
            result = await _run(definition, trigger, metadata)
    except InvocationError as error:
        log.error("Executed %s (Failed, %d ms)\n%s", definition.name, _since(began), error)  # noqa: TRY400 - it is the traceback
        return None
    log.info("Executed %s (Succeeded, %d ms)", definition.name, _since(began))
    return result


async def _run(
    definition: FunctionDefinition, trigger: Datum, metadata: Mapping[str, Datum]
) -> Result:
    try:
        return await run(definition, trigger, metadata)
    except (Exception, asyncio.CancelledError):
        raise
    except BaseException as error:
        await hang(definition.name, error)
        raise


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
