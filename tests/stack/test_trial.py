"""A trial account: what Twilio refuses, and what calls sound like."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from commands.doctor.examination import Account
from commands.doctor.findings import State
from commands.doctor.items.account import judge_trial
from deskphone.account.trial import CALL_MESSAGE
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE
from local_stack.testing import HANDSET, HANDSETS, LocalStack

STRANGER = "+12025550125"
DAYS_OF_A_MINUTE = 1 / (24 * 60)
SAY = "<Response><Say>Hello</Say><Pause length='900'/></Response>"


def switch(stack: LocalStack, body: Any, method: str = "PUT") -> requests.Response:
    url = f"{stack.emulator_url}/emulator/trial"
    return stack.http.request(method, url, json=body, timeout=10)


def codes(stack: LocalStack) -> list[int]:
    return [alert["code"] for alert in stack.alerts()]


def test_the_functions_cannot_send_their_own_words(stack: LocalStack) -> None:
    stack.trial()
    answer = stack.function("SendSms", {"to": HANDSET, "body": "Your order is ready."})

    assert answer.status_code == 400
    assert answer.json()["code"] == 572006
    assert stack.texts() == []


@pytest.mark.parametrize(("to", "code"), [(STRANGER, 21608), (HANDSETS[1], 572005)])
def test_texts_to_others_are_refused(stack: LocalStack, to: str, code: int) -> None:
    stack.trial(pending=[HANDSETS[1]])
    answer = stack.rest("POST", "Messages.json", {"To": to, "From": LINE, "Body": "Hello"})

    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(("to", "code"), [(STRANGER, 21219), (HANDSETS[1], 573005)])
def test_calls_to_others_are_refused(stack: LocalStack, to: str, code: int) -> None:
    stack.trial(pending=[HANDSETS[1]])
    form = {"To": to, "From": LINE, "Twiml": SAY}
    answer = stack.rest("POST", "Calls.json", form)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_call_begins_with_the_message_until_a_key(stack: LocalStack) -> None:
    stack.trial()
    sid = stack.place_call(SAY)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)
    before = stack.heard(sid)
    stack.press(sid, "1")
    stack.advance(1)

    assert before == [CALL_MESSAGE]
    assert stack.heard(sid) == [CALL_MESSAGE, "Hello"]


def test_without_a_key_the_functions_are_not_asked(stack: LocalStack) -> None:
    stack.trial()
    sid = stack.ring()
    stack.advance(60)

    assert stack.heard(sid) == [CALL_MESSAGE]
    assert stack.call(sid)["status"] == "completed"
    assert stack.webhooks(sid) == []


def test_a_call_ends_after_ten_minutes(stack: LocalStack) -> None:
    stack.trial()
    stack.line_answers(SAY)
    sid = stack.ring()
    stack.advance(1)
    stack.press(sid, "5")
    stack.advance(590)
    assert stack.call(sid)["status"] == "in-progress"
    stack.advance(20)

    assert stack.call(sid)["status"] == "completed"
    assert codes(stack) == [13805]


def test_a_strangers_call_is_not_taken(stack: LocalStack) -> None:
    stack.trial()
    sid = stack.ring(STRANGER)
    stack.advance(1)

    assert stack.call(sid)["status"] == "failed"
    assert codes(stack) == [10002]


def test_a_reply_is_not_sent(stack: LocalStack) -> None:
    stack.trial()
    stack.text("Hello")
    stack.text("Hello", sender=STRANGER)
    stack.advance(1)

    assert codes(stack) == [572006, 14111]


def test_dial_only_reaches_verified_numbers(stack: LocalStack) -> None:
    stack.trial()
    stack.line_answers(f"<Response><Dial>{STRANGER}</Dial></Response>")
    sid = stack.ring()
    stack.advance(1)
    stack.press(sid, "1")
    stack.advance(1)

    assert stack.legs(sid) == []
    assert STRANGER not in stack.alerts()[0]["message"]
    assert codes(stack) == [21219]


def test_a_trial_has_one_number(stack: LocalStack) -> None:
    stack.trial()
    form = {"PhoneNumber": "+12025550107"}

    assert stack.rest("POST", "IncomingPhoneNumbers.json", form).json()["code"] == 10002


def test_a_trial_ends_after_30_days(stack: LocalStack) -> None:
    stack.trial(days_left=DAYS_OF_A_MINUTE)
    stack.advance(60)  # not days: other tests' stacks must stay near the real time
    form = {"To": HANDSET, "From": LINE, "Body": "Hello"}
    text = stack.rest("POST", "Messages.json", form)
    verify = stack.http.post(f"{stack.emulator_url}/verify/v2/Services/VA1/Verifications")
    stack.ring()
    stack.text("Hello")
    stack.advance(1)

    assert (text.status_code, text.json()["code"]) == (403, 20005)
    assert verify.json()["code"] == 575001
    assert sorted(codes(stack)) == [10001, 10003]


def test_verify_is_not_emulated_before_that(stack: LocalStack) -> None:
    stack.trial()
    answer = stack.http.post(f"{stack.emulator_url}/verify/v2/Services/VA1/Verifications")

    assert answer.status_code == 501


def test_the_doctor_knows_the_trial(stack: LocalStack) -> None:
    stack.trial(days_left=12)
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}.json"
    found = stack.http.get(url, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=10).json()
    created = parsedate_to_datetime(found["date_created"])
    account = Account(found["status"], found["type"], created)
    now = created.astimezone(UTC) + timedelta(days=18)

    finding = judge_trial(account, now)
    assert finding.state is State.WARNING
    assert "12 days" in finding.text


def test_it_is_off_by_default_and_after_a_reset(stack: LocalStack) -> None:
    before = switch(stack, None, "GET").json()
    stack.trial()
    shown = switch(stack, None, "GET").json()
    stack.reset()

    assert (before, switch(stack, None, "GET").json()) == (None, None)
    assert shown["verified"] == [HANDSET]


def test_it_can_be_switched_off(stack: LocalStack) -> None:
    stack.trial()
    switch(stack, {}, "DELETE")
    sent = stack.function("SendSms", {"to": HANDSET, "body": "Hello"})

    assert sent.status_code == 201


def test_a_change_keeps_the_other_fields(stack: LocalStack) -> None:
    stack.trial(pending=[HANDSETS[1]], days_left=3)
    before = switch(stack, {}).json()
    changed = switch(stack, {"verified": [HANDSET, HANDSETS[1]]}).json()

    assert changed == before | {"verified": [HANDSET, HANDSETS[1]], "pending": []}
    assert datetime.fromisoformat(changed["ends"]).tzinfo is not None


@pytest.mark.parametrize(
    "body",
    [
        {"verified": []},
        {"verified": "+12025550123"},
        {"verified": ["Anna"]},
        {"verified": [f"+120255501{number}" for number in range(10, 16)]},
        {"pending": [f"+120255501{number}" for number in range(10, 15)]},
        {"days_left": 31},
        {"days_left": "soon"},
        {"days_left": True},
        {"on": True},
    ],
)
def test_an_invalid_trial_is_refused(stack: LocalStack, body: Any) -> None:
    assert switch(stack, body).status_code == 400
    assert switch(stack, None, "GET").json() is None
