"""An hour without the vault, under load: callers with cached secrets don't notice.

The functions run in this process, Key Vault's SDK calls a stand-in that fails in every way, and a
manual clock passes the hour. Only a slow vault takes real time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest
from aiohttp import web

import PlaceCall
import SendSms
import TwimlReply
from shared import clients
from shared.config.credentials import TIME_TO_LIVE_S
from shared.config.key_vault import KeyVault
from shared.config.settings import Secret
from shared.errors import VaultError
from tests.shared.conftest import ManualClock

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, SignedRequest

OUTAGE_S = 3600
FAILURES = ("401", "403", "429", "500", "503", "slow", "no connection")
CHALLENGE = {
    "WWW-Authenticate": 'Bearer authorization="https://login.microsoftonline.com/tenant", '
    'resource="https://vault.azure.net"'
}
VALUES = {
    "KEY_VAULT_URL": "https://outage.vault.azure.net",
    "TWILIO_FROM_NUMBER": "+12025550100",
    "PUBLIC_URL": "https://app.example",
    "DAILY_SEGMENT_LIMIT": "0",
}


class Vault:
    """Local stand-ins for Key Vault and the managed identity."""

    def __init__(self) -> None:
        self.secrets = {Secret.ACCOUNT_SID: "AC" + "0" * 32, Secret.AUTH_TOKEN: "primary"}
        self.failure = ""
        self.asked: Counter[str] = Counter()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application()
        app.router.add_get("/identity/token", self.identity)
        app.router.add_get("/vault/secrets/{name}/", self.secret)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def identity(self, request: web.Request) -> web.Response:
        token = {"access_token": "token", "expires_on": "4102444800", "token_type": "Bearer"}
        return web.json_response(token)

    async def secret(self, request: web.Request) -> web.Response:
        if "Authorization" not in request.headers:
            return web.Response(status=401, headers=CHALLENGE)
        self.asked[self.failure] += 1
        if self.failure == "slow":
            await asyncio.sleep(30)
        if self.failure:
            headers = {"Retry-After": "3600", **CHALLENGE}
            return web.json_response(problem("X"), status=int(self.failure), headers=headers)
        name = request.match_info["name"]
        if name not in self.secrets:
            return web.json_response(problem("SecretNotFound"), status=404)
        return web.json_response({"value": self.secrets[Secret(name)], "id": "https://x/s/A/1"})


def problem(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "no"}}


class Load:
    """Requests from callers and Twilio, and their responses."""

    def __init__(self, clock: ManualClock, signed_request: SignedRequest) -> None:
        self.clock = clock
        self.signed_request = signed_request
        self.token = "primary"  # noqa: S105 - only for tests
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.longest_s = 0.0

    async def second(self, *, forged: bool) -> None:
        """Advance a second: send a text, a call, a signed webhook, and sometimes a forged one."""
        self.clock.advance(1)
        webhooks = [("webhook", self.token), *([("forged", "guess")] if forged else [])]
        await asyncio.gather(
            self.ask("send", SendSms.main, post({"to": "+12025550123", "body": "Hi"})),
            self.ask("send", PlaceCall.main, post({"to": "+12025550123"})),
            *(
                self.ask(kind, TwimlReply.main, self.signed_request(token=token))
                for kind, token in webhooks
            ),
        )

    async def ask(self, kind: str, main: Any, request: func.HttpRequest) -> None:
        began = time.monotonic()
        response = await main(request)
        self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.statuses[kind, response.status_code] += 1

    def failed(self) -> dict[tuple[str, int], int]:
        """Return the failures by kind and status."""
        right = {("send", 201), ("webhook", 200), ("forged", 403)}
        return {key: count for key, count in self.statuses.items() if key not in right}


def post(inputs: dict[str, str]) -> func.HttpRequest:
    return func.HttpRequest("POST", "http://inner/api/X", body=json.dumps(inputs).encode())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[ManualClock]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("IDENTITY_HEADER", "local")
    yield ManualClock()
    clients.reset()


@pytest.fixture
def accepted(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The tokens that Twilio accepts."""
    tokens, answer = {"primary"}, twilio.request

    async def request(method: str, uri: str, *args: Any, **kwargs: Any) -> Any:
        if kwargs["auth"][1] not in tokens:
            twilio.answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        return await answer(method, uri, *args, **kwargs)

    monkeypatch.setattr(twilio, "request", request)
    return tokens


@asynccontextmanager
async def app_with(
    vault: Vault, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[clients.Clients]:
    await vault.open()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{vault.url}/identity/token")
    identity = {"IDENTITY_ENDPOINT": f"{vault.url}/identity/token", "LOCAL_STACK_URL": vault.url}
    app = clients.Clients({**VALUES, **identity}, clock)
    clients.reset(app)
    try:
        yield app
    finally:
        await app.close()
        await vault.close()


async def fail_in_every_way(vault: Vault, app: clients.Clients, load: Load) -> None:
    """Pass the hour, with each failure in turn."""
    ends = [OUTAGE_S * number // len(FAILURES) for number in range(len(FAILURES) + 1)]
    for failure, begin, end in zip(FAILURES, ends, ends[1:], strict=False):
        vault.failure = failure
        if failure == "no connection":
            await vault.close()
        for second in range(begin, end):
            # A forged request may wait briefly for a slow vault.
            await load.second(forged=second % 10 == 0 and failure != "slow")
            if failure != "slow":
                await app.credentials.settle()
        await app.credentials.settle()
        assert load.failed() == {}, failure


@pytest.mark.soak
def test_no_send_and_no_webhook_fails_in_an_hour_without_the_vault(
    clock: ManualClock,
    accepted: set[str],
    twilio: FakeTwilio,
    signed_request: SignedRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault, load = Vault(), Load(clock, signed_request)

    async def trial() -> Counter[tuple[str, int]]:
        async with app_with(vault, clock, monkeypatch) as app:
            await load.second(forged=True)
            clock.advance(TIME_TO_LIVE_S - 10)  # cached values expire soon
            await fail_in_every_way(vault, app, load)
            with pytest.raises(VaultError):
                await asyncio.to_thread(KeyVault(app.settings).read, Secret.AUTH_TOKEN)
            down = load.statuses.copy()
            vault.failure, load.token = "", "rotated"
            vault.secrets[Secret.AUTH_TOKEN] = "rotated"
            accepted.clear()
            accepted.add("rotated")
            await vault.open()
            clock.advance(60)
            for _ in range(120):
                await load.second(forged=False)
        return down

    began = time.monotonic()
    down = asyncio.run(trial())

    with capsys.disabled():
        sys.stdout.write(
            f"\nthe vault down for {OUTAGE_S} s of virtual time ({time.monotonic() - began:.0f} s "
            f"of real time): {down}\nvault requests: {vault.asked}\nfailed, until the end with a "
            f"rotated token: {load.failed()}\nlongest answer: {load.longest_s * 1000:.0f} ms\n"
        )
    assert load.failed() == {}
    assert down["send", 201] >= 2 * OUTAGE_S
    assert down["webhook", 200] >= OUTAGE_S
    assert all(vault.asked[failure] > 5 for failure in FAILURES[:5])
    assert twilio.requests[-1]["auth"][1] == "rotated"
