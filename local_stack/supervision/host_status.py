"""Ask the Functions host whether it is up."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_stack.host.addresses import LOOPBACK, REPORT_PATH

RETRY_S = 0.02
LOOK_EVERY_S = 2.0
SILENCE_S = 5.0  # no response for this long: something blocks the event loop


@dataclass(frozen=True)
class HostReport:
    """The host's status. Each error is a function's name ("" for the app) and a reason."""

    running: bool
    functions: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]


async def wait_for_report(port: int, pid: int, function_key: str) -> HostReport:
    """Wait for the host with this process id to respond; return its report.

    Ignores another host that is still exiting on the same socket.
    """
    while True:
        try:
            document = await ask(port, function_key)
            if document.get("instance") == str(pid):
                return read_report(document)
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # not up yet, or just exited
        await asyncio.sleep(RETRY_S)


async def watch_answers(port: int, function_key: str, on_change: Callable[[bool], None]) -> None:
    """Yield False when a running host stops responding, and True when it responds again."""
    was_answering = True
    while True:
        answering = was_answering
        try:
            async with asyncio.timeout(SILENCE_S):
                await ask(port, function_key)
            answering = True
        except TimeoutError:
            answering = False
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # it is exiting; its process reports that
        if answering != was_answering:
            on_change(answering)
            was_answering = answering
        await asyncio.sleep(LOOK_EVERY_S)


async def ask(port: int, function_key: str) -> dict[str, Any]:
    """Return the host's status document; without a host, the connection waits in the socket."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(
            f"GET {REPORT_PATH} HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
            f"x-functions-key: {function_key}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
    finally:
        writer.close()
    _, _, body = answer.partition(b"\r\n\r\n")
    document: dict[str, Any] = json.loads(body)
    return document


def read_report(document: dict[str, Any]) -> HostReport:
    """Parse the status document."""
    return HostReport(
        running=document["running"],
        functions=tuple(document["functions"]),
        errors=tuple((error["function"], error["reason"]) for error in document["errors"]),
    )
