"""The less common options of the app, tested through the emulated Twilio."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from deskphone.values import MESSAGING_SERVICE_SID

if TYPE_CHECKING:
    from local_stack.testing import LocalStack

CUSTOMER, OWNER = "+12025550123", "+12025550124"


def test_a_text_is_answered_by_keyword_and_forwarded_to_the_owner(stack: LocalStack) -> None:
    query = "Keywords[hours]=Nine%20to%20five&MediaUrl=https%3A%2F%2Fa.example%2F1.png"
    reply = f"{stack.functions_url}/api/TwimlReply?{query}&Forward=%2B12025550124"
    stack.line_goes_to(SmsUrl=reply)

    stack.text("Hours?")
    stack.advance(2)
    stack.text("I know.", sender=OWNER)
    stack.advance(2)

    answer = stack.texts(CUSTOMER)[-1]
    assert (answer["body"], len(answer["media"])) == ("Nine to five", 1)
    assert [text["body"] for text in stack.texts(OWNER) if text["from"] != OWNER] == [
        f"From {CUSTOMER}: Hours?"
    ]


def test_a_text_with_a_time_is_scheduled(stack: LocalStack) -> None:
    # The emulator's clock, which other tests have advanced.
    now = stack.world("clock/advance", {"seconds": 0})["now"]
    tomorrow = datetime.fromisoformat(now) + timedelta(days=1)
    inputs = {"to": CUSTOMER, "body": "Hello", "messaging_service_sid": MESSAGING_SERVICE_SID}

    sent = stack.function("SendSms", inputs | {"send_at": tomorrow.isoformat()})

    assert (sent.status_code, sent.json()["status"]) == (201, "scheduled")
    assert stack.texts()[-1]["status"] == "scheduled"


def test_a_call_has_the_requested_options(stack: LocalStack) -> None:
    placed = stack.function(
        "PlaceCall",
        {"to": CUSTOMER, "message": "Hello", "timeout": 30, "time_limit": 60, "record": True},
    )
    assert placed.status_code == 201, placed.text
    sid = placed.json()["sid"]
    stack.advance(2)
    stack.answer(sid)
    stack.advance(10)

    assert stack.heard(sid) == ["Hello"]
    assert stack.alerts() == []
    reports = [hook["url"] for hook in stack.webhooks(sid)]
    assert any(url.endswith("/api/OnRecording") for url in reports)
