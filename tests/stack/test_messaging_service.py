"""A messaging service from the app's settings that contains the line."""

from collections.abc import Iterator
from typing import Any

import pytest

from deskphone.values import LINE
from local_stack.testing import HANDSET, HANDSETS, LocalStack

SERVICE = "MG" + "a" * 32


@pytest.fixture(scope="module")
def service_stack() -> Iterator[LocalStack]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
        stack = LocalStack.start()
    yield stack
    stack.stop()


def test_the_configured_service_sends_from_the_line(service_stack: LocalStack) -> None:
    answer = service_stack.function("SendSms", {"to": HANDSET, "body": "Hello"})
    service_stack.advance(1)

    [text] = service_stack.texts()
    message = service_stack.rest("GET", f"Messages/{text['sid']}.json").json()
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert (text["from"], text["status"]) == (LINE, "delivered")
    assert message["messaging_service_sid"] == SERVICE


def test_an_accepted_text_has_no_currency_until_it_has_a_sender(service_stack: LocalStack) -> None:
    form = {"To": HANDSET, "MessagingServiceSid": SERVICE, "Body": "Hello"}
    accepted = service_stack.rest("POST", "Messages.json", form).json()
    service_stack.advance(1)
    sent = service_stack.rest("GET", f"Messages/{accepted['sid']}.json").json()

    assert (accepted["from"], accepted["num_segments"], accepted["price_unit"]) == (None, "0", None)
    assert (sent["from"], sent["price_unit"]) == (LINE, "USD")


def test_its_advanced_opt_out_is_reported_to_the_app(service_stack: LocalStack) -> None:
    stack, person = service_stack, HANDSETS[1]

    def webhook_form(words: str) -> dict[str, Any]:
        sid = stack.text(words, person)
        stack.advance(1)
        [webhook] = stack.webhooks(sid)
        return dict(webhook["form"])

    hello = webhook_form("Hello")
    assert (hello["MessagingServiceSid"], "OptOutType" in hello) == (SERVICE, False)

    assert webhook_form("STOP")["OptOutType"] == "STOP"
    texts = stack.texts(person)
    assert "unsubscribed" in texts[-1]["body"]
    assert stack.look(f"handsets/{person}")["opted_out_of"] == [LINE, SERVICE]
    answer = stack.function("SendSms", {"to": person, "body": "Hello"})
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    stack.advance(1)
    assert stack.texts(person) == texts
    failed = stack.rest("GET", f"Messages/{answer.json()['sid']}.json").json()
    assert failed["error_code"] == 21610

    assert webhook_form("START")["OptOutType"] == "START"
    assert stack.look(f"handsets/{person}")["opted_out_of"] == []
