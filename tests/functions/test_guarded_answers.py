"""Answers to calls and texts with the settings that limit costs."""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from shared import clients, endpoints
from shared.clock import SystemClock
from shared.webhooks.verifier import Webhook

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

LINE, CALLER, OFFICE, ABROAD = "+12025550100", "+12025550123", "+12025550124", "+442079460018"
CALL: Form = [("CallSid", "CA" + "0" * 32), ("From", CALLER), ("To", LINE)]
DIALING = {
    "TwimlForward": "PhoneNumber",
    "TwimlCallMe": "PhoneNumber",
    "TwimlSimulring": "PhoneNumbers[]",
    "TwimlFindMe": "PhoneNumbers[]",
}
Answered = Callable[..., str]


@pytest.fixture
def answered(run: Run, signed_request: SignedRequest, values: dict[str, str]) -> Answered:
    """Returns a function's answer to Twilio under some settings: a document or a redirect."""

    def ask(name: str, query: str, form: Form = CALL, **settings: str) -> str:
        clients.reset(clients.Clients({**values, **settings}, SystemClock()))
        main: Any = importlib.import_module(name).main
        response = run(main, signed_request(f"/api/{name}?{query}", form))
        if response.status_code == 302:
            return response.headers["Location"]
        assert response.status_code == 200
        return response.get_body().decode()

    return ask


def dial(name: str, number: str) -> str:
    return f"{DIALING[name].replace('[]', '%5B%5D')}={number.replace('+', '%2B')}"


@pytest.mark.parametrize("name", DIALING)
def test_a_twimlet_dials_only_what_the_settings_allow(
    answered: Answered, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    query = dial(name, ABROAD)

    assert "<Dial" not in answered(name, query)
    assert "<Say>" in answered(name, query)
    assert "ALLOWED_COUNTRIES" in caplog.text
    assert "9460018" not in caplog.text
    assert ABROAD in answered(name, query, ALLOWED_COUNTRIES="GB")
    assert ABROAD in answered(name, query, ALLOWED_NUMBERS=ABROAD)


@pytest.mark.parametrize("name", DIALING)
def test_the_checked_number_is_dialed_and_never_the_line_itself(
    answered: Answered, name: str
) -> None:
    query = dial(name, "+4402079460018")
    call: Form = [("CallSid", "CA" + "0" * 32), ("From", CALLER), ("To", ABROAD)]

    assert f">{ABROAD}</" in answered(name, query, ALLOWED_COUNTRIES="GB")
    assert "<Dial" not in answered(name, query, call, ALLOWED_COUNTRIES="GB")


@pytest.mark.parametrize("name", DIALING)
def test_a_twimlet_dials_no_blocked_recipient(
    answered: Answered, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    lists = {"BLOCKED_RECIPIENTS": ABROAD, "ALLOWED_NUMBERS": ABROAD}

    for spelling in (ABROAD, "+4402079460018"):
        assert "<Dial" not in answered(name, dial(name, spelling), **lists)
    assert "BLOCKED_RECIPIENTS" in caplog.text
    assert OFFICE in answered(name, dial(name, OFFICE), **lists)


def test_a_conference_texts_no_blocked_moderator(answered: Answered) -> None:
    query = "Name=a&EnableSmsNotifications=1&Moderators=%2B12025550124&Moderators=%2B12025550125"
    document = answered("TwimlConference", query, BLOCKED_RECIPIENTS=OFFICE)

    assert re.findall(r'<Sms to="(\S+)">', document) == ["+12025550125"]


def test_an_echo_dials_no_blocked_recipient(answered: Answered) -> None:
    query = "Twiml=%3CResponse%3E%3CDial%3E2025550124%3C%2FDial%3E%3C%2FResponse%3E"

    assert "<Dial" in answered("TwimlEcho", query)
    assert "<Dial" not in answered("TwimlEcho", query, BLOCKED_RECIPIENTS=OFFICE)


@pytest.mark.parametrize("verb", ["Message", "Sms"])
def test_an_echo_texts_no_blocked_recipient_back(answered: Answered, verb: str) -> None:
    query = f"Twiml=%3CResponse%3E%3C{verb}%3EHello%3C%2F{verb}%3E%3C%2FResponse%3E"
    text: Form = [("MessageSid", "SM1"), ("From", CALLER), ("To", LINE), ("Body", "Please stop")]

    assert f"<{verb}" in answered("TwimlEcho", query, text)
    assert f"<{verb}" not in answered("TwimlEcho", query, text, BLOCKED_RECIPIENTS=CALLER)


def test_a_text_from_a_blocked_recipient_is_only_forwarded(
    answered: Answered, caplog: pytest.LogCaptureFixture
) -> None:
    text: Form = [("MessageSid", "SM1"), ("From", CALLER), ("To", LINE), ("Body", "Please stop")]
    query = "Message=Hello&Forward=%2B12025550124"
    document = answered("TwimlReply", query, text, BLOCKED_RECIPIENTS=CALLER)

    assert ("Hello" in document, document.count("<Message")) == (False, 1)
    assert f'to="{OFFICE}"' in document
    assert "BLOCKED_RECIPIENTS" in caplog.text
    assert "<Message" not in answered(
        "TwimlReply", query, text, BLOCKED_RECIPIENTS=f"{CALLER},{OFFICE}"
    )


@pytest.mark.parametrize("name", DIALING)
def test_a_call_continues_at_fail_url_if_the_number_is_not_allowed(
    answered: Answered, name: str
) -> None:
    query = f"{dial(name, '+19005550123')}&FailUrl=https%3A%2F%2Fexample.com%2Flater"

    assert answered(name, query, ALLOWED_COUNTRIES="*") == "https://example.com/later"


@pytest.mark.parametrize("name", DIALING)
def test_the_kill_switch_lets_no_twimlet_dial(
    answered: Answered, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    query = dial(name, OFFICE)

    document = answered(name, query, KILL_SWITCH="true")

    assert document.count("<Say>") == 1
    assert "<Dial" not in document
    assert "KILL_SWITCH" in caplog.text
    lead_on = f"{query}&FailUrl=TwimlHello"
    assert answered(name, lead_on, KILL_SWITCH="true") == "https://app.example/api/TwimlHello"


def test_the_kill_switch_ends_a_search_between_two_numbers(answered: Answered) -> None:
    step = f"Dial=true&{dial('TwimlFindMe', OFFICE)}&FailUrl=TwimlHello"
    unanswered: Form = [*CALL, ("DialCallStatus", "no-answer")]

    assert "<Dial" in answered("TwimlFindMe", step, unanswered)
    assert answered("TwimlFindMe", step, unanswered, KILL_SWITCH="true").endswith("/TwimlHello")


@pytest.mark.parametrize("name", DIALING)
def test_a_dry_run_still_dials(answered: Answered, name: str) -> None:
    assert OFFICE in answered(name, dial(name, OFFICE), DRY_RUN="true")


@pytest.mark.parametrize("name", DIALING)
@pytest.mark.parametrize(
    ("setting", "attribute"),
    [("600", 'timeLimit="600"'), ("14399", 'timeLimit="14399"'), ("14400", ""), ("20000", "")],
)
def test_a_dialed_call_lasts_no_longer_than_the_setting(
    answered: Answered, name: str, setting: str, attribute: str
) -> None:
    document = answered(name, dial(name, OFFICE), MAX_CALL_SECONDS=setting)

    assert re.findall(r'timeLimit="\d+"', document) == ([attribute] if attribute else [])


def test_moderators_are_texted_within_the_settings(answered: Answered) -> None:
    query = "Name=a&EnableSmsNotifications=1&Moderators=%2B442079460018&Moderators=%2B12025550124"

    def texted(**settings: str) -> list[str]:
        document = answered("TwimlConference", query, **settings)
        assert "<Conference" in document
        return re.findall(r'<Sms to="(\S+)">', document)

    assert texted() == [OFFICE]
    assert texted(ALLOWED_COUNTRIES="*") == [ABROAD, OFFICE]
    assert texted(KILL_SWITCH="true") == []


TEXT: Form = [
    ("MessageSid", "SM1"),
    ("From", CALLER),
    ("To", LINE),
    ("Body", "Hello"),
    ("NumMedia", "0"),
]


def test_texts_are_forwarded_to_allowed_numbers_only(
    answered: Answered, caplog: pytest.LogCaptureFixture
) -> None:
    abroad = "Forward=%2B442079460018"

    assert "<Message>You wrote: Hello</Message>" in answered("TwimlReply", abroad, TEXT)
    assert f'to="{ABROAD}"' in answered("TwimlReply", abroad, TEXT, ALLOWED_COUNTRIES="US,GB")
    assert "is ignored" not in caplog.text
    assert "query parameter Forward is skipped: ALLOWED_COUNTRIES" in caplog.text


@pytest.mark.parametrize(
    "query", ["", "Message=Hi", "Keywords%5Bhello%5D=Hi", "Forward=2025550124"]
)
def test_with_the_kill_switch_texts_get_no_answer(
    answered: Answered, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    document = answered("TwimlReply", query, TEXT, KILL_SWITCH="true")

    assert document.endswith("<Response />")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


OUTGOING: Form = [*CALL, ("Direction", "outbound-api")]
UNANSWERED = ("DialCallStatus", "no-answer")
ELSEWHERE = "FailUrl=https%3A%2F%2Fevil.example%2Fx"


@pytest.mark.parametrize("name", DIALING)
@pytest.mark.parametrize("step", [ELSEWHERE, f"Dial=true&{ELSEWHERE}"])
def test_only_incoming_calls_can_continue_at_other_hosts(
    answered: Answered, caplog: pytest.LogCaptureFixture, name: str, step: str
) -> None:
    assert answered(name, step, [*CALL, UNANSWERED]) == "https://evil.example/x"
    caplog.clear()
    document = answered(name, step, [*OUTGOING, UNANSWERED])

    assert "<Say>This line is not set up correctly" in document
    assert "evil" not in document
    warnings = [record for record in caplog.records if "ALLOWED_TWIML_HOSTS" in record.getMessage()]
    assert [record.levelno for record in warnings] == [logging.WARNING]
    for allowed in ("evil.example", "*"):
        more = {"ALLOWED_TWIML_HOSTS": allowed}
        assert answered(name, step, [*OUTGOING, UNANSWERED], **more) == "https://evil.example/x"


def test_an_outgoing_call_is_recognized_after_a_redirect(
    answered: Answered, run: Run, signed_request: SignedRequest
) -> None:
    option = "TwimlForward%3FPhoneNumber%3D1%26FailUrl%3Dhttps%253A%252F%252Fevil.example"
    digits: Form = [*OUTGOING, ("Digits", "1")]
    location = answered("TwimlMenu", f"Options%5B1%5D={option}", digits)

    assert location.endswith("&Direction=outbound-api")
    path = location.removeprefix("https://app.example")
    response = run(importlib.import_module("TwimlForward").main, signed_request(path, method="GET"))
    assert b"not set up correctly" in response.get_body()


@pytest.mark.parametrize(
    ("leads_to", "location"),
    [
        ("TwimlHello", "https://app.example/api/TwimlHello?Direction=outbound-api"),
        ("TwimlHello?a=b#c", "https://app.example/api/TwimlHello?a=b&Direction=outbound-api#c"),
        ("https://app.example/x/TwimlA", "https://app.example/x/TwimlA?Direction=outbound-api"),
    ],
)
def test_the_query_marks_outgoing_calls(answered: Answered, leads_to: str, location: str) -> None:
    query = f"FailUrl={quote(leads_to, safe='')}"

    assert answered("TwimlForward", query, OUTGOING) == location
    assert "Direction" not in answered("TwimlForward", query)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("TwimlConference", "Name=a&Music=https%3A%2F%2Fevil.example"),
        ("TwimlEcho", "Twiml=" + quote("<Response><Redirect>//evil.example</Redirect></Response>")),
    ],
)
def test_documents_of_outgoing_calls_use_allowed_hosts_only(
    answered: Answered, name: str, query: str
) -> None:
    assert "evil.example" in answered(name, query)
    assert "evil.example" not in answered(name, query, OUTGOING)


def test_an_unreadable_document_is_not_returned_to_an_outgoing_call(
    run: Run, signed_request: SignedRequest
) -> None:
    async def broken(req: Webhook) -> str:
        return "<Response><Redirect>https://evil.example"

    for form, said in ((CALL, b"evil"), (OUTGOING, b"not set up correctly")):
        response = run(endpoints.answer(broken), signed_request("/api/TwimlOwn", form))
        assert (response.status_code, said in response.get_body()) == (200, True)
