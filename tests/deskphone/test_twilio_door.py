"""The port for Twilio's SDK: closed for a while, then open again."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from deskphone.ports import listen, port_of
from deskphone.twilio_door import TwilioDoor

REFUSED = "ConnectionRefusedError"


class Handlers:
    """Handlers of an application with a slow and a quick route."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.released = asyncio.Event()

    async def quick(self, request: web.Request) -> web.Response:
        return web.Response(text="quick")

    async def slow(self, request: web.Request) -> web.Response:
        self.entered.set()
        await self.released.wait()
        return web.Response(text="slow")


@asynccontextmanager
async def open_door(handlers: Handlers) -> AsyncGenerator[tuple[TwilioDoor, str, str]]:
    """Yield a TwilioDoor, its URL, and the URL of the main port with the same application."""
    app = web.Application()
    app.add_routes([web.get("/quick", handlers.quick), web.get("/slow", handlers.slow)])
    runner = web.AppRunner(app)
    await runner.setup()
    main, own = listen(0), listen(0)
    urls = [f"http://127.0.0.1:{port_of(one)}" for one in (own, main)]
    await web.SockSite(runner, main).start()
    assert runner.server is not None
    door = TwilioDoor(runner.server, own)
    await door.set_open(True)
    try:
        yield door, urls[0], urls[1]
    finally:
        await runner.cleanup()
        door.close()


async def fetched(session: aiohttp.ClientSession, url: str) -> str:
    """Return the response, or why the connection failed."""
    try:
        async with session.get(url) as answer:
            return await answer.text()
    except aiohttp.ClientConnectorError as error:
        return type(error.os_error).__name__


def test_closed_port_refuses_connections_and_reopens() -> None:
    async def scenario() -> list[str]:
        async with open_door(Handlers()) as (door, url, _), aiohttp.ClientSession() as session:
            answers = [await fetched(session, f"{url}/quick")]
            for is_open in (False, False, True, True):
                await door.set_open(is_open)
                answers.append(await fetched(session, f"{url}/quick"))
            return answers

    assert asyncio.run(scenario()) == ["quick", REFUSED, REFUSED, "quick", "quick"]


def test_request_before_closing_is_answered() -> None:
    async def scenario() -> tuple[str, str]:
        handlers = Handlers()
        async with open_door(handlers) as (door, url, _), aiohttp.ClientSession() as session:
            first = asyncio.create_task(fetched(session, f"{url}/slow"))
            await handlers.entered.wait()
            await door.set_open(False)
            handlers.released.set()
            return await first, await fetched(session, f"{url}/slow")

    assert asyncio.run(scenario()) == ("slow", REFUSED)


def test_main_port_and_its_connections_stay_open() -> None:
    async def scenario() -> tuple[list[str], int]:
        connections: list[object] = []

        async def connected(*event: object) -> None:
            connections.append(event)

        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(connected)
        async with (
            open_door(Handlers()) as (door, _, main),
            aiohttp.ClientSession(trace_configs=[trace]) as session,
        ):
            answers = [await fetched(session, f"{main}/quick")]
            await door.set_open(False)
            answers.append(await fetched(session, f"{main}/quick"))
        return answers, len(connections)

    assert asyncio.run(scenario()) == (["quick", "quick"], 1)


def test_closed_port_stays_reserved() -> None:
    async def scenario() -> None:
        async with open_door(Handlers()) as (door, url, _):
            await door.set_open(False)
            with pytest.raises(OSError, match="in use"), socket.socket() as other:
                other.bind(("127.0.0.1", int(url.rpartition(":")[2])))

    asyncio.run(scenario())
