"""GetStatus over HTTP: answered from reports, or by asking the emulator."""

from __future__ import annotations

from typing import Any

from deskphone.values import LINE
from local_stack.testing import HANDSET, LocalStack


def status(stack: LocalStack, **query: str) -> dict[str, Any]:
    """Return the response of GetStatus."""
    encoded = "&".join(f"{name}={value}" for name, value in query.items())
    answer = stack.function(f"GetStatus?{encoded}", method="GET")
    answer.raise_for_status()
    return answer.json()


def statuses(found: dict[str, Any]) -> list[str]:
    return [report["status"] for report in found["reports"]]


def test_a_text_has_the_status_of_its_reports(stack: LocalStack) -> None:
    sid = stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).json()["sid"]
    stack.advance(10)

    found = status(stack, sid=sid)

    reported = [dict(w["form"])["MessageStatus"] for w in stack.webhooks(sid)]
    assert (found["status"], found["final"], found["source"]) == ("delivered", True, "ledger")
    assert statuses(found) == reported


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


def test_details_tell_how_a_call_went(stack: LocalStack) -> None:
    inputs = {"to": HANDSET, "message": "Hello", "record": True, "machine_detection": "enable"}
    sid = stack.function("PlaceCall", inputs).json()["sid"]
    stack.advance(1)
    stack.answer(sid)
    stack.advance(60)

    details = status(stack, sid=sid, details="true")["details"]

    [recording] = details["recordings"]
    assert recording["sid"].startswith("RE")
    assert details["duration"] >= recording["duration"] > 0
    assert details["answered_by"] == "human"


def test_details_tell_the_segments_of_a_text(stack: LocalStack) -> None:
    sid = stack.function("SendSms", {"to": HANDSET, "body": "Hello " * 60}).json()["sid"]
    stack.advance(10)

    assert status(stack, sid=sid, details="true")["details"]["segments"] == 3


def test_a_text_without_reports_is_looked_up_at_twilio(stack: LocalStack) -> None:
    form = {"To": HANDSET, "From": LINE, "Body": "Hello"}
    sid = stack.rest("POST", "Messages.json", form).json()["sid"]
    stack.advance(10)

    found = status(stack, sid=sid)

    assert (found["status"], found["source"], found["reports"]) == ("delivered", "twilio", [])


def test_an_unknown_sid_is_not_found(stack: LocalStack) -> None:
    for query in ("sid=SM" + "0" * 32, "sid=CA" + "0" * 32, "key=never-used"):
        assert stack.function(f"GetStatus?{query}", method="GET").status_code == 404


def test_a_report_delivered_twice_is_kept_once(stack: LocalStack) -> None:
    sid = "SM" + "1" * 32
    form = {"MessageSid": sid, "MessageStatus": "sent"}
    answers = [stack.webhook("OnMessageStatus", form).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert statuses(status(stack, sid=sid)) == ["sent"]


def test_repeated_and_reordered_reports_end_in_the_right_status(stack: LocalStack) -> None:
    webhooks = {"service": "webhooks"}
    with stack.faults({**webhooks, "kind": "twice"}, {**webhooks, "kind": "reordered", "count": 1}):
        sid = stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).json()["sid"]
        stack.advance(10)

    found = status(stack, sid=sid)

    delivered = [dict(w["form"])["MessageStatus"] for w in stack.webhooks(sid)]
    assert len(delivered) > len(set(delivered))
    assert (found["status"], found["final"]) == ("delivered", True)
    assert sorted(statuses(found)) == sorted(set(delivered))


def test_a_key_whose_answer_was_lost_is_unknown_until_the_first_report(stack: LocalStack) -> None:
    with stack.faults({"service": "twilio", "kind": "lost", "count": 1}):
        text = {"to": HANDSET, "body": "Hello"}
        sent = stack.function("SendSms", text, **{"Idempotency-Key": "order-1"})
    before = status(stack, key="order-1")
    stack.advance(10)
    after = status(stack, key="order-1")

    assert (sent.status_code, before["outcome"]) == (504, "unknown")
    assert (after["outcome"], after["status"], after["final"]) == ("sent", "delivered", True)


def test_reports_are_retried_and_twilio_is_asked_while_storage_is_down(stack: LocalStack) -> None:
    sid = stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).json()["sid"]
    with stack.faults({"service": "storage", "kind": "503"}):
        stack.advance(10)
        found = status(stack, sid=sid)

    attempts = [(w["status"], w["attempt"]) for w in stack.webhooks(sid)]
    assert (found["status"], found["source"]) == ("delivered", "twilio")
    assert {answer for answer, _ in attempts} == {503}
    assert max(attempt for _, attempt in attempts) == 4
