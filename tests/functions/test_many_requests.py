"""Thousands of made-up requests through Microsoft's runtime: none is an error of the app."""

from __future__ import annotations

import asyncio
import hashlib
import json
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from emulator.host.functions import FunctionRequest, InvocationError, invoke
from emulator.host.queries import join_values, parse_query
from shared import clients, signatures
from shared.errors import TwilioOutcomeUnknownError, TwilioUnreachableError
from shared.forms import FORM_TYPE
from shared.memory_ledger import MemoryLedger

if TYPE_CHECKING:
    from emulator.host.definitions import FunctionDefinition
    from tests.functions.conftest import FakeTwilio, Runtime

REQUESTS = 10_000

ANY_FIELDS = ("code", "clientId", "bodySHA256", "a" * 50, "", "ü", "\0")
WEBHOOK_FIELDS = (
    *("Body", "From", "To", "NumMedia", "Message", "Message[0]", "Message[1]", "MessageStatus"),
    *("CallStatus", "CallSid", "SmsSid", "ErrorCode", "bodySHA256"),
    *("PhoneNumber", "PhoneNumbers[]", "Options[1]", "Digits", "Dial", "DialCallStatus", "FailUrl"),
    *("Timeout", "Password", "Moderators[]", "Music", "Track[]", "Bucket", "Notify", "Twiml"),
)
FIELDS = {
    "SendSms": ("to", "body", "from", "media_url", "messaging_service_sid"),
    "PlaceCall": ("to", "from", "message", "twiml", "url"),
    "GetStatus": ("sid", "key"),
    "OnMessageStatus": ("MessageSid", "MessageStatus", "ErrorCode", "claim"),
    "OnCallStatus": ("CallSid", "CallStatus", "claim"),
    "OnRecording": ("RecordingSid", "RecordingStatus", "RecordingDuration", "Notify"),
}
ENOUGH = {
    "SendSms": {"to": "+12025550123", "body": "Hello"},
    "PlaceCall": {"to": "+12025550123"},
    "GetStatus": {"sid": "SM" + "0" * 32},
    "OnMessageStatus": {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"},
    "OnCallStatus": {"CallSid": "CA" + "0" * 32, "CallStatus": "ringing"},
    "OnRecording": {"RecordingSid": "RE" + "0" * 32, "RecordingStatus": "completed"},
}
VALUES = (
    *("", " ", "Hello", "+12025550123", "(202) 555-0123", "+49 30 123456", "call me", "ACME"),
    *(
        "whatsapp:+12025550123",
        "MG" + "0" * 32,
        "client:alice",
        "1" * 5000,
        "é😀" * 900,
        "a" * 1601,
    ),
    *("https://a.example/b.mp3", "http://127.0.0.1/x", "https://[bad", "https://a:99999/", "//x"),
    *("<Response/>", "<Response><Say>Hi</Say></Response>", "<Response>", "<!DOCTYPE a><a/>", "&<>"),
    *("\0", "\x01", "\ufffe", "\u2028", "\r\nX: y", "%", "%zz", "%00", "a=b&c", "{", "[", "null"),
)
CONTENT_TYPES = (
    *(FORM_TYPE, f"{FORM_TYPE}; charset=UTF-8", "application/json", "text/plain", "", ";", "ü/ü"),
    *("multipart/form-data; boundary=x", "application/problem+json; charset=utf-16"),
)
TWILIO_ANSWERS: tuple[tuple[int, Any] | Exception, ...] = (
    (400, {"code": 21211, "message": "The 'To' number is not valid", "status": 400}),
    (401, {"code": 20003, "message": "Authenticate", "status": 401}),
    (404, {}),
    (429, {"code": 20429, "message": "Too Many Requests", "status": 429}),
    (500, "<html>oops</html>"),
    (503, ""),
    (200, ""),
    (201, {}),
    (201, {"sid": None, "from": 1}),
    (302, "moved"),
    (400, "[]"),
    (400, {"code": "x", "status": "y"}),
    (500, "null"),
    TwilioUnreachableError("There is no connection to Twilio; nothing was sent."),
    TwilioOutcomeUnknownError("Twilio did not answer in time."),
)


def any_value(random: Random, depth: int = 0) -> Any:
    """Return what may stand in JSON; most often a text."""
    kind = random.randrange(8 if depth < 3 else 6)
    if kind < 4:
        return random.choice(VALUES)
    if kind < 6:
        return random.choice((None, True, 0, -1.5, 10**400, float("inf"), "\ud800"))
    values = [any_value(random, depth + 1) for _ in range(random.randrange(4))]
    return values if kind == 6 else dict(zip(ANY_FIELDS, values, strict=False))


def any_field(random: Random, name: str) -> str:
    """Return the name of an input of a function, seldom another one."""
    return random.choice(ANY_FIELDS if random.random() < 0.1 else FIELDS.get(name, WEBHOOK_FIELDS))


def enough(random: Random, name: str) -> dict[str, str]:
    """Return, most often, inputs with which a function can do its work."""
    return ENOUGH.get(name, {}) if random.random() < 0.8 else {}


def any_json(random: Random, name: str) -> bytes:
    """Return JSON of known and unknown inputs, sometimes cut off or nested without end."""
    data = {any_field(random, name): any_value(random) for _ in range(random.randrange(3))}
    text = json.dumps({**data, **enough(random, name)}).encode()
    damage = random.randrange(10)
    if damage == 0:
        return text[: random.randrange(len(text))]
    return b'{"to": ' + b"[" * 100_000 if damage == 1 else text


def any_pairs(random: Random, name: str) -> list[tuple[str, str]]:
    """Return the fields of a form or of a query."""
    count = random.randrange(3)
    others = [(any_field(random, name), random.choice(VALUES)) for _ in range(count)]
    return [*others, *enough(random, name).items()]


def any_query(random: Random, name: str) -> str:
    """Return a query with its question mark, escaped in one of several ways, or nothing."""
    pairs = any_pairs(random, name)
    encoded = (
        urlencode(pairs),
        urlencode(pairs, quote_via=quote),
        "&".join(f"{name}={value}" for name, value in pairs).replace("\0", "%FF"),
    )
    return random.choice(("", f"?{random.choice(encoded)}"))


def any_request(random: Random, definition: FunctionDefinition) -> FunctionRequest:
    """Return a request as the host hands it to a function; most are signed."""
    method = random.choice(sorted(definition.door.methods))
    target = f"/api/{definition.name}{any_query(random, definition.name)}"
    content_type, pairs, body = random.choice(CONTENT_TYPES), list[tuple[str, str]](), b""
    kind = random.randrange(4) if method == "POST" else 0
    if kind == 1:
        body = any_json(random, definition.name)
        if random.random() < 0.5:
            joint = "&" if "?" in target else "?"
            target += f"{joint}bodySHA256={hashlib.sha256(body).hexdigest()}"
    elif kind == 2:
        content_type, pairs = FORM_TYPE, any_pairs(random, definition.name)
        body = urlencode(pairs).encode()
    elif kind == 3:
        body = random.randbytes(random.randrange(200))
    headers = {"host": "127.0.0.1:7071", "content-type": content_type}
    if random.random() < 0.8:
        right = signatures.sign("primary", f"https://app.example{target}", pairs).decode()
        headers["x-twilio-signature"] = random.choice((right, right, right, "forged", ""))
    return FunctionRequest(
        method=method,
        url=f"http://127.0.0.1:7071{target}",
        headers=headers,
        params=join_values(parse_query(target.partition("?")[2])),
        route_params={},
        body=body,
    )


@pytest.mark.soak
@pytest.mark.usefixtures("app")
def test_no_request_is_an_error_of_the_app(
    runtime: Runtime, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    monkeypatch.setattr(clients, "ledger", lambda: ledger)

    async def status_of(number: int) -> int:
        random = Random(number)  # noqa: S311 - keeps no secret
        definition = runtime[random.choice(sorted(runtime))]
        twilio.requests.clear()
        twilio.answers[:] = [random.choice(TWILIO_ANSWERS)] if random.random() < 0.3 else []
        request = any_request(random, definition)
        try:
            status = (await invoke(definition, request)).status
        except InvocationError as error:
            raise AssertionError(f"request {number}: {request}") from error
        assert status != 500, f"request {number}: {request}"
        return status

    async def trial() -> set[int]:
        return {await status_of(number) for number in range(REQUESTS)}

    assert {200, 201, 204, 400, 403, 502, 504} <= asyncio.run(trial())
