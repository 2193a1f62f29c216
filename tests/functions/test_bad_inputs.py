"""Every invalid request gets a 400 that names the field; nothing reaches Twilio."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import PlaceCall
import SendSms
from shared import clients
from shared.clock import SystemClock
from shared.http.request_parts import FORM_TYPE

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

TO = "+12025550123"
MAINS = {"SendSms": SendSms.main, "PlaceCall": PlaceCall.main}


def post(
    name: str, body: bytes, content_type: str = FORM_TYPE, query: str = ""
) -> func.HttpResponse:
    request = func.HttpRequest(
        "POST", f"http://inner/api/{name}{query}", headers={"Content-Type": content_type}, body=body
    )
    return asyncio.run(MAINS[name](request))


def text(**inputs: Any) -> bytes:
    return json.dumps({"to": TO, "body": "Hello", **inputs}).encode()


def call(**inputs: Any) -> bytes:
    return json.dumps({"to": TO, **inputs}).encode()


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("SendSms", b'{"to": "\\ud800", "body": "x"}', "to"),
        ("SendSms", b'{"to": "+12025550123", "body": "\\ud800"}', "body"),
        ("SendSms", b'{"to": "+12025550123", "body": "a\\u0000"}', "body"),
        ("SendSms", b'{"body": "x", "to": ' + b"[" * 70_000, "to"),
        ("SendSms", b'{"to": ' + b"1" * 5000 + b', "body": "x"}', "to"),
        ("SendSms", b'{"to": "' + b"1" * 5000 + b'", "body": "x"}', "to"),
        ("SendSms", b'{"to": 12025550123, "body": "x"}', "to"),
        ("SendSms", b'{"body": "x"}', "to"),
        ("SendSms", b'{"to": null, "body": "x"}', "to"),
        ("SendSms", b'{"to": "", "body": "x"}', "to"),
        ("SendSms", b"to=call+me+at+202-555-0123&body=x", "to"),
        ("SendSms", b"to=%2B1202555012a&body=x", "to"),
        ("SendSms", b"to=%FF&body=x", "to"),
        ("SendSms", b"to=%2B12025550123&to=%2B12025550124&body=x", "to"),
        ("SendSms", b"to=whatsapp:%2B12025550123&body=x", "to"),
        ("SendSms", text(to="rcs:+12025550123"), "to"),
        ("SendSms", text(body=""), "body"),
        ("SendSms", text(body=None), "body"),
        ("SendSms", text(body="a" * 1601), "body"),
        ("SendSms", text(body=["x"]), "body"),
        ("SendSms", text(**{"from": ""}), "from"),
        ("SendSms", text(**{"from": "A name that is long"}), "from"),
        ("SendSms", text(media_url="ftp://a"), "media_url"),
        ("SendSms", text(media_url=["https://a", 1]), "media_url"),
        ("SendSms", text(media_url=["https://a"] * 11), "media_url"),
        ("SendSms", text(media_url="https://a b"), "media_url"),
        ("SendSms", text(media_url="https://[bad"), "media_url"),
        ("SendSms", text(messaging_service_sid="MG1"), "messaging_service_sid"),
        ("SendSms", text(message="x"), "message"),
        ("SendSms", text(validity_period=0), "validity_period"),
        ("SendSms", text(validity_period=36001), "validity_period"),
        ("SendSms", text(send_at="tomorrow"), "send_at"),
        ("SendSms", text(send_at=1795341600), "send_at"),
        (
            "SendSms",
            text(send_at="2001-01-01T09:30:00Z", messaging_service_sid="MG" + "a" * 32),
            "send_at",
        ),
        ("PlaceCall", call(message="a", twiml="<Response/>"), "twiml"),
        ("PlaceCall", call(message="a", url="https://a"), "url"),
        ("PlaceCall", call(message=" "), "message"),
        ("PlaceCall", call(message="a\u0001"), "message"),
        ("PlaceCall", call(message="a" * 4001), "message"),
        ("PlaceCall", call(message="&" * 1000), "message"),
        ("PlaceCall", call(twiml="Hello"), "twiml"),
        ("PlaceCall", call(twiml="<Responses/>"), "twiml"),
        ("PlaceCall", call(twiml="<Response>\ufffe</Response>"), "twiml"),
        ("PlaceCall", call(twiml=f"<Response>{'a' * 4000}</Response>"), "twiml"),
        ("PlaceCall", call(url="http://bot.example"), "url"),
        ("PlaceCall", call(url="https://"), "url"),
        ("PlaceCall", call(url="javascript:alert(1)"), "url"),
        ("PlaceCall", call(url=""), "url"),
        ("PlaceCall", call(**{"from": "12345"}), "from"),
        ("PlaceCall", call(**{"from": "ACME"}), "from"),
        ("PlaceCall", call(body="x"), "body"),
        ("PlaceCall", call(timeout=0), "timeout"),
        ("PlaceCall", call(timeout=601), "timeout"),
        ("PlaceCall", call(timeout=1.5), "timeout"),
        ("PlaceCall", call(timeout="20"), "timeout"),
        ("PlaceCall", call(timeout=True), "timeout"),
        ("PlaceCall", call(timeout=[20]), "timeout"),
        ("PlaceCall", b'{"to": "2025550123", "timeout": ' + b"9" * 5000 + b"}", "timeout"),
        ("PlaceCall", b'{"to": "2025550123", "timeout": NaN}', "timeout"),
        ("PlaceCall", b'{"to": "2025550123", "timeout": 9, "timeout": 9}', "timeout"),
        ("PlaceCall", b"to=2025550123&timeout=", "timeout"),
        ("PlaceCall", b"to=2025550123&timeout=-5", "timeout"),
        ("PlaceCall", b"to=2025550123&timeout=%D9%A3", "timeout"),
        ("PlaceCall", b"to=2025550123&timeout=5&timeout=6", "timeout"),
        ("PlaceCall", call(time_limit=86401), "time_limit"),
        ("PlaceCall", call(record="true"), "record"),
        ("PlaceCall", call(record=1), "record"),
        ("PlaceCall", b"to=2025550123&record=yes", "record"),
        ("PlaceCall", call(send_digits=""), "send_digits"),
        ("PlaceCall", call(send_digits="1-2"), "send_digits"),
        ("PlaceCall", call(send_digits="1" * 33), "send_digits"),
        ("PlaceCall", call(machine_detection="Enable"), "machine_detection"),
    ],
)
def test_a_bad_request_is_answered_with_400_and_its_field(
    twilio: FakeTwilio, name: str, body: bytes, field: str
) -> None:
    response = post(name, body)

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert json.loads(response.get_body())["field"] == field
    assert twilio.requests == []


@pytest.mark.parametrize("body", [b"hello", b"'{'", b'["to"]', b"to"])
@pytest.mark.parametrize("content_type", [FORM_TYPE, ""])
def test_a_body_that_is_neither_json_nor_a_form_is_named(body: bytes, content_type: str) -> None:
    problem = json.loads(post("SendSms", body, content_type).get_body())

    assert "neither JSON nor a form" in problem["detail"]
    assert "`to=" in problem["detail"]
    assert "field" not in problem


@pytest.mark.parametrize(
    ("name", "body", "field", "detail"),
    [
        ("SendSms", text(to="+12025550123, +12025550124"), "to", "several numbers"),
        ("SendSms", text(to="(202) 555-0123;202-555-0124"), "to", "several numbers"),
        ("SendSms", text(to="+12025550123 +12025550124"), "to", "several numbers"),
        ("SendSms", b"to=%2B12025550123,%2B12025550124&body=x", "to", "several numbers"),
        ("PlaceCall", call(to="+12025550123\n+12025550124", message="Hi"), "to", "several numbers"),
        ("SendSms", text(media_url="https://a.example, https://b.example"), "media_url", "list"),
        ("SendSms", text(media_url='["https://a.example"]'), "media_url", "list"),
        ("SendSms", b"to=2025550123&media_url=http://a.b+http://c.d", "media_url", "list"),
    ],
)
def test_a_list_sent_as_one_string_is_named(
    twilio: FakeTwilio, name: str, body: bytes, field: str, detail: str
) -> None:
    problem = json.loads(post(name, body).get_body())

    assert (problem["status"], problem["field"]) == (400, field)
    assert detail in problem["detail"]
    assert twilio.requests == []


@pytest.mark.parametrize("name", ["SendSms", "PlaceCall"])
def test_a_bad_request_is_a_400_even_without_settings(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("STORAGE_OUTAGE", "malformed")
    clients.reset()

    assert post(name, b"not JSON").status_code == 400


def test_an_unescaped_plus_in_a_form_does_not_make_a_number_american(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    clients.reset(clients.Clients({**values, "ALLOWED_COUNTRIES": "DE"}, SystemClock()))

    response = post("SendSms", b"to=+49 30 123456&body=a+b")

    assert response.status_code == 201
    assert twilio.requests[0]["data"]["To"] == "+4930123456"
    assert twilio.requests[0]["data"]["Body"] == "a b"


def test_a_query_is_enough_for_a_test_run_in_the_portal(twilio: FakeTwilio) -> None:
    response = post("SendSms", b"", query="?code=key&to=+1 202 555 0123&body=Hello")

    assert response.status_code == 201
    assert twilio.requests[0]["data"]["To"] == TO


def test_a_request_without_a_body_mentions_content_length() -> None:
    response = post("SendSms", b"")

    assert response.status_code == 400
    assert b"Content-Length" in response.get_body()


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = {*PlaceCall.FIELDS, *SendSms.FIELDS}
names = st.sampled_from(sorted(NAMES)) | st.text()
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(st.sampled_from(sorted(MAINS)), st.dictionaries(names, json_values, max_size=4))
def test_no_json_causes_an_app_error(name: str, data: dict[str, Any]) -> None:
    assert post(name, json.dumps(data).encode()).status_code in (201, 400)


@many
@given(st.sampled_from(sorted(MAINS)), st.binary(), st.text(alphabet=st.characters(codec="ascii")))
def test_no_body_causes_an_app_error(name: str, body: bytes, content_type: str) -> None:
    assert post(name, body, content_type).status_code in (201, 400)


@many
@given(st.sampled_from(sorted(MAINS)), st.text())
def test_no_query_causes_an_app_error(name: str, query: str) -> None:
    assert post(name, b"", query=f"?{query}").status_code in (201, 400)
