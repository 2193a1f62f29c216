"""Texts in both directions, through the runtime and over HTTP."""

from typing import TYPE_CHECKING

import pytest

from deskphone.values import ACCOUNT_SID, LINE
from local_stack.testing import FORM, HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

SEND = {"to": "(202) 555-0123", "body": "Hello"}


def test_a_sent_text_is_on_the_handset_within_a_second(stack: LocalStack) -> None:
    answer = stack.function("SendSms", SEND)
    stack.advance(1)

    [text] = stack.texts()
    assert (answer.status_code, text["body"], text["status"]) == (201, "Hello", "delivered")
    assert answer.json() == {
        "sid": text["sid"],
        "status": "queued",
        "from": LINE,
        "to": HANDSET,
        "segments": 1,
    }


@pytest.mark.parametrize("content_type", [FORM, "application/json", "text/plain"])
def test_json_is_accepted_with_any_content_type(stack: LocalStack, content_type: str) -> None:
    answer = stack.http.post(
        f"{stack.functions_url}/api/SendSms",
        data='{"to":"(202) 555-0123","body":"Hello"}',
        headers={"x-functions-key": "local", "Content-Type": content_type},
        timeout=10,
    )

    assert answer.status_code == 201


def test_the_app_accepts_the_reports_in_order(stack: LocalStack) -> None:
    sid = stack.function("SendSms", SEND).json()["sid"]
    stack.advance(1)

    reports = [(dict(w["form"])["MessageStatus"], w["status"]) for w in stack.webhooks(sid)]
    assert reports == [("sent", 204), ("delivered", 204)]


def test_a_text_through_a_messaging_service_gets_its_sender_later(stack: LocalStack) -> None:
    service = {"messaging_service_sid": "MG" + "0" * 32}
    answer = stack.function("SendSms", {**SEND, **service}).json()
    stack.advance(1)

    [text] = stack.texts()
    reports = [dict(w["form"])["MessageStatus"] for w in stack.webhooks(answer["sid"])]
    assert (answer["status"], answer["from"], answer["segments"]) == ("accepted", None, 1)
    assert text["from"] == LINE
    assert reports == ["queued", "sent", "delivered"]


def test_a_refusal_by_twilio_keeps_its_code(stack: LocalStack) -> None:
    answer = stack.function("SendSms", {**SEND, "from": "+12025550177"})

    assert (answer.status_code, answer.json()["code"]) == (400, 21659)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_text_to_the_line_is_answered(stack: LocalStack) -> None:
    sid = stack.text("Is anyone there?")
    stack.advance(1)

    question, reply = stack.texts()
    [webhook] = stack.webhooks(sid)
    assert (question["sid"], question["status"]) == (sid, "received")
    assert (reply["body"], reply["status"]) == ("You wrote: Is anyone there?", "delivered")
    assert (webhook["url"].rpartition("/")[2], webhook["signed"]) == ("TwimlReply", True)


def test_a_picture_arrives_with_its_url(stack: LocalStack) -> None:
    answer = stack.function("SendSms", {"to": HANDSET, "media_url": "https://example.com/cat.png"})
    stack.advance(1)

    assert answer.json()["sid"].startswith("MM")
    assert stack.texts()[0]["media"] == ["https://example.com/cat.png"]


def test_a_picture_for_the_app_has_twilios_url(stack: LocalStack, web_server: "WebServer") -> None:
    picture = web_server.answer("/cat.png", b"cat", "image/png")
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms", "<Response/>"))
    text = {"from": HANDSET, "to": LINE, "body": "", "media_url": [picture]}
    sid = stack.world("texts", text)["sid"]
    stack.advance(0)

    [request] = web_server.asked("/sms")
    url, kind = request.form["MediaUrl0"], request.form["MediaContentType0"]
    assert url.startswith(f"{stack.emulator_url}/2010-04-01/Accounts/")
    assert (kind, f"/Messages/{sid}/Media/ME" in url) == ("image/png", True)
    assert stack.http.get(url, timeout=5).status_code == 401
    login = (ACCOUNT_SID, stack.auth_token)
    assert stack.http.get(url, auth=login, timeout=5).content == b"cat"
    assert stack.texts()[0]["media"] == [picture]


def test_a_text_to_a_new_number_adds_a_handset(stack: LocalStack) -> None:
    stack.function("SendSms", {"to": "+12025550188", "body": "Hello"})
    stack.advance(1)

    assert [text["body"] for text in stack.texts("+12025550188")] == ["Hello"]


def test_a_text_to_another_number_of_the_app_arrives_there(stack: LocalStack) -> None:
    other = "+12025550111"
    stack.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": other}).raise_for_status()
    url = f"{stack.functions_url}/api/TwimlReply?Forward={HANDSET.replace('+', '%2B')}"
    number = stack.rest("GET", "IncomingPhoneNumbers.json").json()["incoming_phone_numbers"][0]
    path = f"IncomingPhoneNumbers/{number['sid']}.json"
    stack.rest("POST", path, {"SmsUrl": url}).raise_for_status()
    stack.function("SendSms", {"to": other, "body": "Hi"})
    stack.advance(2)

    [forwarded] = stack.texts()
    assert (forwarded["from"], "Hi" in forwarded["body"]) == (other, True)


def test_two_numbers_that_answer_each_other_are_stopped(stack: LocalStack) -> None:
    other = {"PhoneNumber": "+12025550111", "SmsUrl": f"{stack.functions_url}/api/TwimlReply"}
    stack.rest("POST", "IncomingPhoneNumbers.json", other).raise_for_status()
    stack.function("SendSms", {"to": "+12025550111", "body": "Hi"})
    stack.advance(60)

    assert [alert["code"] for alert in stack.alerts()] == [14107]
