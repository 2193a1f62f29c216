"""The runbooks of docs/operate/running.md while Twilio makes more than 50 requests a second.

The host is a separate process with the real clock, so the test can't wait for two minutes or an
hour. It doesn't need the two minutes, because without forged requests the host remembers no secret
as missing and may reread each one. It doesn't need the hour, because the only host rereads secrets
when it is refused. tests/stack/test_rotation.py tests the waits with a manual clock.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from deskphone.clock import SystemClock
from deskphone.ports import listen, port_of
from deskphone.values import HANDSETS
from local_stack.emulator import LocalEmulator
from local_stack.folder import read_folder
from local_stack.supervision.host_environment import host_environment
from local_stack.supervision.host_process import start_host
from local_stack.testing import ROOT
from local_stack.values import FUNCTION_KEY, host_settings
from shared.media.links import Link
from shared.recordings.sound import WantedRecording
from tests.stack.rotating import LIFE_S, RECORDING
from tests.stack.rotation_trial import Operator, Step, add_recording
from tests.stack.test_rotation import KEY, LINK, TOKEN, steps_of

pytestmark = pytest.mark.soak

WEBHOOKS_PER_S, OTHERS_PER_S = 55, 4
PAUSE_S = 0.7
"""The pause between two steps, so that each is under load for a while."""


class Load:
    """Requests at a steady rate, like those of Twilio and the app's users, and their responses."""

    def __init__(self, url: str, emulator: LocalEmulator, session: aiohttp.ClientSession) -> None:
        self.answers: dict[str, Counter[int]] = {}
        self._url = url
        self._emulator = emulator
        self._session = session
        self._links = [self._link()]
        self._ended = False

    def _link(self) -> str:
        """Return the query of a link that the app would create now."""
        expires_s = int(time.time()) + LIFE_S
        link = Link(WantedRecording(RECORDING), expires_s)
        return link.query(self._emulator.azure.secrets["LinkSigningKey"])

    async def webhook(self) -> int:
        """Make a request signed with the token that the emulated Twilio currently signs with."""
        url, form = f"{self._url}/TwimlMessage?Message=Hello", {"From": HANDSETS[0]}
        signature = RequestValidator(self._emulator.deskphone.auth_token).compute_signature(
            url, form
        )
        headers = {"X-Twilio-Signature": signature}
        async with self._session.post(url, data=form, headers=headers) as answer:
            return answer.status

    async def send(self) -> int:
        """Send a text through the app; Twilio's status callbacks for it are separate requests."""
        url, text = f"{self._url}/SendSms", {"to": HANDSETS[0], "body": "Hello"}
        headers = {"x-functions-key": FUNCTION_KEY}
        async with self._session.post(url, data=text, headers=headers) as answer:
            return answer.status

    async def open(self) -> int:
        """Open the first link or a new one, in turns."""
        self._links.append(self._link() if len(self._links) % 2 else self._links[0])
        headers = {"x-functions-key": FUNCTION_KEY}
        url = f"{self._url}/GetSharedRecording?{self._links[-1]}"
        async with self._session.get(url, headers=headers) as answer:
            return answer.status

    async def run_at_rate(
        self, name: str, per_s: float, ask: Callable[[], Coroutine[Any, Any, int]]
    ) -> None:
        """Make requests at a rate independent of slow responses until the end; wait for all."""
        counted = self.answers.setdefault(name, Counter())
        loop = asyncio.get_running_loop()
        asking: list[asyncio.Task[int]] = []
        begun = loop.time()
        while not self._ended:
            asking.append(asyncio.create_task(ask()))
            await asyncio.sleep(max(0, begun + len(asking) / per_s - loop.time()))
        counted.update(await asyncio.gather(*asking))

    def end(self) -> None:
        """Stop making requests."""
        self._ended = True


@asynccontextmanager
async def a_host(credential: str) -> AsyncGenerator[tuple[str, str, LocalEmulator]]:
    """Yield the functions' URL, the emulator's URL, and the emulator, which is in this process."""
    functions, emulator = listen(0), listen(0)
    url, emulator_url = (f"http://127.0.0.1:{port_of(s)}" for s in (functions, emulator))
    local = LocalEmulator(SystemClock(), url, read_folder(ROOT, {}), emulator_url)
    add_recording(local)
    runner = web.AppRunner(local.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, emulator).start()
    environment = {**os.environ, "TWILIO_REST_CREDENTIAL": credential}
    host = start_host(
        root=ROOT,
        listener=functions,
        port=port_of(functions),
        environment=host_environment(environment, ROOT, host_settings(url, emulator_url)),
        function_key=FUNCTION_KEY,
    )
    try:
        yield f"{url}/api", emulator_url, local
    finally:
        await host.stop()
        functions.close()
        await local.deskphone.close()
        await runner.cleanup()


async def rotated_under_load(
    monkeypatch: pytest.MonkeyPatch, credential: str, steps: list[Step]
) -> tuple[dict[str, Counter[int]], float, Counter[int | None]]:
    """Carry out steps under load; return all responses, the time, and the responses to Twilio."""
    async with a_host(credential) as (url, emulator_url, local), aiohttp.ClientSession() as session:
        operator, load = Operator(local, emulator_url, session), Load(url, local, session)
        operator.type(monkeypatch)
        assert (await load.webhook(), await load.send(), await load.open()) == (200, 201, 200)
        begun = time.monotonic()
        asking = [
            asyncio.create_task(load.run_at_rate("webhook", WEBHOOKS_PER_S, load.webhook)),
            asyncio.create_task(load.run_at_rate("send", OTHERS_PER_S, load.send)),
            asyncio.create_task(load.run_at_rate("link", OTHERS_PER_S, load.open)),
        ]
        await asyncio.sleep(PAUSE_S)
        for step in steps:
            for command in step.commands:
                await operator.carry_out(command)
                await asyncio.sleep(PAUSE_S)
        load.end()
        await asyncio.gather(*asking)
        took_s = time.monotonic() - begun
        return load.answers, took_s, await answers_to_twilio(local)


async def answers_to_twilio(emulator: LocalEmulator) -> Counter[int | None]:
    """Return the app's responses to the emulated Twilio, once pending ones (None) have arrived."""
    loop = asyncio.get_running_loop()
    patience_ends = loop.time() + 10
    while True:
        statuses = Counter(one.status for one in emulator.deskphone.store.deliveries)
        if None not in statuses or loop.time() > patience_ends:
            return statuses
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("credential", "headings"), [("auth_token", (TOKEN, LINK)), ("api_key", (TOKEN, KEY))]
)
def test_nothing_is_refused_under_50_webhooks_a_second(
    monkeypatch: pytest.MonkeyPatch, credential: str, headings: tuple[str, str]
) -> None:
    steps = [step for heading in headings for step in steps_of(heading)]

    answers, took_s, reports = asyncio.run(rotated_under_load(monkeypatch, credential, steps))

    assert {name: set(counted) for name, counted in answers.items()} == {
        "webhook": {200},
        "send": {201},
        "link": {200},
    }
    assert answers["webhook"][200] >= 50 * took_s
    assert answers["send"][201] >= 3 * took_s
    assert answers["link"][200] >= 3 * took_s
    assert set(reports) == {204}
