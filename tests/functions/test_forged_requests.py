"""Requests that Twilio did not sign are refused, whatever they look like."""

from __future__ import annotations

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
from shared.forms import MAX_BODY_BYTES
from shared.signatures import sign

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
def test_a_missing_signature_is_refused_and_the_answer_says_how_to_sign(
    run: Run, signed_request: SignedRequest, main: Any
) -> None:
    text = detail(run(main, signed_request("/api/X?a=%20b", signature=None)))

    assert "X-Twilio-Signature is missing" in text
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


def test_a_query_written_in_another_way_is_refused(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply?Message=a%20b", received_text).decode()
    req = signed_request("/api/TwimlReply?Message=a+b", signature=signature)

    assert "does not match" in detail(run(TwimlReply.main, req))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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

    assert response.status_code == (200 if means_the_same else 403)


def test_added_and_left_out_fields_are_refused(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    signature = sign("primary", f"{PUBLIC}/api/TwimlReply", received_text).decode()

    for form in ([*received_text, ("x", "")], received_text[1:]):
        assert "does not match" in detail(
            run(TwimlReply.main, signed_request(form=form, signature=signature))
        )


def test_blank_and_repeated_fields_are_part_of_the_signature(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    form = [*received_text, ("MediaUrl0", ""), ("a", "2"), ("a", "1")]

    assert run(TwimlReply.main, signed_request(form=form)).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_a_body_that_is_no_form_is_refused(
    run: Run, signed_request: SignedRequest, content_type: str
) -> None:
    req = signed_request(body=b"Body=Hi", content_type=content_type)

    assert "not a form" in detail(run(TwimlReply.main, req))


def test_json_is_signed_by_its_hash_in_the_query(run: Run, signed_request: SignedRequest) -> None:
    body = b'{"Body": "Hi"}'
    path = f"/api/OnCallStatus?bodySHA256={hashlib.sha256(body).hexdigest()}"
    req = signed_request(path, body=body, content_type="application/json")

    assert run(OnCallStatus.main, req).status_code == 204


def test_json_with_another_hash_or_without_one_is_refused(
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


def test_a_form_is_not_excused_by_a_hash_in_the_query(
    run: Run, signed_request: SignedRequest, received_text: Form
) -> None:
    body = urlencode(received_text).encode()
    path = f"/api/TwimlReply?bodySHA256={hashlib.sha256(body).hexdigest()}"
    req = signed_request(path, body=body)

    assert "does not match" in detail(run(TwimlReply.main, req))


def test_a_body_that_twilio_would_not_send_is_refused_unread(
    run: Run, signed_request: SignedRequest
) -> None:
    assert "too long" in detail(
        run(TwimlReply.main, signed_request(body=b"a" * (MAX_BODY_BYTES + 1)))
    )
    assert "too many fields" in detail(run(TwimlReply.main, signed_request(body=b"a&" * 2000)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(), st.binary(), st.text(), st.text() | st.just("A" * 27 + "="))
def test_nothing_unsigned_makes_an_error_of_the_app(
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
