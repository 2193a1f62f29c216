"""Limits on inputs: each one at its edge, and the page that lists them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import azure.functions as func
import pytest

import GetHealth
import GetRecording
import GetStatus
import OnMessageStatus
import PlaceCall
import SendSms
import TwimlEcho
import TwimlMessage
from shared import clients, phone_numbers
from shared.answers.conference import MAX_TEXTS, MAX_TRIES
from shared.answers.dialing import MAX_NUMBERS
from shared.answers.parameters import MAX_ENTRIES, MAX_VALUE_CHARS, entries, table
from shared.guards import documents as twiml_documents
from shared.http import idempotency, json_body, request_parts, web_addresses
from shared.sending import calls
from shared.twilio_limits import MAX_BODY_CHARS, MAX_MEDIA

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

ROOT = Path(__file__).parents[2]
TO = "+12025550123"
BOUNDS = {
    "URL": (request_parts.MAX_URL_CHARS, "characters"),
    "Body": (request_parts.MAX_BODY_BYTES, "bytes"),
    "Body from Twilio": (request_parts.MAX_WEBHOOK_BYTES, "bytes"),
    "Form fields from Twilio": (request_parts.MAX_WEBHOOK_FIELDS, "fields"),
    "JSON": (request_parts.MAX_JSON_BYTES, "bytes"),
    "Objects in JSON": (json_body.MAX_OBJECTS, "objects"),
    "Values in JSON": (json_body.MAX_COMMAS, "values"),
    "Fields of a form or query": (request_parts.MAX_FIELDS, "fields"),
    "`Idempotency-Key`, `key` of `GetStatus`": (idempotency.MAX_KEY_CHARS, "characters"),
    "Phone number, as written": (phone_numbers.MAX_CHARS, "characters"),
    "`body` of `SendSms`, text of `TwimlReply`": (MAX_BODY_CHARS, "characters"),
    "`media_url`, `MediaUrl`": (MAX_MEDIA, "URLs"),
    "One `url` or `media_url`": (web_addresses.MAX_CHARS, "characters"),
    "`twiml`, or the document of `message`": (calls.MAX_TWIML_CHARS, "characters"),
    "TwiML nesting": (twiml_documents.MAX_DEPTH, "elements"),
    "TwiML elements": (twiml_documents.MAX_ELEMENTS, "elements"),
    "Attributes of an element": (twiml_documents.MAX_ATTRIBUTES, "attributes"),
    "Different numbers a call contacts": (twiml_documents.MAX_NUMBERS, "numbers"),
    "Parameter of a `Twiml…` function": (MAX_VALUE_CHARS, "characters"),
    "List of such parameters, `Name[]`": (MAX_ENTRIES, "entries"),
    "Numbers that one call dials": (MAX_NUMBERS, "numbers"),
    "Texts to conference moderators": (MAX_TEXTS, "texts"),
    "Tries for a pass code before the call ends": (MAX_TRIES, "tries"),
}

MANY_NUMBERS = "".join(
    f"<Dial>+120255501{number:02}</Dial>" for number in range(twiml_documents.MAX_NUMBERS + 1)
)
SIMULRING = "TwimlSimulring?" + "&".join(f"PhoneNumbers[]={{0}}{n}" for n in range(MAX_NUMBERS))
LEADING_TO_MANY = "https://app.example/api/TwimlMenu?" + urlencode(
    [(f"Options[{key}]", SIMULRING.format(f"202555{key:03}")) for key in range(4)]
)


def ask(
    main: Any, method: str, url: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Return the status and problem of a response."""
    request = func.HttpRequest(method, url, headers=headers, body=body)
    response = asyncio.run(main(request))
    return response.status_code, json.loads(response.get_body())


def post(main: Any, **inputs: Any) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"to": TO, **inputs}).encode()
    return ask(main, "POST", "https://app.example/api/Function", body)


def test_the_page_has_each_limit_with_its_number() -> None:
    page = (ROOT / "docs" / "operate" / "guards.md").read_text()
    section = page.partition("## What may come in\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([0-9,]+) ([a-zA-Z]+) \|", section, re.MULTILINE)

    assert {what: (int(most.replace(",", "")), unit) for what, most, unit in rows} == BOUNDS


@pytest.mark.parametrize(
    ("main", "method"),
    [
        (SendSms.main, "POST"),
        (PlaceCall.main, "POST"),
        (GetStatus.main, "GET"),
        (GetRecording.main, "GET"),
        (GetHealth.main, "GET"),
        (OnMessageStatus.main, "POST"),
        (TwimlMessage.main, "GET"),
    ],
)
def test_a_url_that_is_too_long_is_not_read(main: Any, method: str, twilio: FakeTwilio) -> None:
    url = "https://app.example/api/Function?to=".ljust(request_parts.MAX_URL_CHARS + 1, "1")
    status, problem = ask(main, method, url)

    assert status == 414
    assert str(request_parts.MAX_URL_CHARS) in problem["detail"]
    assert twilio.requests == []


def test_json_with_too_many_values_is_refused() -> None:
    body = b'{"to": "+12025550123", "body": [' + b"1," * json_body.MAX_COMMAS + b"1]}"

    assert ask(SendSms.main, "POST", "https://a.example/api/SendSms", body)[0] == 413


def test_the_longest_url_is_read(signed_request: SignedRequest) -> None:
    path = f"/api/TwimlMessage?Message={'a' * MAX_VALUE_CHARS}&Message[]="
    host = signed_request("", method="GET").url
    request = signed_request(path.ljust(request_parts.MAX_URL_CHARS - len(host), "b"), method="GET")
    response = asyncio.run(TwimlMessage.main(request))

    assert len(request.url) == request_parts.MAX_URL_CHARS
    assert response.get_body().decode().count("<Say>") == 2


def test_a_key_that_sends_cannot_have_is_refused() -> None:
    longest = "k" * idempotency.MAX_KEY_CHARS
    url = "https://app.example/api/GetStatus?key="

    assert ask(GetStatus.main, "GET", url + longest)[1]["detail"] != ""
    status, problem = ask(GetStatus.main, "GET", f"{url}{longest}k")
    assert (status, problem["field"]) == (400, "key")
    header = {idempotency.HEADER: f"{longest}k"}
    body = b'{"to": "+12025550123", "body": "x"}'
    assert ask(SendSms.main, "POST", "https://a.example/api/SendSms", body, **header)[0] == 400


@pytest.mark.parametrize(
    ("main", "inputs", "field"),
    [
        (SendSms.main, {"body": "a" * (MAX_BODY_CHARS + 1)}, "body"),
        (SendSms.main, {"body": "a", "from": "1" * (phone_numbers.MAX_CHARS + 1)}, "from"),
        (SendSms.main, {"media_url": ["https://a.example/"] * (MAX_MEDIA + 1)}, "media_url"),
        (SendSms.main, {"media_url": "https://a.example/".ljust(4001, "a")}, "media_url"),
        (SendSms.main, {"media_url": "http://169.254.169.254/metadata"}, "media_url"),
        (SendSms.main, {"media_url": ["https://a.example/", "http://127.0.0.1/"]}, "media_url"),
        (PlaceCall.main, {"url": "https://a.example/".ljust(4001, "a")}, "url"),
        (PlaceCall.main, {"url": "https://good.example@127.0.0.1/"}, "url"),
        (PlaceCall.main, {"url": "https://localhost/"}, "url"),
        (PlaceCall.main, {"message": "a" * 4000}, "message"),
        (PlaceCall.main, {"twiml": f"<Response>{'<Pause/>' * 500}</Response>"}, "twiml"),
        (PlaceCall.main, {"twiml": "<Response>" + "<a>" * 10}, "twiml"),
        (PlaceCall.main, {"twiml": f"<Response>{MANY_NUMBERS}</Response>"}, "twiml"),
        (PlaceCall.main, {"url": LEADING_TO_MANY}, "url"),
        (PlaceCall.main, {"twiml": "<!DOCTYPE a [<!ENTITY b 'c'>]><Response/>"}, "twiml"),
        (PlaceCall.main, {"twiml": "<Response><Dial>nobody</Dial></Response>"}, "twiml"),
    ],
)  # fmt: skip
def test_inputs_over_a_limit_are_refused_by_name(
    main: Any, inputs: dict[str, Any], field: str, twilio: FakeTwilio
) -> None:
    status, problem = post(main, **inputs)

    assert (status, problem["field"]) == (400, field)
    assert twilio.requests == []


@pytest.mark.parametrize("number", ["+882161234567", "+19005550123", "+447400123456"])
@pytest.mark.parametrize("verb", ["<Dial>{}</Dial>", "<Dial><Number>{}</Number></Dial>"])
def test_a_document_dials_only_where_the_app_may_call(
    number: str, verb: str, twilio: FakeTwilio
) -> None:
    status, problem = post(PlaceCall.main, twiml=f"<Response>{verb.format(number)}</Response>")

    assert (status, problem["field"]) == (403, "twiml")
    assert number not in json.dumps(problem)
    assert twilio.requests == []


def test_an_allowed_document_is_sent_unchanged(twilio: FakeTwilio) -> None:
    document = (
        "<?xml version='1.0'?>\n<Response>\n <Dial>(202) 555-0124</Dial><!-- é --></Response>"
    )

    assert post(PlaceCall.main, twiml=f"\ufeff {document} \n")[0] == 201
    assert twilio.requests[0]["data"]["Twiml"] == document


def echoed(signed_request: SignedRequest, document: str) -> str:
    path = f"/api/TwimlEcho?{urlencode({'Twiml': document})}"
    response = asyncio.run(TwimlEcho.main(signed_request(path)))
    assert response.status_code == 200
    return response.get_body().decode()


@pytest.mark.parametrize(
    "document",
    [
        "\n <Response>\r\n\t<Say >Tom &amp; Jerry</Say>  </Response>\n\n",
        '<?xml version="1.0" encoding="UTF-8"?><Response><Dial>+12025550124</Dial></Response>',
        "<Response><Message to='+12025550124'>é \N{GRINNING FACE}</Message></Response>",
        "<Response><New thing='1'/></Response>",
    ],
)
def test_an_echo_equals_the_document_byte_for_byte(
    signed_request: SignedRequest, document: str
) -> None:
    assert echoed(signed_request, document) == document


@pytest.mark.parametrize(
    "document",
    [
        "secret",
        "<Response><secret></Response>",
        "<!DOCTYPE a [<!ENTITY b 'secret'>]><Response>&b;</Response>",
        "<Response><Dial>+19005550123</Dial></Response>",
        "<Response><Dial><Number>+882161234567</Number></Dial></Response>",
        "<Response><Message to='+447400123456'>secret</Message></Response>",
        "<Response><Dial>secret</Dial></Response>",
    ],
)
def test_a_forbidden_echo_is_an_apology_and_a_log_line(
    signed_request: SignedRequest, caplog: pytest.LogCaptureFixture, document: str
) -> None:
    answer = echoed(signed_request, document)

    assert answer.count("<Say>This line is not set up correctly: the document in its ") == 1
    assert "Dial" not in answer
    assert len(caplog.messages) == 1
    assert "secret" not in answer + caplog.text
    assert "555" not in answer + caplog.text


@pytest.mark.parametrize("query", ["", "?Twiml=", "?Twiml=%20%0A"])
def test_an_echo_without_a_document_says_so_and_reads_nothing(
    signed_request: SignedRequest, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    response = asyncio.run(TwimlEcho.main(signed_request(f"/api/TwimlEcho{query}")))

    assert response.status_code == 200
    assert b"the parameter Twiml is missing" in response.get_body()
    assert "rejected the document" not in caplog.text


def test_echo_dials_no_one_while_the_kill_switch_is_on(
    signed_request: SignedRequest,
    values: dict[str, str],
    app: clients.Clients,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clients.reset(clients.Clients({**values, "KILL_SWITCH": "true"}, app.clock))

    assert "Dial" not in echoed(signed_request, "<Response><Dial>+12025550124</Dial></Response>")
    assert "Hi" in echoed(signed_request, "<Response><Say>Hi</Say></Response>")
    for content in (
        "<Message>Hi</Message>",
        "<Sms>Hi</Sms>",
        "<Dial><Sip>sip:Hi@example.com</Sip></Dial>",
        "<Dial><Client>Hi</Client></Dial>",
    ):
        caplog.clear()
        assert "Hi" not in echoed(signed_request, f"<Response>{content}</Response>")
        assert "KILL_SWITCH does not allow it" in caplog.text
    assert "Conference" in echoed(
        signed_request, "<Response><Dial><Conference>Hi</Conference></Dial></Response>"
    )


def test_overlong_parameters_and_extra_entries_are_skipped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    edge, beyond = "a" * MAX_VALUE_CHARS, "b" * (MAX_VALUE_CHARS + 1)
    many = [(f"Name[{number}]", "a") for number in range(MAX_ENTRIES + 1)]

    assert entries([("Name", beyond), ("Name[]", edge)], "Name") == [edge]
    assert len(entries(many, "Name")) == MAX_ENTRIES
    assert table([("Name[1]", beyond), ("Name[2]", edge)], "Name") == {"2": edge}
    assert len(table(many, "Name")) == MAX_ENTRIES
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 4
