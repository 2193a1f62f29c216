"""TwiML replies to a text beyond a single message: actions, loops, and plain text."""

from typing import TYPE_CHECKING

import pytest

from deskphone.values import HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def ask(stack: LocalStack, web_server: "WebServer", document: str) -> list[str]:
    """Text the line, which replies with a document; return the texts that it sends."""
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms", document))
    stack.text("Hi")
    stack.advance(1)
    return [text["body"] for text in stack.texts() if text["direction"] == "outbound-reply"]


@pytest.mark.covers("texts:Message.action")
def test_an_action_continues_and_skips_the_rest(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/next", "<Response><Message>Two</Message></Response>")
    document = "<Response><Message action='next'>One</Message><Message>No</Message></Response>"

    assert ask(stack, web_server, document) == ["One", "Two"]


def test_an_action_gets_the_text_that_was_sent(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/next", "<Response/>")
    ask(stack, web_server, "<Response><Message action='next'>One</Message></Response>")

    [request] = web_server.asked("/next")
    sent = next(text for text in stack.texts() if text["direction"] == "outbound-reply")
    assert (request.form["MessageSid"], request.form["MessageStatus"]) == (sent["sid"], "sending")
    assert (request.form["From"], request.form["To"]) == (LINE, HANDSET)


@pytest.mark.covers("texts:Message.method")
def test_an_action_gets_the_failure_of_a_text(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/next", "<Response><Message>Sorry</Message></Response>")
    document = "<Response><Message action='next' method='GET' to='x'>One</Message></Response>"

    assert ask(stack, web_server, document) == ["Sorry"]
    assert [r.path for r in web_server.asked("/next")] == [
        "/next?MessageSid=&MessageStatus=invalid"
    ]


def test_a_status_callback_is_requested_besides_the_action(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    web_server.twiml("/next", "<Response/>")
    web_server.answer("/cb", b"", "text/plain", 204)
    message = "<Message action='next' statusCallback='cb'>One</Message>"
    ask(stack, web_server, f"<Response>{message}</Response>")

    assert [r.form["MessageStatus"] for r in web_server.asked("/cb")] == ["sent", "delivered"]
    assert len(web_server.asked("/next")) == 1


def test_circular_actions_are_stopped(stack: LocalStack, web_server: "WebServer") -> None:
    document = "<Response><Message action='sms' to='x'>One</Message></Response>"
    ask(stack, web_server, document)

    assert len(web_server.asked("/sms")) == 50
    assert (stack.alerts()[-1]["code"], stack.alerts()[-1]["level"]) == (14106, "warning")


@pytest.mark.covers("texts:Body")
def test_several_bodies_are_joined(stack: LocalStack, web_server: "WebServer") -> None:
    document = "<Response><Message><Body>One</Body><Body>Two</Body></Message></Response>"

    assert ask(stack, web_server, document) == ["OneTwo"]


@pytest.mark.covers("texts:Sms")
def test_sms_is_the_old_name_of_message(stack: LocalStack, web_server: "WebServer") -> None:
    assert ask(stack, web_server, "<Response><Sms>One</Sms></Response>") == ["One"]
    assert stack.alerts() == []


@pytest.mark.covers(
    "texts:Sms.to", "texts:Sms.from", "texts:Sms.statusCallback", "texts:Sms.action",
    "texts:Sms.method", "texts:Message.from",
)  # fmt: skip
def test_sms_has_the_same_attributes_as_message(stack: LocalStack, web_server: "WebServer") -> None:
    number = "+12025550111"
    stack.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": number}).raise_for_status()
    web_server.twiml("/next", "<Response/>")
    web_server.answer("/cb", b"", "text/plain", 204)
    where = f"to='{HANDSETS[1]}' from='{number}' action='next' method='GET' statusCallback='cb'"
    ask(stack, web_server, f"<Response><Sms {where}>One</Sms></Response>")

    [text] = stack.texts(HANDSETS[1])
    assert (text["from"], text["body"]) == (number, "One")
    assert [r.method for r in web_server.asked("/next")] == ["GET"]
    assert len(web_server.asked("/cb")) == 2


@pytest.mark.covers("texts:Redirect.method")
def test_a_redirect_may_use_get(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/next", "<Response/>")
    ask(stack, web_server, "<Response><Redirect method='GET'>next</Redirect></Response>")

    [request] = web_server.asked("/next")
    assert (request.method, "Body=Hi" in request.path) == ("GET", True)


def test_a_document_with_a_plain_text_type_is_sent_as_text(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    document = "<Response><Message>One</Message></Response>"
    stack.line_goes_to(SmsUrl=web_server.answer("/plain", document.encode(), "text/plain"))
    stack.text("Hi")
    stack.advance(1)

    assert stack.texts()[-1]["body"] == document


def test_the_sixteenth_quick_reply_fails_until_after_half_a_minute(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    for _ in range(16):
        ask(stack, web_server, "<Response><Message>Again</Message></Response>")
    stack.advance(30)
    ask(stack, web_server, "<Response><Message>Again</Message></Response>")

    sent = stack.rest("GET", "Messages.json").json()["messages"]
    replies = [text for text in reversed(sent) if text["direction"] == "outbound-reply"]
    assert [text["status"] for text in replies] == ["delivered"] * 15 + ["failed", "delivered"]
    assert (replies[15]["error_code"], stack.alerts()[0]["code"]) == (14107, 14107)
    arrived = [text["sid"] for text in stack.texts() if text["direction"] == "outbound-reply"]
    assert arrived == [text["sid"] for text in replies if text["status"] == "delivered"]


@pytest.mark.parametrize(
    ("content_type", "body", "codes"),
    [
        ("text/xml", b"<Response/>", []),
        ("application/xml; charset=utf-8", b"<Response/>", []),
        ("text/html", b"<Response/>", []),
        ("text/xml", b"", []),
        ("application/json", b"{}", [12300]),
        ("audio/wav", b"RIFF", [12300]),
        ("", b"<Response/>", [12300]),
        ("text/xml", b"<Response/>" + b" " * 64 * 1024, [11750]),
    ],
)
def test_a_response_is_accepted_by_type_and_size(
    stack: LocalStack, web_server: "WebServer", content_type: str, body: bytes, codes: list[int]
) -> None:
    stack.line_goes_to(SmsUrl=web_server.answer("/sms", body, content_type))
    stack.text("Hi")
    stack.advance(0)

    assert [alert["code"] for alert in stack.alerts()] == codes


def test_the_fallback_url_gets_the_failed_url(stack: LocalStack, web_server: "WebServer") -> None:
    first = web_server.twiml("/first", "<Response><Redirect>second</Redirect></Response>")
    web_server.answer("/second", b"", "text/plain", 503)
    fallback = web_server.twiml("/fallback", "<Response/>")
    stack.line_goes_to(SmsUrl=first, SmsFallbackUrl=fallback)
    stack.text("Hi")
    stack.advance(0)

    (request,) = web_server.asked("/fallback")
    assert request.form["ErrorUrl"] == f"{web_server.url}/second"


@pytest.mark.parametrize("attribute", ["to='whatsapp:+12025550124'", "from='rcs:acme'"])
def test_another_channel_is_a_gap(
    stack: LocalStack, web_server: "WebServer", attribute: str
) -> None:
    message = f"<Message {attribute}>One</Message><Message>Two</Message>"

    assert ask(stack, web_server, f"<Response>{message}</Response>") == []
    [alert] = stack.alerts()
    assert (alert["kind"], alert["code"]) == ("emulator", None)
