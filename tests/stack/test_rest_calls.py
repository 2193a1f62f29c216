"""The Calls resource: what it accepts, refuses and lists."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from deskphone.values import LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

CALL = {"To": HANDSET, "From": LINE, "Twiml": "<Response><Pause length='60'/></Response>"}
DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "12"}, 21217),
        ({"From": ""}, 21213),
        ({"From": "xyz"}, 21212),
        ({"From": "+12025550177"}, 21210),
        ({"To": "+6931234567"}, 13224),
        ({"To": "+12385550123"}, 13224),
        ({"To": "+12025551234"}, 13224),
        ({"Twiml": ""}, 21205),
        ({"Url": "nowhere"}, 21205),
        ({"Timeout": "601"}, 21208),
        ({"Method": "PUT"}, 21209),
        ({"StatusCallback": "https://example.com/", "StatusCallbackEvent": "later"}, 21626),
        ({"StatusCallbackEvent": "later"}, 21626),
    ],
)
def test_an_invalid_call_gets_twilios_code(
    stack: LocalStack, change: dict[str, str], code: int
) -> None:
    answer = stack.rest("POST", "Calls.json", {**CALL, **change})

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_new_call_has_no_dates_until_it_is_fetched(stack: LocalStack) -> None:
    created = stack.rest("POST", "Calls.json", CALL).json()
    fetched = stack.rest("GET", f"Calls/{created['sid']}.json").json()
    dates = ("date_created", "date_updated", "start_time", "end_time")

    assert [created[name] for name in dates] == [None] * 4
    assert DATE.fullmatch(fetched["date_created"])
    assert DATE.fullmatch(fetched["date_updated"])


def test_a_call_starts_when_it_is_answered(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='5'/></Response>")
    stack.advance(1)
    ringing = stack.rest("GET", f"Calls/{sid}.json").json()
    stack.advance(90_000)
    missed = stack.rest("GET", f"Calls/{sid}.json").json()
    answered = stack.place_call("<Response><Pause length='5'/></Response>", Timeout="600")
    stack.advance(30)
    stack.answer(answered)
    stack.advance(6)
    call = stack.rest("GET", f"Calls/{answered}.json").json()
    dates = [parsedate_to_datetime(call[name]) for name in ("date_created", "start_time")]

    assert (missed["status"], missed["start_time"]) == ("no-answer", ringing["start_time"])
    assert dates[1] - dates[0] == timedelta(seconds=30)


def test_a_dialed_call_has_empty_texts_instead_of_null(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    queued = stack.rest("GET", f"Calls/{sid}.json").json()
    stack.advance(1)
    ringing = stack.rest("GET", f"Calls/{sid}.json").json()
    names = ("annotation", "caller_name", "trunk_sid", "duration")

    assert [queued[name] for name in names] == [None, None, None, None]
    assert [ringing[name] for name in names] == [None, "", "", "0"]


def test_an_incoming_call_is_forwarded_from_the_number_that_was_called(stack: LocalStack) -> None:
    placed = stack.place_call("<Response/>")
    incoming = stack.world("calls", {"from": HANDSET, "to": LINE})["sid"]
    calls = [stack.rest("GET", f"Calls/{sid}.json").json() for sid in (placed, incoming)]

    assert [call["forwarded_from"] for call in calls] == [None, LINE]


def test_a_call_has_its_dialing_time_and_its_end_time(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='5'/></Response>")
    queued = stack.rest("GET", f"Calls/{sid}.json").json()
    stack.advance(1)
    ringing = stack.rest("GET", f"Calls/{sid}.json").json()
    stack.answer(sid)
    stack.advance(5)
    completed = stack.rest("GET", f"Calls/{sid}.json").json()

    assert queued["start_time"] is None
    assert DATE.fullmatch(ringing["start_time"])
    assert ringing["end_time"] is None
    assert DATE.fullmatch(completed["end_time"])
    assert completed["duration"] == "5"


@pytest.mark.parametrize(
    ("query", "count"),
    [("Status=completed", 0), ("Status=ringing", 1), ("To=%2B12025550123", 1), ("From=%2B1", 0)],
)
def test_calls_can_be_filtered(stack: LocalStack, query: str, count: int) -> None:
    stack.place_call("<Response/>")
    stack.advance(1)

    assert len(stack.rest("GET", f"Calls.json?{query}").json()["calls"]) == count


def test_a_declined_call_has_no_end_time_to_find_it_by(stack: LocalStack) -> None:
    sid = stack.place_call(CALL["Twiml"])
    stack.advance(1)
    stack.world(f"calls/{sid}/decline")
    stack.advance(1)
    found = stack.rest("GET", "Calls.json?EndTime%3E=2020-01-01").json()["calls"]

    assert (found, stack.rest("GET", f"Calls/{sid}.json").json()["end_time"]) == ([], None)


def test_a_finished_call_can_be_deleted(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    early = stack.rest("DELETE", f"Calls/{sid}.json")
    stack.rest("POST", f"Calls/{sid}.json", {"Status": "completed"})
    late = stack.rest("DELETE", f"Calls/{sid}.json")

    assert (early.json()["code"], late.status_code) == (20009, 204)


def test_an_invalid_status_is_refused(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    answer = stack.rest("POST", f"Calls/{sid}.json", {"Status": "sleeping"})

    assert (answer.status_code, answer.json()["code"]) == (400, 400)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Status": "sleeping"}, 400),
        ({"Status": "canceled"}, 21220),
        ({"FallbackUrl": "nowhere"}, 21205),
        ({"Method": "PUT"}, 21209),
    ],
)
def test_a_refused_update_changes_nothing(
    stack: LocalStack, change: dict[str, str], code: int
) -> None:
    sid = stack.place_call("<Response><Pause length='30'/></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    answer = stack.rest("POST", f"Calls/{sid}.json", {"TimeLimit": "5", **change})
    stack.advance(10)

    assert answer.json()["code"] == code
    assert stack.call(sid)["status"] == "in-progress"


@pytest.mark.parametrize("limit", ["20", "40"])
def test_the_time_limit_of_a_call_in_progress_can_change(stack: LocalStack, limit: str) -> None:
    sid = stack.place_call("<Response><Pause length='600'/></Response>", TimeLimit="30")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(10)
    stack.rest("POST", f"Calls/{sid}.json", {"TimeLimit": limit}).raise_for_status()
    stack.advance(int(limit) - 10.1)
    before = stack.call(sid)["status"]
    stack.advance(0.2)

    assert (before, stack.call(sid)["status"]) == ("in-progress", "completed")


def test_the_status_callback_of_a_call_in_progress_can_change(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    callback = web_server.twiml("/status", "<Response/>")
    sid = stack.place_call("<Response><Pause length='5'/></Response>")
    stack.rest(
        "POST", f"Calls/{sid}.json", {"StatusCallback": callback, "StatusCallbackMethod": "POST"}
    ).raise_for_status()
    stack.advance(1)
    stack.answer(sid)
    stack.advance(6)

    assert [one.form["CallStatus"] for one in web_server.asked("/status")] == ["completed"]


def test_the_method_of_a_status_callback_can_change_alone(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    callback = web_server.twiml("/status", "<Response/>")
    sid = stack.place_call("<Response><Pause length='5'/></Response>", StatusCallback=callback)
    stack.rest("POST", f"Calls/{sid}.json", {"StatusCallbackMethod": "GET"}).raise_for_status()
    stack.advance(1)
    stack.answer(sid)
    stack.advance(6)

    assert [one.method for one in web_server.asked("/status")] == ["GET"]


@pytest.mark.parametrize("number", ["+14155551212", "415-555-1212"])
def test_directory_assistance_can_be_called(stack: LocalStack, number: str) -> None:
    answer = stack.rest("POST", "Calls.json", {**CALL, "To": number})

    assert (answer.status_code, answer.json()["to"]) == (201, "+14155551212")


def test_a_callers_number_of_someone_else_is_named(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Calls.json", {**CALL, "From": "+12025550177"}).json()

    start = "The source phone number provided, +12025550177, is not yet verified for your account."
    assert answer["message"].startswith(start)
