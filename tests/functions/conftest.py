"""Fixtures for tests of the functions: an app with plain settings and a recording Twilio."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import pytest
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from local_stack.host.app.function_file import FunctionDefinition, read_function_definition
from shared import clients
from shared.clock import SystemClock
from shared.http.request_parts import FORM_TYPE
from shared.twilio_api import transport as twilio_http
from shared.twilio_api.downloads import Download
from shared.webhooks.signatures import sign

ROOT = Path(__file__).parents[2]

Form = list[tuple[str, str]]
SignedRequest = Callable[..., func.HttpRequest]
Runtime = Mapping[str, FunctionDefinition]
Run = Callable[[Any, func.HttpRequest], func.HttpResponse]

TEXT = [
    ("MessageSid", "SM" + "0" * 32),
    ("From", "+12025550123"),
    ("To", "+12025550100"),
    ("Body", "Hello & goodbye ü"),
    ("FromCity", ""),
    ("NumMedia", "0"),
]


class FakeTwilio(AsyncHttpClient):
    """Twilio below the SDK's real client: records requests and returns the set responses."""

    def __init__(self) -> None:
        self.is_async = True
        self.requests: list[dict[str, Any]] = []
        self.answers: list[tuple[int, Any] | Exception] = []
        self.lasting: tuple[int, Any] | Exception | None = None
        """The default response."""
        self.media_type = ""
        """The type of the files that it returns."""

    def answer(self, status: int, body: Any) -> None:
        """Return this response (JSON, or plain text) to the next request."""
        self.answers.append((status, body))

    def fail(self, error: Exception) -> None:
        """Raise this error at the next request."""
        self.answers.append(error)

    async def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        self.requests.append({"method": method, "url": uri, **kwargs})
        status, body = self.next_answer(created(kwargs.get("data") or {}))
        text = body if isinstance(body, str) else json.dumps(body)
        return twilio_http.checked(method, Response(status, text))

    async def download(self, url: str, auth: tuple[str, str], *, max_bytes: int) -> Download:
        self.requests.append({"method": "GET", "url": url, "auth": auth, "max_bytes": max_bytes})
        status, body = self.next_answer((404, b""))
        return Download(status, body, self.media_type)

    def next_answer(self, otherwise: tuple[int, Any]) -> tuple[int, Any]:
        """Return the next status and body, or raise the next error."""
        answer = self.answers.pop(0) if self.answers else self.lasting or otherwise
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class HastyClock(SystemClock):
    """A clock that sleeps for no real time, but advances by the requested time."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.slept_s

    async def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


def created(data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return Twilio's response to a new message or call, with the fields that the app reads."""
    sid = "CA" if "Url" in data or "Twiml" in data else "SM"
    sender = {"from": data.get("From"), "to": data.get("To")}
    return 201, {"sid": sid + "0" * 32, "status": "queued", **sender}


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch) -> FakeTwilio:
    """A Twilio that accepts everything and records it."""
    fake = FakeTwilio()

    def connect(local_stack_url: str) -> FakeTwilio:
        return fake

    monkeypatch.setattr(twilio_http, "TwilioHttp", connect)
    return fake


@pytest.fixture
def values() -> dict[str, str]:
    """Plain settings, without a vault."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "primary",
        "TWILIO_FROM_NUMBER": "+12025550100",
        "PUBLIC_URL": "https://app.example",
    }


@pytest.fixture
def app(twilio: FakeTwilio, values: dict[str, str]) -> Iterator[clients.Clients]:
    """The app's clients with these settings and this Twilio."""
    current = clients.Clients(values, HastyClock())
    clients.reset(current)
    yield current
    clients.reset()


def build_signed_request(
    path: str = "/api/TwimlReply",
    form: Form | None = None,
    *,
    body: bytes | None = None,
    content_type: str = FORM_TYPE,
    method: str = "POST",
    signature: str | None = "",
    token: str = "primary",  # noqa: S107 - only for tests
    headers: Mapping[str, str] | None = None,
) -> func.HttpRequest:
    """Return a request like Twilio's; `signature` None omits the header."""
    fields = TEXT if form is None and body is None else form or []
    data = urlencode(fields).encode() if body is None else body
    if method == "GET":
        data, fields = b"", []
    all_headers = {"Content-Type": content_type, **(headers or {})}
    if signature is not None:
        all_headers["X-Twilio-Signature"] = (
            signature or sign(token, f"https://app.example{path}", fields).decode()
        )
    return func.HttpRequest(method, f"http://10.0.0.4:8080{path}", headers=all_headers, body=data)


@pytest.fixture
def signed_request() -> SignedRequest:
    """Makes requests like Twilio's, with the token in the plain settings."""
    return build_signed_request


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    """All functions by name, loaded by Microsoft's runtime into this process."""
    from local_stack.host.worker.functions import load_function, start_runtime

    folders = [path.parent for path in sorted(ROOT.glob("*/function.json"))]
    definitions = {folder.name: read_function_definition(folder) for folder in folders}
    start_runtime()
    for definition in definitions.values():
        load_function(definition)
    return definitions


@pytest.fixture
def run() -> Run:
    """Calls a function's main; returns its response."""

    def call(main: Any, req: func.HttpRequest) -> func.HttpResponse:
        return asyncio.run(main(req))

    return call


@pytest.fixture
def received_text() -> Form:
    """The default form of requests: an incoming text."""
    return list(TEXT)
