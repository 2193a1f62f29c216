"""A deskphone of its own, with something in each list."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from deskphone.clock import clock_of
from deskphone.compare.exchanges import Login
from deskphone.emulator import Emulator
from deskphone.ports import listen, port_of, url_of
from deskphone.records.addresses import API_VERSION
from deskphone.server import application, runner_of
from deskphone.values import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    HANDSETS,
    LINE,
    MESSAGING_SERVICE_SID,
    TEST_ACCOUNT_SID,
    TEST_AUTH_TOKEN,
)

OWN = Login(ACCOUNT_SID, ACCOUNT_SID, AUTH_TOKEN)
OWN_TEST = Login(TEST_ACCOUNT_SID, TEST_ACCOUNT_SID, TEST_AUTH_TOKEN)
SECOND, HOOK = "+12025550111", "https://example.com/hook"
TALK = "<Response><Say>Hello</Say></Response>"
MEETING = (
    "<Response><Dial><Conference record='record-from-start' endConferenceOnExit='true'>Room"
    "</Conference></Dial></Response>"
)
FORWARDED = f"<Response><Dial timeout='5'>{HANDSETS[1]}</Dial></Response>"
LATER_S = 3600
"""Long enough for the end of a call and for prices."""


@asynccontextmanager
async def seeded(session: aiohttp.ClientSession) -> AsyncGenerator[str]:
    """Run an emulator with texts, calls and so on; yield its URL."""
    with listen(0) as listener:
        url = url_of(port_of(listener))
        emulator = Emulator(clock_of("manual"), url)
        runner = runner_of(application(emulator))
        await runner.setup()
        await web.SockSite(runner, listener).start()
        try:
            await _seed(session, url)
            yield url
        finally:
            await emulator.close()
            await runner.cleanup()


async def _seed(session: aiohttp.ClientSession, url: str) -> None:
    """Text and call in both directions, so that each list has rows in several states."""

    async def create(path: str, **form: str) -> str:
        async with session.post(
            f"{url}/{API_VERSION}/Accounts/{ACCOUNT_SID}/{path}.json",
            data=form,
            headers=OWN.headers,
        ) as response:
            return str((await response.json())["sid"])

    async def act(path: str, **body: object) -> None:
        async with session.post(f"{url}/emulator/{path}", json=body) as response:
            response.raise_for_status()

    person, other = HANDSETS
    await create("Queues", FriendlyName="support")
    hooks = {"VoiceUrl": HOOK, "VoiceFallbackUrl": HOOK, "SmsUrl": HOOK}
    await create("IncomingPhoneNumbers", PhoneNumber=SECOND, **hooks)
    await create("Messages", From=LINE, To=person, Body="Hello")
    await act("texts", **{"from": person, "to": LINE, "body": "Hi"})
    await create("Messages", MessagingServiceSid=MESSAGING_SERVICE_SID, To=person, Body="Hello")
    await act("texts", **{"from": other, "to": LINE, "body": "STOP"})
    await create("Messages", MessagingServiceSid=MESSAGING_SERVICE_SID, To=other, Body="Hello")
    await act("calls", **{"from": person, "to": LINE})
    for to, twiml, options in (
        (person, FORWARDED, {"MachineDetection": "Enable"}),
        (person, TALK, {"Record": "true"}),
        (person, MEETING, {"Record": "true"}),
        (other, MEETING, {}),
    ):
        sid = await create("Calls", From=LINE, To=to, Twiml=twiml, **options)
        await act("clock/advance", seconds=2)
        await act(f"calls/{sid}/answer")
    await act("clock/advance", seconds=60)
    await act(f"calls/{sid}/hangup")
    await create("Calls", From=LINE, To=other, Twiml=TALK, Timeout="5")
    await act("clock/advance", seconds=LATER_S)
