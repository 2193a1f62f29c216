"""The functions that only Twilio may call: what passes, what is refused, what they answer."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import Any
from urllib.parse import parse_qsl, urlencode

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import OnCallStatus
import OnMessageStatus
import TwimlHello
import TwimlMessage
import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.credentials import Credentials
from shared.errors import VaultError
from shared.settings import Secret
from shared.signatures import sign

pytestmark = pytest.mark.usefixtures("app")

PUBLIC = "https://app.example"
FORM = "application/x-www-form-urlencoded"
TEXT = [
    ("MessageSid", "SM" + "0" * 32),
    ("From", "+12025550123"),
    ("To", "+12025550100"),
    ("Body", "Hello & goodbye ü"),
    ("FromCity", ""),
    ("NumMedia", "0"),
]
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def request(
    path: str = "/api/TwimlReply",
    form: list[tuple[str, str]] | None = None,
    *,
    body: bytes | None = None,
    content_type: str = FORM,
    method: str = "POST",
    signature: str | None = "",
    token: str = "primary",  # noqa: S107 - of the test's settings
) -> func.HttpRequest:
    """A request as Twilio makes it; `signature` None leaves the header out."""
    fields = TEXT if form is None and body is None else form or []
    data = urlencode(fields).encode() if body is None else body
    if method == "GET":
        data, fields = b"", []
    headers = {"Content-Type": content_type}
    if signature is not None:
        headers["X-Twilio-Signature"] = signature or sign(token, PUBLIC + path, fields).decode()
    return func.HttpRequest(method, f"http://10.0.0.4:8080{path}", headers=headers, body=data)


def run(main: Any, req: func.HttpRequest) -> func.HttpResponse:
    return asyncio.run(main(req))


def detail(response: func.HttpResponse) -> str:
    assert response.status_code == 403
    assert response.mimetype == "application/problem+json"
    return json.loads(response.get_body())["detail"]


def test_a_text_is_answered_with_what_it_said() -> None:
    response = run(TwimlReply.main, request())

    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    assert response.get_body().decode() == (
        f"{DECLARATION}<Response><Message>You wrote: Hello &amp; goodbye ü</Message></Response>"
    )


def test_the_reply_of_the_query_comes_first() -> None:
    response = run(TwimlReply.main, request("/api/TwimlReply?Message=Thanks%20%2B+bye"))

    assert "<Message>Thanks + bye</Message>" in response.get_body().decode()


def test_twilio_may_use_get() -> None:
    response = run(TwimlReply.main, request("/api/TwimlReply?Body=Hi&FromCity=", method="GET"))

    assert "<Message>You wrote: Hi</Message>" in response.get_body().decode()


def test_messages_are_said_and_played_in_their_order() -> None:
    path = "/api/TwimlMessage?Message%5B0%5D=One&Message[1]=https%3A%2F%2Fa.example%2Fb.mp3&x="

    for method in ("GET", "POST"):
        response = run(TwimlMessage.main, request(path, method=method))

        assert response.get_body().decode() == (
            f"{DECLARATION}<Response><Say>One</Say><Play>https://a.example/b.mp3</Play></Response>"
        )


def test_without_a_message_nothing_is_said() -> None:
    response = run(TwimlMessage.main, request("/api/TwimlMessage"))

    assert response.get_body().decode() == f"{DECLARATION}<Response />"


def test_hello_needs_no_signature() -> None:
    for _ in range(2):
        response = run(TwimlHello.main, request("/api/TwimlHello", signature=None, method="GET"))

        assert response.status_code == 200
        assert response.mimetype == "text/xml"
        assert response.get_body().decode() == (
            f"{DECLARATION}<Response><Say>Hello World</Say></Response>"
        )


@pytest.mark.parametrize(
    "main", [TwimlMessage.main, TwimlReply.main, OnMessageStatus.main, OnCallStatus.main]
)
def test_a_missing_signature_is_refused_and_the_answer_says_how_to_sign(main: Any) -> None:
    text = detail(run(main, request("/api/X?a=%20b", signature=None)))

    assert "X-Twilio-Signature is missing" in text
    assert "https://app.example/api/X?a=%20b" in text
    assert "python3 dev.py sign URL name=value" in text


@pytest.mark.parametrize("signature", ["x", "\udcff\udcfe", "ü" * 28, "=" * 10_000, " "])
def test_a_malformed_signature_is_refused(signature: str) -> None:
    assert "does not match" in detail(run(TwimlReply.main, request(signature=signature)))


def test_another_url_is_refused() -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlMessage", TEXT).decode()

    assert "does not match" in detail(run(TwimlReply.main, request(signature=signature)))


@pytest.mark.parametrize("path", ["/api/TwimlReply?Message=b", "/api/TwimlReply?Message=A"])
def test_another_query_is_refused(path: str) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply?Message=a", TEXT).decode()

    assert "does not match" in detail(run(TwimlReply.main, request(path, signature=signature)))


def test_a_query_written_in_another_way_is_refused() -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply?Message=a%20b", TEXT).decode()
    req = request("/api/TwimlReply?Message=a+b", signature=signature)

    assert "does not match" in detail(run(TwimlReply.main, req))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_of_the_body_is_refused(position: int, change: int) -> None:
    body = bytearray(urlencode(TEXT).encode())
    place = position % len(body)
    changed = bytes(body[:place]) + bytes([body[place] ^ change]) + bytes(body[place + 1 :])
    means_the_same = parse_qsl(changed.decode("utf-8", "replace"), keep_blank_values=True) == TEXT
    response = run(
        TwimlReply.main,
        request(body=changed, signature=sign("primary", f"{PUBLIC}/api/TwimlReply", TEXT).decode()),
    )

    assert response.status_code == (200 if means_the_same else 403)


def test_added_and_left_out_fields_are_refused() -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply", TEXT).decode()

    for form in ([*TEXT, ("x", "")], TEXT[1:]):
        assert "does not match" in detail(
            run(TwimlReply.main, request(form=form, signature=signature))
        )


def test_blank_and_repeated_fields_are_part_of_the_signature() -> None:
    form = [*TEXT, ("MediaUrl0", ""), ("a", "2"), ("a", "1")]

    assert run(TwimlReply.main, request(form=form)).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_a_body_that_is_no_form_is_refused(content_type: str) -> None:
    req = request(body=b"Body=Hi", content_type=content_type)

    assert "not a form" in detail(run(TwimlReply.main, req))


def test_json_is_signed_by_its_hash_in_the_query() -> None:
    body = b'{"Body": "Hi"}'
    path = f"/api/OnCallStatus?bodySHA256={hashlib.sha256(body).hexdigest()}"
    req = request(path, body=body, content_type="application/json")

    assert run(OnCallStatus.main, req).status_code == 204


def test_json_with_another_hash_or_without_one_is_refused() -> None:
    body, other = b'{"Body": "Hi"}', hashlib.sha256(b"{}").hexdigest()
    paths = {
        f"/api/OnCallStatus?bodySHA256={other}": "does not match bodySHA256",
        "/api/OnCallStatus?bodySHA256=": "does not match bodySHA256",
        "/api/OnCallStatus?bodySHA256=%C3%BC": "does not match bodySHA256",
        "/api/OnCallStatus": "no bodySHA256",
    }

    for path, reason in paths.items():
        req = request(path, body=body, content_type="application/json")
        assert reason in detail(run(OnCallStatus.main, req))


def test_a_form_is_not_excused_by_a_hash_in_the_query() -> None:
    body = urlencode(TEXT).encode()
    path = f"/api/TwimlReply?bodySHA256={hashlib.sha256(body).hexdigest()}"
    req = request(path, body=body)

    assert "does not match" in detail(run(TwimlReply.main, req))


def test_a_body_that_twilio_would_not_send_is_refused_unread() -> None:
    assert "too long" in detail(run(TwimlReply.main, request(body=b"a" * 1_000_001)))
    assert "too many fields" in detail(run(TwimlReply.main, request(body=b"a&" * 2000)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(), st.binary(), st.text(), st.text())
def test_nothing_unsigned_makes_an_error_of_the_app(
    query: str, body: bytes, content_type: str, signature: str
) -> None:
    req = request(
        f"/api/TwimlReply?{query}",
        body=body,
        content_type=content_type,
        signature=signature or None,
    )

    assert run(TwimlReply.main, req).status_code == 403


def test_signed_with_the_next_token_during_a_rotation(values: dict[str, str]) -> None:
    values |= {"TWILIO_AUTH_TOKEN_SECONDARY": "next"}
    clients.reset(clients.Clients(values, SystemClock()))

    assert run(TwimlReply.main, request(token="next")).status_code == 200  # noqa: S106


class CountingVault:
    """A source of secrets that counts who reads what."""

    def __init__(self, secrets: dict[Secret, str]) -> None:
        self.secrets = secrets
        self.reads: list[Secret] = []
        self.is_down = False

    def read(self, secret: Secret) -> str | None:
        self.reads.append(secret)
        if self.is_down:
            raise VaultError("Key Vault is down")
        return self.secrets.get(secret)


@pytest.fixture
def vault(app: clients.Clients) -> CountingVault:
    source = CountingVault({Secret.AUTH_TOKEN: "primary"})
    app.credentials = Credentials(source, SystemClock())
    return source


def test_a_right_signature_reads_the_primary_token_alone(vault: CountingVault) -> None:
    for _ in range(3):
        run(TwimlReply.main, request())

    assert vault.reads == [Secret.AUTH_TOKEN]


def test_after_a_promotion_the_new_token_is_read_at_once(vault: CountingVault) -> None:
    run(TwimlReply.main, request())
    vault.secrets[Secret.AUTH_TOKEN] = "promoted"

    assert run(TwimlReply.main, request(token="promoted")).status_code == 200  # noqa: S106


def test_forged_requests_make_the_vault_read_once_per_interval(vault: CountingVault) -> None:
    for _ in range(50):
        run(TwimlReply.main, request(signature="forged"))

    both = [Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY]
    assert vault.reads == [*both, *both]


def test_unsigned_requests_do_not_touch_the_vault(vault: CountingVault) -> None:
    run(TwimlReply.main, request(signature=None))

    assert vault.reads == []


def test_without_a_token_nothing_can_be_decided(vault: CountingVault) -> None:
    vault.is_down = True

    assert run(TwimlReply.main, request()).status_code == 503


def test_a_missing_token_is_a_fault_of_the_settings(values: dict[str, str]) -> None:
    del values["TWILIO_AUTH_TOKEN"]
    clients.reset(clients.Clients(values, SystemClock()))

    response = run(TwimlReply.main, request())

    assert response.status_code == 500
    assert b"missing settings: TWILIO_AUTH_TOKEN" in response.get_body()


def test_the_report_of_a_message_is_one_line_without_personal_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    report = [*TEXT, ("MessageStatus", "undelivered"), ("ErrorCode", "30003")]

    response = run(OnMessageStatus.main, request("/api/OnMessageStatus", report))

    assert (response.status_code, response.get_body()) == (204, b"")
    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        {
            "report": "message",
            "sid": "SM" + "0" * 32,
            "status": "undelivered",
            "error_code": "30003",
            "from": "...0123",
            "to": "...0100",
        }
    ]


def test_the_report_of_a_call_is_one_line_without_personal_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    report = [
        ("CallSid", "CA" + "0" * 32),
        ("CallStatus", "completed"),
        ("Direction", "outbound-api"),
        ("SequenceNumber", "3"),
        ("CallDuration", "12"),
        ("SipResponseCode", "200"),
        ("From", "client:alice\nforged line"),
        ("To", "+12025550123"),
        ("FromCity", "WASHINGTON"),
    ]

    assert run(OnCallStatus.main, request("/api/OnCallStatus", report)).status_code == 204
    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        {
            "report": "call",
            "sid": "CA" + "0" * 32,
            "status": "completed",
            "direction": "outbound-api",
            "sequence": "3",
            "duration_s": "12",
            "sip_code": "200",
            "from": "...",
            "to": "...0123",
        }
    ]


def test_a_refusal_is_logged_without_the_url(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    run(TwimlReply.main, request("/api/TwimlReply?Message=noon", signature="x"))

    assert [record.getMessage() for record in caplog.records] == [
        "TwimlReply: ForgedRequestError status=403 code=None The X-Twilio-Signature does not match."
    ]
