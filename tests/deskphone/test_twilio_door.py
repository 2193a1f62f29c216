"""The door of Twilio's SDK: closed for a while, then open again on the same port."""

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


class Rooms:
    """An application with a slow room and a quick one."""

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
async def open_door(rooms: Rooms) -> AsyncGenerator[tuple[TwilioDoor, str, str]]:
    """Yield a door, its URL, and that of the main port, which has the same application."""
    app = web.Application()
    app.add_routes([web.get("/quick", rooms.quick), web.get("/slow", rooms.slow)])
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


async def asked(session: aiohttp.ClientSession, url: str) -> str:
    """Return what is answered, or why there was no connection."""
    try:
        async with session.get(url) as answer:
            return await answer.text()
    except aiohttp.ClientConnectorError as error:
        return type(error.os_error).__name__


def test_a_closed_door_refuses_those_who_were_connected_and_opens_again() -> None:
    async def scenario() -> list[str]:
        async with open_door(Rooms()) as (door, url, _), aiohttp.ClientSession() as session:
            answers = [await asked(session, f"{url}/quick")]
            for is_open in (False, False, True, True):
                await door.set_open(is_open)
                answers.append(await asked(session, f"{url}/quick"))
            return answers

    assert asyncio.run(scenario()) == ["quick", REFUSED, REFUSED, "quick", "quick"]


def test_what_was_asked_before_the_door_closed_is_answered() -> None:
    async def scenario() -> tuple[str, str]:
        rooms = Rooms()
        async with open_door(rooms) as (door, url, _), aiohttp.ClientSession() as session:
            first = asyncio.create_task(asked(session, f"{url}/slow"))
            await rooms.entered.wait()
            await door.set_open(False)
            rooms.released.set()
            return await first, await asked(session, f"{url}/slow")

    assert asyncio.run(scenario()) == ("slow", REFUSED)


def test_the_main_port_and_its_connections_stay_open() -> None:
    async def scenario() -> tuple[list[str], int]:
        connections: list[object] = []

        async def connected(*event: object) -> None:
            connections.append(event)

        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(connected)
        async with (
            open_door(Rooms()) as (door, _, main),
            aiohttp.ClientSession(trace_configs=[trace]) as session,
        ):
            answers = [await asked(session, f"{main}/quick")]
            await door.set_open(False)
            answers.append(await asked(session, f"{main}/quick"))
        return answers, len(connections)

    assert asyncio.run(scenario()) == (["quick", "quick"], 1)


def test_nobody_else_gets_the_port_of_a_closed_door() -> None:
    async def scenario() -> None:
        async with open_door(Rooms()) as (door, url, _):
            await door.set_open(False)
            with pytest.raises(OSError, match="in use"), socket.socket() as other:
                other.bind(("127.0.0.1", int(url.rpartition(":")[2])))

    asyncio.run(scenario())
