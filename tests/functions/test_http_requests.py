"""How many HTTP requests a function makes with the real SDKs: cold, warm, a thousand at once."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import GetHealth
import SendSms
import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.signatures import sign

SECRETS = {"TwilioAccountSid": "AC" + "0" * 32, "TwilioAuthToken": "primary"}
CHALLENGE = (
    'Bearer authorization="https://login.microsoftonline.com/tenant", '
    'resource="https://vault.azure.net"'
)
PUBLIC = "https://app.example"
numbers = itertools.count()


class LocalStack:
    """Identity, Key Vault and Twilio on one port; counts what each is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.url = ""

    async def identity(self, request: web.Request) -> web.Response:
        self.asked["identity"] += 1
        assert request.headers["X-IDENTITY-HEADER"] == "local"
        token = {"access_token": "token", "expires_on": "4102444800", "token_type": "Bearer"}
        return web.json_response({**token, "resource": "https://vault.azure.net"})

    async def secret(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if request.headers.get("Authorization") != "Bearer token":
            self.asked["challenge"] += 1
            return web.Response(status=401, headers={"WWW-Authenticate": CHALLENGE})
        self.asked[name] += 1
        if name not in SECRETS:
            error = {"code": "SecretNotFound", "message": "not found"}
            return web.json_response({"error": error}, status=404)
        return web.json_response({"value": SECRETS[name], "id": f"https://kv/secrets/{name}/1"})

    async def messages(self, request: web.Request) -> web.Response:
        self.asked["twilio"] += 1
        if request.method == "GET":
            return web.json_response({"messages": []})
        form = await request.post()
        sent = {"sid": "SM" + "0" * 32, "status": "queued", "to": form["To"], "from": form["From"]}
        return web.json_response(sent, status=201)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/identity/token", self.identity)
        app.router.add_get("/vault/secrets/{name}{version:/?}", self.secret)
        app.router.add_route("*", "/2010-04-01/Accounts/{sid}/Messages.json", self.messages)
        return app


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStack]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("IDENTITY_HEADER", "local")
    yield LocalStack()
    clients.reset()


def against(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, work: Callable[[], Awaitable[Any]]
) -> Any:
    """Run `work` in an app that knows nothing yet and whose cloud is the stack."""

    async def main() -> Any:
        async with TestServer(stack.app(), host="127.0.0.1") as server:
            stack_url = str(server.make_url("")).rstrip("/")
            monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stack_url}/identity/token")
            values = {
                "LOCAL_STACK_URL": stack_url,
                # The SDK remembers the challenge of a vault for the life of the process.
                "KEY_VAULT_URL": f"https://stack{next(numbers)}.vault.azure.net",
                "IDENTITY_ENDPOINT": f"{stack_url}/identity/token",
                "TWILIO_FROM_NUMBER": "+12025550100",
                "PUBLIC_URL": PUBLIC,
            }
            current = clients.Clients(values, SystemClock())
            clients.reset(current)
            try:
                return await work()
            finally:
                await current.close()

    return asyncio.run(main())


async def send() -> int:
    body = b'{"to": "+12025550123", "body": "Hello"}'
    request = func.HttpRequest("POST", "http://inner/api/SendSms", body=body)
    return (await SendSms.main(request)).status_code


async def reply(token: str = "primary") -> int:  # noqa: S107 - of the stand-in
    form = [("Body", "Hello"), ("From", "+12025550123")]
    url = "/api/TwimlReply"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(token, PUBLIC + url, form).decode(),
    }
    request = func.HttpRequest(
        "POST", f"http://inner{url}", headers=headers, body=urlencode(form).encode()
    )
    return (await TwimlReply.main(request)).status_code


COLD_SEND = {
    "identity": 1,
    "challenge": 1,
    "TwilioAccountSid": 1,
    "TwilioAuthToken": 1,
    "twilio": 1,
}


def test_a_cold_send_makes_five_requests(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert against(stack, monkeypatch, send) == 201
    assert stack.asked == COLD_SEND


def test_a_warm_send_makes_one_request(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        await send()
        stack.asked.clear()
        await send()

    against(stack, monkeypatch, work)

    assert stack.asked == {"twilio": 1}


def test_1000_cold_sends_at_once_read_each_secret_once(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> set[int]:
        return set(await asyncio.gather(*(send() for _ in range(1000))))

    assert against(stack, monkeypatch, work) == {201}
    assert stack.asked == {**COLD_SEND, "twilio": 1000}


def test_a_cold_signed_answer_makes_three_requests_and_a_warm_one_none(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> list[int]:
        return [await reply(), await reply()]

    assert against(stack, monkeypatch, work) == [200, 200]
    assert stack.asked == {"identity": 1, "challenge": 1, "TwilioAuthToken": 1}


def test_a_signature_that_does_not_match_looks_for_the_next_token(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> int:
        return await reply("unknown")

    assert against(stack, monkeypatch, work) == 403
    assert stack.asked == {
        "identity": 1,
        "challenge": 1,
        "TwilioAuthToken": 2,
        "TwilioAuthTokenSecondary": 2,
    }


def test_health_asks_each_part_once(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> int:
        request = func.HttpRequest("GET", "http://inner/api/GetHealth", body=b"")
        return (await GetHealth.main(request)).status_code

    assert against(stack, monkeypatch, work) == 200
    assert stack.asked == COLD_SEND
