"""Requests that Twilio did not sign are refused."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import OnCallStatus
import OnMessageStatus
import TwimlMessage
import TwimlReply
from shared import clients
from shared.config.credentials import AppSettings, Credentials
from shared.config.settings import Secret
from shared.http.request_parts import FORM_TYPE, MAX_WEBHOOK_BYTES, MAX_WEBHOOK_FIELDS
from shared.webhooks.explanation import MAX_EXPLANATIONS
from shared.webhooks.signatures import sign
from shared.webhooks.verifier import (
    MAX_EXPLAINED_CHARS,
    MAX_EXPLAINED_FIELDS,
    MAX_SHOWN_CHARS,
    MAX_SHOWN_FIELDS,
)

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

PUBLIC = "https://app.example"


def detail(response: func.HttpResponse) -> str:
    assert response.status_code == 403
    assert response.mimetype == "application/problem+json"
    return json.loads(response.get_body())["detail"]


@pytest.mark.parametrize(
    "main", [TwimlMessage.main, TwimlReply.main, OnMessageStatus.main, OnCallStatus.main]
)
def test_a_missing_signature_is_refused_with_how_to_sign(
    run: Run, signed_request: SignedRequest, main: Any
) -> None:
    text = detail(run(main, signed_request("/api/X?a=%20b", signature=None)))

    assert "X-Twilio-Signature header is missing" in text
    assert "https://app.example/api/X?a=%20b" in text
    assert "python3 dev.py sign URL name=value" in text


@pytest.mark.parametrize("signature", ["x", "\udcff\udcfe", "ü" * 28, "=" * 10_000, " "])
def test_a_malformed_signature_is_refused(
    run: Run, signed_request: SignedRequest, signature: str
) -> None:
    assert "does not match" in detail(run(TwimlReply.main, signed_request(signature=signature)))


def test_another_url_is_refused(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlMessage", received_text).decode()

    assert "does not match" in detail(run(TwimlReply.main, signed_request(signature=signature)))


@pytest.mark.parametrize("path", ["/api/TwimlReply?Message=b", "/api/TwimlReply?Message=A"])
def test_another_query_is_refused(
    run: Run, signed_request: SignedRequest, received_text: Form, path: str
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply?Message=a", received_text).decode()

    assert "does not match" in detail(
        run(TwimlReply.main, signed_request(path, signature=signature))
    )


def test_a_differently_encoded_query_is_refused(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply?Message=a%20b", received_text).decode()
    req = signed_request("/api/TwimlReply?Message=a+b", signature=signature)

    assert "does not match" in detail(run(TwimlReply.main, req))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_of_the_body_is_refused(
    run: Run, signed_request: SignedRequest, received_text: Form, position: int, change: int
) -> None:
    body = bytearray(urlencode(received_text).encode())
    place = position % len(body)
    changed = bytes(body[:place]) + bytes([body[place] ^ change]) + bytes(body[place + 1 :])
    means_the_same = (
        parse_qsl(changed.decode("utf-8", "replace"), keep_blank_values=True) == received_text
    )
    response = run(
        TwimlReply.main,
        signed_request(
            body=changed,
            signature=sign("primary", f"{PUBLIC}/api/TwimlReply", received_text).decode(),
        ),
    )

    assert response.status_code in ({200, 403} if means_the_same else {403})


def test_added_and_removed_fields_are_refused(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply", received_text).decode()

    for form in ([*received_text, ("x", "")], received_text[1:]):
        assert "does not match" in detail(
            run(TwimlReply.main, signed_request(form=form, signature=signature))
        )


@pytest.mark.parametrize(
    ("signed", "sent"),
    [
        ([("To", "client:ann")], b"To&client:ann"),
        ([("To", "client:ann")], b"Toclient:ann"),
        ([("To", "client:ann")], b"To=client&:ann"),
        ([("FromCity", "")], b"FromCity"),
        ([("To", "1")], b"To=1&"),
        ([("To", "1")], b"&To=1"),
    ],
)
def test_a_field_without_an_equals_sign_is_refused(
    run: Run, signed_request: SignedRequest, signed: Form, sent: bytes
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply", signed).decode()

    assert "without `=`" in detail(
        run(TwimlReply.main, signed_request(body=sent, signature=signature))
    )


def test_blank_and_repeated_fields_are_part_of_the_signature(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    form = [*received_text, ("MediaUrl0", ""), ("a", "2"), ("a", "1")]

    assert run(TwimlReply.main, signed_request(form=form)).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        [("Grüße", "naïve 日本 🙂"), ("Body", "\u00a0 trimmed? \r\n")],
        [("b", "2"), ("B", "1"), ("ä", "3"), ("a", ""), ("", "no name")],
        [("a", "same"), ("a", "same"), ("a", "other"), ("A[0]", "+1 & 2=3%")],
    ],
)
def test_names_and_values_can_have_any_characters(
    run: Run, signed_request: SignedRequest, form: Form
) -> None:
    assert run(TwimlReply.main, signed_request(form=form)).status_code == 200


@pytest.mark.parametrize("query", ["code=aB3%2Fx%3D%3D", "code=aB3/x==", "a=%41&code=x&b", "a&&b="])
def test_the_query_is_signed_as_it_is_encoded(
    run: Run, signed_request: SignedRequest, received_text: Form, query: str
) -> None:
    path = f"/api/TwimlReply?{query}"
    without_key = sign("primary", f"{PUBLIC}/api/TwimlReply", received_text).decode()

    assert run(TwimlReply.main, signed_request(path)).status_code == 200
    assert "does not match" in detail(
        run(TwimlReply.main, signed_request(path, signature=without_key))
    )


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_a_body_that_is_not_a_form_is_refused(
    run: Run, signed_request: SignedRequest, content_type: str
) -> None:
    req = signed_request(body=b"Body=Hi", content_type=content_type)

    assert "not a form" in detail(run(TwimlReply.main, req))


def test_json_is_signed_by_its_hash_in_the_query(run: Run, signed_request: SignedRequest) -> None:
    body = b'{"Body": "Hi"}'
    path = f"/api/OnCallStatus?bodySHA256={hashlib.sha256(body).hexdigest()}"
    req = signed_request(path, body=body, content_type="application/json")

    assert run(OnCallStatus.main, req).status_code == 204


def test_json_with_a_wrong_or_missing_hash_is_refused(
    run: Run, signed_request: SignedRequest
) -> None:
    body, other = b'{"Body": "Hi"}', hashlib.sha256(b"{}").hexdigest()
    paths = {
        f"/api/OnCallStatus?bodySHA256={other}": "does not match bodySHA256",
        "/api/OnCallStatus?bodySHA256=": "does not match bodySHA256",
        "/api/OnCallStatus?bodySHA256=%C3%BC": "does not match bodySHA256",
        "/api/OnCallStatus": "no bodySHA256",
    }

    for path, reason in paths.items():
        req = signed_request(path, body=body, content_type="application/json")
        assert reason in detail(run(OnCallStatus.main, req))


@pytest.mark.parametrize("body", [b"", b'{"Body": "Hi"}'])
@pytest.mark.parametrize("content_type", ["application/json", FORM_TYPE, ""])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_hash_in_the_query_always_binds_the_body(
    run: Run, signed_request: SignedRequest, body: bytes, content_type: str, method: str
) -> None:
    path = f"/api/TwimlReply?bodySHA256={hashlib.sha256(b'[]').hexdigest()}"
    signature = sign("primary", PUBLIC + path).decode()
    given = {"body": body, "content_type": content_type, "method": method}
    response = run(TwimlReply.main, signed_request(path, signature=signature, **given))

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("body", "spelled"),
    [
        (b"", hashlib.sha256(b"").hexdigest()),
        (b"[]", hashlib.sha256(b"[]").hexdigest().upper()),
        (
            b"[]",
            f"{hashlib.sha256(b'[]').hexdigest()}&bodySHA256=other",
        ),  # the first counts, as in the SDK
    ],
)
def test_a_valid_hash_passes(
    run: Run, signed_request: SignedRequest, body: bytes, spelled: str
) -> None:
    path = f"/api/OnCallStatus?a=1&bodySHA256={spelled}"
    req = signed_request(path, body=body, content_type="application/json")

    assert run(OnCallStatus.main, req).status_code == 204


def test_a_second_hash_does_not_excuse_a_wrong_one(run: Run, signed_request: SignedRequest) -> None:
    path = f"/api/OnCallStatus?bodySHA256=other&bodySHA256={hashlib.sha256(b'[]').hexdigest()}"
    req = signed_request(path, body=b"[]", content_type="application/json")

    assert "does not match bodySHA256" in detail(run(OnCallStatus.main, req))


def test_a_form_with_a_hash_is_signed_by_its_fields(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    body = urlencode(received_text).encode()
    path = f"/api/TwimlReply?bodySHA256={hashlib.sha256(body).hexdigest()}"

    assert run(TwimlReply.main, signed_request(path, form=received_text)).status_code == 200


def test_a_form_is_not_excused_by_a_hash_in_the_query(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    body = urlencode(received_text).encode()
    path = f"/api/TwimlReply?bodySHA256={hashlib.sha256(body).hexdigest()}"
    req = signed_request(path, body=body)

    assert "does not match" in detail(run(TwimlReply.main, req))


def test_an_oversized_body_is_refused_unread(run: Run, signed_request: SignedRequest) -> None:
    assert "too long" in detail(
        run(TwimlReply.main, signed_request(body=b"a=" + b"a" * MAX_WEBHOOK_BYTES))
    )
    assert "too many fields" in detail(
        run(TwimlReply.main, signed_request(body=b"a=&" * MAX_WEBHOOK_FIELDS + b"a="))
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.binary(), st.text(), st.text() | st.just("A" * 27 + "="))
def test_no_unsigned_request_causes_an_app_error(
    run: Run,
    signed_request: SignedRequest,
    query: str,
    body: bytes,
    content_type: str,
    signature: str,
) -> None:
    req = signed_request(
        f"/api/TwimlReply?{query}",
        body=body,
        content_type=content_type,
        signature=signature or None,
    )

    assert run(TwimlReply.main, req).status_code == 403


def test_a_refusal_is_logged_without_the_url(
    run: Run, signed_request: SignedRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    run(TwimlReply.main, signed_request("/api/TwimlReply?Message=noon", signature="x"))

    assert [record.getMessage() for record in caplog.records] == [
        "TwimlReply: ForgedRequestError status=403 code=None The X-Twilio-Signature does not match."
    ]


def test_the_answer_names_what_was_checked(run: Run, signed_request: SignedRequest) -> None:
    form = [("b", "private"), ("a", "1"), ("a", "1"), ("a", "2")]
    response = run(TwimlReply.main, signed_request("/api/TwimlReply?x=1", form=form, token="other"))  # noqa: S106
    problem = json.loads(response.get_body())

    assert problem["signature"] == {
        "reason": "The X-Twilio-Signature does not match.",
        "url": "https://app.example/api/TwimlReply?x=1",
        "fields": ["a", "a", "b"],
        "tokens": ["TwilioAuthToken"],
        "algorithm": "HMAC_SHA1",
    }
    assert b"private" not in response.get_body()


def test_a_request_refused_before_reading_the_form_has_no_fields(
    run: Run, signed_request: SignedRequest
) -> None:
    problem = json.loads(run(TwimlReply.main, signed_request(signature=None)).get_body())

    assert problem["signature"] == {
        "reason": "The X-Twilio-Signature header is missing.",
        "url": "https://app.example/api/TwimlReply",
        "fields": [],
        "tokens": [],
        "algorithm": "HMAC_SHA1",
    }


def test_the_number_of_names_in_the_answer_is_limited(
    run: Run, signed_request: SignedRequest
) -> None:
    form = [("n" * 120 + str(number), "") for number in range(120)]
    problem = json.loads(run(TwimlReply.main, signed_request(form=form, token="x")).get_body())  # noqa: S106

    assert problem["signature"]["fields"] == ["n" * MAX_SHOWN_CHARS] * MAX_SHOWN_FIELDS


def test_the_log_says_what_to_change(
    run: Run,
    signed_request: SignedRequest,
    received_text: Form,
    caplog: pytest.LogCaptureFixture,
) -> None:
    signature = sign("primary", "http://app.example/api/TwimlReply?Message=a", received_text)
    req = signed_request("/api/TwimlReply?Message=a", signature=signature.decode())
    response = run(TwimlReply.main, req)

    [line] = [record.getMessage() for record in caplog.records]
    assert line == (
        "TwimlReply: ForgedRequestError status=403 code=None The X-Twilio-Signature does not "
        "match. Checked (names only): URL https://app.example/api/TwimlReply, query Message, "
        "fields Body, From, FromCity, MessageSid, NumMedia, To, secrets TwilioAuthToken, "
        "algorithm HMAC_SHA1. It matches with http:// instead of https://. Set PUBLIC_URL to "
        "http://app.example."
    )
    assert b"It matches" not in response.get_body()


def test_the_log_names_a_known_api_key(
    run: Run, signed_request: SignedRequest, app: clients.Clients, caplog: pytest.LogCaptureFixture
) -> None:
    source = AppSettings({Secret.AUTH_TOKEN: "primary", Secret.API_KEY_SECRET: "of the key"})
    app.credentials = Credentials(source, app.clock)
    run(TwimlReply.main, signed_request(token="of the key"))  # noqa: S106
    asyncio.run(app.credentials.get(Secret.API_KEY_SECRET))
    run(TwimlReply.main, signed_request(token="of the key"))  # noqa: S106

    assert ["with TwilioApiKeySecret" in record.getMessage() for record in caplog.records] == [
        False,
        True,
    ]


def test_forged_requests_get_few_explanations_and_none_of_long_bodies(
    run: Run, signed_request: SignedRequest, caplog: pytest.LogCaptureFixture
) -> None:
    long = [("Body", "a" * MAX_EXPLAINED_CHARS)]
    many = [(f"a{number}", "") for number in range(MAX_EXPLAINED_FIELDS + 1)]
    for form in (long, many):
        run(TwimlReply.main, signed_request(form=form, token="x"))  # noqa: S106
    for _ in range(8):
        run(TwimlReply.main, signed_request(token="x"))  # noqa: S106

    explained = ["Checked" in record.getMessage() for record in caplog.records]
    assert explained == [
        False,
        False,
        *[True] * MAX_EXPLANATIONS,
        *[False] * (8 - MAX_EXPLANATIONS),
    ]
