"""How many requests the functions make, exactly: a fresh host against an emulator that counts."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from emulator.application import application
from emulator.clock import SystemClock
from emulator.local_values import AUTH_TOKEN, FUNCTION_KEY, HANDSETS, host_settings
from emulator.state import State
from emulator.supervision.host_environment import host_environment
from emulator.supervision.host_process import listen, port_of, start_host
from emulator.testing import ROOT

TEXT = {"to": HANDSETS[0], "body": "Hello"}
COLD_SECRETS = {"GET /identity/token": 1, "GET /vault/secrets/TwilioAuthToken": 2}
CREDENTIALS = COLD_SECRETS | {
    "GET /vault/secrets/TwilioAccountSid": 2,
    "GET /vault/secrets/TwilioAuthToken": 1,
}
SEND = "POST Messages.json"


@dataclass
class ColdHost:
    """Functions that have not been called yet, and what they have asked of the emulator so far."""

    url: str
    asked: Counter[str]
    session: aiohttp.ClientSession

    async def send(self) -> int:
        """Call SendSms; return the status."""
        headers = {"x-functions-key": FUNCTION_KEY}
        url = f"{self.url}/api/SendSms"
        async with self.session.post(url, json=TEXT, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def health(self) -> int:
        """Call GetHealth; return the status."""
        headers = {"x-functions-key": FUNCTION_KEY}
        async with self.session.get(f"{self.url}/api/GetHealth", headers=headers) as answer:
            return answer.status

    async def webhook(self, function: str, token: str = AUTH_TOKEN) -> int:
        """Post a form signed with a token; return the status."""
        url, form = f"{self.url}/api/{function}", {"Body": "Hi", "From": HANDSETS[0]}
        signature = RequestValidator(token).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature}
        async with self.session.post(url, data=form, headers=headers) as answer:
            await answer.read()
            return answer.status


@asynccontextmanager
async def cold_host() -> AsyncGenerator[ColdHost]:
    """Start an emulator in this process and a host beside it."""
    asked: Counter[str] = Counter()

    @web.middleware
    async def count(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        path = request.path.rstrip("/")
        name = path.rpartition("/")[2] if path.startswith("/2010") else path
        asked[f"{request.method} {name}"] += 1
        return await handler(request)

    functions, emulator = listen(0), listen(0)
    url, emulator_url = (f"http://127.0.0.1:{port_of(s)}" for s in (functions, emulator))
    state = State(SystemClock(), url, "api")
    app = application(state)
    app.middlewares.insert(0, count)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, emulator, backlog=2048).start()
    host = start_host(
        root=ROOT,
        listener=functions,
        port=port_of(functions),
        environment=host_environment(os.environ, ROOT, host_settings(url, emulator_url)),
        function_key=FUNCTION_KEY,
    )
    connector = aiohttp.TCPConnector(limit=0)
    try:
        async with aiohttp.ClientSession(connector=connector) as session:
            yield ColdHost(url, asked, session)
    finally:
        await host.stop()
        functions.close()
        await state.close()
        await runner.cleanup()


async def asked_by(use: Callable[[ColdHost], Awaitable[object]]) -> Counter[str]:
    """Return what a fresh host asks while it is used."""
    async with cold_host() as host:
        await use(host)
        return host.asked


def test_a_cold_and_a_warm_send() -> None:
    async def scenario() -> tuple[Counter[str], Counter[str]]:
        async with cold_host() as host:
            assert await host.send() == 201
            cold = Counter(host.asked)
            assert await host.send() == 201
            return cold, host.asked - cold

    cold, warm = asyncio.run(scenario())
    assert cold == Counter(CREDENTIALS | {SEND: 1})
    assert warm == Counter({SEND: 1})


def test_a_cold_signed_answer() -> None:
    async def use(host: ColdHost) -> None:
        assert await host.webhook("TwimlReply") == 200

    assert asyncio.run(asked_by(use)) == Counter(COLD_SECRETS)


def test_a_warm_signed_answer_asks_nothing() -> None:
    async def scenario() -> Counter[str]:
        async with cold_host() as host:
            await host.webhook("TwimlReply")
            before = Counter(host.asked)
            assert await host.webhook("TwimlReply") == 200
            return host.asked - before

    assert asyncio.run(scenario()) == Counter()


def test_a_signature_of_an_unknown_token_looks_for_the_next_token_and_reads_both_again_once() -> (
    None
):
    async def use(host: ColdHost) -> None:
        assert await host.webhook("TwimlReply", "unknown") == 403
        assert await host.webhook("TwimlReply", "unknown") == 403

    tokens = {
        "GET /vault/secrets/TwilioAuthToken": 3,
        "GET /vault/secrets/TwilioAuthTokenSecondary": 2,
    }
    assert asyncio.run(asked_by(use)) == Counter(COLD_SECRETS | tokens)


def test_the_fixed_answer_asks_nothing() -> None:
    async def use(host: ColdHost) -> None:
        assert await host.webhook("TwimlHello") == 200

    assert asyncio.run(asked_by(use)) == Counter()


def test_health_asks_each_part_once() -> None:
    async def use(host: ColdHost) -> None:
        assert await host.health() == 200

    assert asyncio.run(asked_by(use)) == Counter(CREDENTIALS | {"GET Messages.json": 1})


def test_a_thousand_cold_sends_at_once_read_each_secret_once() -> None:
    async def use(host: ColdHost) -> None:
        statuses = await asyncio.gather(*(host.send() for _ in range(1000)))
        assert Counter(statuses) == {201: 1000}

    assert asyncio.run(asked_by(use)) == Counter(CREDENTIALS | {SEND: 1000})
