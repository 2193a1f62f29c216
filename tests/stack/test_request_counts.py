"""The exact number of requests that the functions make: a new host and a counting emulator."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from deskphone.clock import ManualClock
from deskphone.ports import listen, port_of
from deskphone.values import AUTH_TOKEN, HANDSETS
from local_stack.emulator import LocalEmulator
from local_stack.folder import read_folder
from local_stack.supervision.host_environment import host_environment
from local_stack.supervision.host_process import start_host
from local_stack.testing import ROOT
from local_stack.values import FUNCTION_KEY, host_settings

TEXT = {"to": HANDSETS[0], "body": "Hello"}
COLD_SECRETS = {"GET /identity/token": 1, "GET /vault/secrets/TwilioAuthToken": 2}
CREDENTIALS = COLD_SECRETS | {
    "GET /vault/secrets/TwilioAccountSid": 2,
    "GET /vault/secrets/TwilioAuthToken": 1,
}
SEND = "POST Messages.json"
LIVE_SETTINGS = {"GET /identity/token": 2, "GET ledger settings": 1}
# With its own access token: the live settings, the row of the day's reservations, and a block of
# it. The first row creates the table and is written twice.
COLD_LEDGER = LIVE_SETTINGS | {
    "GET ledger day": 1,
    "POST ledger": 2,
    "POST /storage/Tables": 1,
}


@dataclass
class ColdHost:
    """Functions that haven't been called yet, and their requests to the emulator so far."""

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


def name_of(path: str) -> str:
    """Return the name of a request's target: a Twilio resource, a kind of rows, or the path."""
    if path.startswith("/2010"):
        return path.rpartition("/")[2]
    row = re.fullmatch(
        r"/storage/SwitchboardLedger(\(PartitionKey='.*',RowKey='(?P<kind>.*)'\))?", path
    )
    return f"ledger {row['kind'] or ''}".strip() if row else path


@asynccontextmanager
async def cold_host() -> AsyncGenerator[ColdHost]:
    """Start an emulator in this process, with a host beside it."""
    asked: Counter[str] = Counter()

    @web.middleware
    async def count(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        asked[f"{request.method} {name_of(request.path.rstrip('/'))}"] += 1
        return await handler(request)

    functions, emulator = listen(0), listen(0)
    url, emulator_url = (f"http://127.0.0.1:{port_of(s)}" for s in (functions, emulator))
    # Twilio reports nothing while its clock stands still, so reports cause no requests either.
    local = LocalEmulator(ManualClock(datetime.now(UTC)), url, read_folder(ROOT, {}), emulator_url)
    app = local.application()
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
        await local.deskphone.close()
        await runner.cleanup()


async def steps_of(*steps: Callable[[ColdHost], Awaitable[int]]) -> list[tuple[int, Counter[str]]]:
    """Run steps with a new host; return each status and the requests made."""
    done: list[tuple[int, Counter[str]]] = []
    async with cold_host() as host:
        for step in steps:
            before = Counter(host.asked)
            status = await step(host)
            done.append((status, host.asked - before))
    return done


@pytest.fixture(scope="module")
def sends() -> list[tuple[int, Counter[str]]]:
    """A cold send, a warm one, and a health check."""
    return asyncio.run(steps_of(ColdHost.send, ColdHost.send, ColdHost.health))


@pytest.fixture(scope="module")
def answers() -> list[tuple[int, Counter[str]]]:
    """The fixed answer, a cold signed one, two replies, and two with forged signatures."""

    def forged(host: ColdHost) -> Awaitable[int]:
        return host.webhook("TwimlReply", "unknown")

    def reply(host: ColdHost) -> Awaitable[int]:
        return host.webhook("TwimlReply")

    def signed(host: ColdHost) -> Awaitable[int]:
        return host.webhook("TwimlMessage")

    def fixed(host: ColdHost) -> Awaitable[int]:
        return host.webhook("TwimlHello")

    return asyncio.run(steps_of(fixed, signed, reply, reply, forged, forged))


def test_a_cold_send(sends: list[tuple[int, Counter[str]]]) -> None:
    assert sends[0] == (201, Counter(CREDENTIALS | COLD_LEDGER | {SEND: 1}))


def test_a_warm_send(sends: list[tuple[int, Counter[str]]]) -> None:
    assert sends[1] == (201, Counter({SEND: 1}))


def test_health_makes_one_request_to_twilio_and_one_to_the_ledger(
    sends: list[tuple[int, Counter[str]]],
) -> None:
    assert sends[2] == (200, Counter({"GET Messages.json": 1, "GET ledger settings": 1}))


def test_the_fixed_answer_makes_no_requests(answers: list[tuple[int, Counter[str]]]) -> None:
    assert answers[0] == (200, Counter())


def test_a_cold_signed_answer(answers: list[tuple[int, Counter[str]]]) -> None:
    assert answers[1] == (200, Counter(COLD_SECRETS))


def test_a_first_reply_reads_the_live_settings(answers: list[tuple[int, Counter[str]]]) -> None:
    reads = LIVE_SETTINGS | {"GET /identity/token": 1}  # the vault's token is known
    assert answers[2] == (200, Counter(reads))


def test_a_warm_signed_answer_makes_no_requests(answers: list[tuple[int, Counter[str]]]) -> None:
    assert answers[3] == (200, Counter())


def test_a_forged_signature_rereads_both_tokens(
    answers: list[tuple[int, Counter[str]]],
) -> None:
    tokens = {
        "GET /vault/secrets/TwilioAuthToken": 1,
        "GET /vault/secrets/TwilioAuthTokenSecondary": 2,
    }
    assert answers[4] == (403, Counter(tokens))


def test_a_second_forged_signature_makes_no_requests(
    answers: list[tuple[int, Counter[str]]],
) -> None:
    assert answers[5] == (403, Counter())


@pytest.mark.soak
def test_a_thousand_concurrent_cold_sends_read_each_secret_once_and_few_rows() -> None:
    async def scenario() -> tuple[Counter[int], Counter[str]]:
        async with cold_host() as host:
            statuses = await asyncio.gather(*(host.send() for _ in range(1000)))
            return Counter(statuses), host.asked

    statuses, asked = asyncio.run(scenario())
    assert statuses == Counter({201: 1000})
    rows = {name: asked.pop(name) for name in list(asked) if " ledger" in name}
    assert asked == Counter(
        CREDENTIALS | {"GET /identity/token": 2, "POST /storage/Tables": 1, SEND: 1000}
    )
    # Requests that arrive while a block is being reserved are counted with the next one.
    assert sum(rows.values()) < 50
