"""GetStatus over HTTP: what the emulator has reported, or what it says when asked."""

from __future__ import annotations

from typing import Any

from emulator.local_values import LINE
from emulator.testing import HANDSET, LocalStack


def status(stack: LocalStack, **query: str) -> dict[str, Any]:
    """What GetStatus tells."""
    encoded = "&".join(f"{name}={value}" for name, value in query.items())
    answer = stack.function(f"GetStatus?{encoded}", method="GET")
    answer.raise_for_status()
    return answer.json()


def statuses(told: dict[str, Any]) -> list[str]:
    return [report["status"] for report in told["reports"]]


def test_a_text_is_delivered_as_its_reports_say(stack: LocalStack) -> None:
    sid = stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).json()["sid"]
    stack.advance(10)

    told = status(stack, sid=sid)

    reported = [dict(w["form"])["MessageStatus"] for w in stack.webhooks(sid)]
    assert (told["status"], told["final"], told["source"]) == ("delivered", True, "ledger")
    assert statuses(told) == reported


def test_a_call_is_followed_to_its_end(stack: LocalStack) -> None:
    sid = stack.function("PlaceCall", {"to": HANDSET, "message": "Hello"}).json()["sid"]
    stack.advance(1)
    ringing = status(stack, sid=sid)
    stack.answer(sid)
    stack.advance(30)
    ended = status(stack, sid=sid)

    assert (ringing["status"], ringing["final"]) == ("ringing", False)
    assert (ended["status"], ended["final"]) == ("completed", True)
    assert statuses(ended) == ["initiated", "ringing", "in-progress", "completed"]


def test_the_emulator_is_asked_about_a_text_without_reports(stack: LocalStack) -> None:
    form = {"To": HANDSET, "From": LINE, "Body": "Hello"}
    sid = stack.rest("POST", "Messages.json", form).json()["sid"]
    stack.advance(10)

    told = status(stack, sid=sid)

    assert (told["status"], told["source"], told["reports"]) == ("delivered", "twilio", [])


def test_what_nobody_knows_is_not_found(stack: LocalStack) -> None:
    for query in ("sid=SM" + "0" * 32, "sid=CA" + "0" * 32, "key=never-used"):
        assert stack.function(f"GetStatus?{query}", method="GET").status_code == 404


def test_a_report_delivered_twice_is_kept_once(stack: LocalStack) -> None:
    sid = "SM" + "1" * 32
    form = {"MessageSid": sid, "MessageStatus": "sent"}
    answers = [stack.webhook("OnMessageStatus", form).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert statuses(status(stack, sid=sid)) == ["sent"]
