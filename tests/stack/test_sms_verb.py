"""A text in the middle of a call."""

from typing import TYPE_CHECKING

import pytest

from deskphone.values import HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def call_in(stack: LocalStack, web_server: "WebServer", document: str) -> str:
    """Call the line, which responds with a document; return the call's SID."""
    stack.line_goes_to(VoiceUrl=web_server.twiml("/voice", f"<Response>{document}</Response>"))
    sid = stack.ring()
    stack.advance(5)
    return sid


@pytest.mark.covers("Sms")
def test_the_caller_gets_a_text_and_the_call_continues(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = call_in(stack, web_server, "<Sms>The address\nis here</Sms><Say>Bye</Say>")

    [text] = stack.texts()
    message = stack.rest("GET", f"Messages/{text['sid']}.json").json()
    assert (text["from"], text["to"], text["body"]) == (LINE, HANDSET, "The address\nis here")
    assert (message["direction"], message["status"]) == ("outbound-call", "delivered")
    assert stack.heard(sid) == ["Bye"]


def test_the_callee_of_the_app_gets_the_text(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Sms>Hello</Sms></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)

    assert [(text["from"], text["to"]) for text in stack.texts()] == [(LINE, HANDSET)]


@pytest.mark.covers("Sms.to", "Sms.from")
def test_both_numbers_may_be_given(stack: LocalStack, web_server: "WebServer") -> None:
    second = "+12025550111"
    stack.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": second}).raise_for_status()
    call_in(stack, web_server, f"<Sms to='(202) 555-0124' from='{second}'>Psst</Sms>")

    assert [text["from"] for text in stack.texts(HANDSETS[1])] == [second]


@pytest.mark.covers("Sms.action", "Sms.method")
def test_an_action_gets_the_text_and_continues(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/next", "<Response><Say>Sent</Say></Response>")
    sms = "<Sms action='next' method='GET'>Hello</Sms><Say>Never</Say>"
    sid = call_in(stack, web_server, sms)

    [request] = web_server.asked("/next")
    text_sid = stack.texts()[0]["sid"]
    assert request.method == "GET"
    assert f"SmsSid={text_sid}&SmsStatus=sending" in request.path
    assert stack.heard(sid) == ["Sent"]


@pytest.mark.covers("Sms.statusCallback")
def test_a_status_callback_is_requested(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.answer("/cb", b"", "text/plain", 204)
    call_in(stack, web_server, "<Sms statusCallback='cb'>Hello</Sms>")

    assert [r.form["MessageStatus"] for r in web_server.asked("/cb")] == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("sms", "code"),
    [
        ("<Sms to='invalid' action='next'>x</Sms>", 14101),
        ("<Sms from='+12025550177' action='next'>x</Sms>", 14102),
        ("<Sms action='next'/>", 14103),
    ],
)
def test_a_text_that_cannot_be_sent_is_a_warning(
    stack: LocalStack, web_server: "WebServer", sms: str, code: int
) -> None:
    web_server.twiml("/next", "<Response><Say>Sorry</Say></Response>")
    sid = call_in(stack, web_server, sms)

    [request] = web_server.asked("/next")
    assert (request.form["SmsSid"], request.form["SmsStatus"]) == ("", "invalid")
    assert [(a["code"], a["level"]) for a in stack.alerts()] == [(code, "warning")]
    assert (stack.texts(), stack.heard(sid)) == ([], ["Sorry"])


def test_an_invalid_method_or_status_callback_is_ignored(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    call_in(stack, web_server, "<Sms method='PUT' statusCallback='http://['>Hello</Sms>")

    assert sorted(alert["code"] for alert in stack.alerts()) == [14104, 14105]
    assert [text["body"] for text in stack.texts()] == ["Hello"]


def test_another_channel_is_a_gap(stack: LocalStack, web_server: "WebServer") -> None:
    sid = call_in(stack, web_server, "<Sms to='whatsapp:+12025550124'>Hello</Sms>")

    [alert] = stack.alerts()
    assert (alert["kind"], alert["code"]) == ("emulator", None)
    assert stack.call(sid)["status"] == "completed"
