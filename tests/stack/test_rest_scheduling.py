"""Scheduled messages."""

from datetime import UTC, datetime, timedelta

import pytest

from deskphone.values import LINE, LINE_SID, MESSAGING_SERVICE_SID
from local_stack.testing import HANDSET, LocalStack

DAY_S = 24 * 3600
SERVICE = {"MessagingServiceSid": MESSAGING_SERVICE_SID}


def scheduled(stack: LocalStack, seconds: float, **changes: str) -> dict[str, str]:
    """Return the parameters of a text scheduled for this many seconds from now."""
    now = datetime.fromisoformat(stack.world("clock/advance", {"seconds": 0})["now"])
    at = (now + timedelta(seconds=seconds)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    kind = {"ScheduleType": "fixed", "SendAt": at}
    return {"To": HANDSET, "Body": "Later", **SERVICE, **kind, **changes}


def reports(stack: LocalStack, sid: str) -> list[str]:
    """Return the reported statuses."""
    return [dict(webhook["form"])["MessageStatus"] for webhook in stack.webhooks(sid)]


def test_a_scheduled_text_is_sent_when_its_time_comes(stack: LocalStack) -> None:
    callback = f"{stack.functions_url}/api/OnMessageStatus"
    form = scheduled(stack, 900, StatusCallback=callback)
    created = stack.rest("POST", "Messages.json", form).json()
    stack.advance(899)
    before = (stack.texts()[0]["status"], reports(stack, created["sid"]))
    stack.advance(2)

    assert (created["status"], created["from"], created["num_segments"]) == ("scheduled", None, "0")
    assert before == ("scheduled", [])
    assert stack.texts()[0]["status"] == "delivered"
    assert reports(stack, created["sid"]) == ["queued", "sent", "delivered"]


def test_a_time_without_a_zone_is_utc(stack: LocalStack) -> None:
    form = scheduled(stack, 900)
    stack.rest("POST", "Messages.json", form | {"SendAt": form["SendAt"].removesuffix("Z")})
    stack.advance(899)
    before = stack.texts()[0]["status"]
    stack.advance(2)

    assert (before, stack.texts()[0]["status"]) == ("scheduled", "delivered")


def test_the_app_schedules_a_text(stack: LocalStack) -> None:
    send_at = scheduled(stack, 3600)["SendAt"]
    body = {"to": HANDSET, "body": "Later", "send_at": send_at}
    answer = stack.function("SendSms", {**body, "messaging_service_sid": MESSAGING_SERVICE_SID})
    stack.advance(3601)

    assert (answer.status_code, answer.json()["status"]) == (201, "scheduled")
    assert stack.texts()[0]["status"] == "delivered"


def test_a_scheduled_text_can_be_canceled(stack: LocalStack) -> None:
    callback = f"{stack.functions_url}/api/OnMessageStatus"
    form = scheduled(stack, 900, StatusCallback=callback)
    sid = stack.rest("POST", "Messages.json", form).json()["sid"]
    canceled = stack.rest("POST", f"Messages/{sid}.json", {"Status": "canceled"})
    stack.advance(1000)

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert reports(stack, sid) == ["canceled"]
    assert stack.rest("GET", f"Messages/{sid}.json").json()["status"] == "canceled"
    assert stack.texts() == []


def test_the_app_cancels_a_text(stack: LocalStack) -> None:
    body = {"to": HANDSET, "body": "Later", "send_at": scheduled(stack, 3600)["SendAt"]}
    inputs = {**body, "messaging_service_sid": MESSAGING_SERVICE_SID}
    sid = stack.function("SendSms", inputs).json()["sid"]
    canceled = stack.function("CancelText", {"sid": sid})
    stack.advance(3601)
    status = stack.function(f"GetStatus?sid={sid}", method="GET").json()

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert (status["status"], status["source"]) == ("canceled", "ledger")
    assert stack.texts() == []
    assert stack.function("CancelText", {"sid": sid}).json()["code"] == 30409


def test_a_sent_text_cannot_be_canceled(stack: LocalStack) -> None:
    text = {"To": HANDSET, "From": LINE, "Body": "Now"}
    sid = stack.rest("POST", "Messages.json", text).json()["sid"]
    answer = stack.rest("POST", f"Messages/{sid}.json", {"Status": "canceled"})

    assert (answer.status_code, answer.json()["code"]) == (400, 30409)


@pytest.mark.parametrize(
    ("seconds", "changes", "code"),
    [
        (899, {}, 35114),
        (35 * DAY_S + 1, {}, 35114),
        (900, {"SendAt": "tomorrow"}, 35114),
        (900, {"SendAt": ""}, 35111),
        (900, {"ScheduleType": "weekly"}, 35126),
        (900, {"ScheduleType": ""}, 35126),
        (900, {"MessagingServiceSid": "", "From": LINE}, 35118),
    ],
)
def test_an_invalid_schedule_gets_twilios_code(
    stack: LocalStack, seconds: int, changes: dict[str, str], code: int
) -> None:
    answer = stack.rest("POST", "Messages.json", scheduled(stack, seconds, **changes))

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_text_can_be_scheduled_35_days_ahead(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Messages.json", scheduled(stack, 35 * DAY_S))

    assert answer.status_code == 201


def test_a_scheduled_text_fails_if_its_services_number_was_released(stack: LocalStack) -> None:
    sid = stack.rest("POST", "Messages.json", scheduled(stack, 900)).json()["sid"]
    stack.rest("DELETE", f"IncomingPhoneNumbers/{LINE_SID}.json").raise_for_status()
    stack.advance(901)

    message = stack.rest("GET", f"Messages/{sid}.json").json()
    assert (message["status"], message["error_code"], stack.texts()) == ("failed", 21704, [])
