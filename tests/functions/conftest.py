"""Fixtures for the tests of the functions: an app with plain settings and a Twilio that records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from shared import clients, twilio_http
from shared.clock import SystemClock


class FakeTwilio(AsyncHttpClient):
    """Twilio below the SDK's real client: records requests, gives the answers it was told."""

    def __init__(self) -> None:
        self.is_async = True
        self.requests: list[dict[str, Any]] = []
        self.answers: list[tuple[int, Any] | Exception] = []

    def answer(self, status: int, body: Any) -> None:
        """Give this answer (JSON, or a text as it is) to the next request."""
        self.answers.append((status, body))

    def fail(self, error: Exception) -> None:
        """Raise this error at the next request."""
        self.answers.append(error)

    async def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        self.requests.append({"method": method, "url": uri, **kwargs})
        answer = self.answers.pop(0) if self.answers else created(kwargs.get("data") or {})
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return Response(status, body if isinstance(body, str) else json.dumps(body))

    async def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def created(data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Twilio's answer to a new message or call, as far as the app reads it."""
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
    """The app's clients with those settings and that Twilio."""
    current = clients.Clients(values, SystemClock())
    clients.reset(current)
    yield current
    clients.reset()
