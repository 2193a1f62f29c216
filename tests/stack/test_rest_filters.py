"""Each filter of each list finds what it describes, and nothing else."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from deskphone.values import LINE
from local_stack.testing import HANDSET, LocalStack

OTHER = "+12025550124"


def count(stack: LocalStack, path: str, **query: str) -> int:
    """Return how many rows a list has; names end in _before or _after for < and >."""
    signs = {name.replace("_before", "<").replace("_after", ">"): query[name] for name in query}
    answer = stack.rest("GET", f"{path}.json?{urlencode(signs)}")
    assert answer.ok, answer.text
    body: dict[str, Any] = answer.json()
    return len(next(rows for rows in body.values() if isinstance(rows, list)))


DATES = [
    (0, "{}", 1),
    (1, "{}", 0),
    (-1, "{}", 0),
    (1, "{}_before", 1),
    (-1, "{}_before", 0),
    (0, "{}_after", 1),
    (1, "{}_after", 0),
]
"""Days from today, a filter, and how many rows of today it finds."""


@pytest.fixture
def used(stack: LocalStack) -> LocalStack:
    """A stack with one text, one finished recorded call, and a conference with one participant."""
    stack.rest("POST", "Messages.json", {"To": HANDSET, "From": LINE, "Body": "Hi"})
    sid = stack.place_call("<Response><Pause length='1'/></Response>", Record="true")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(3)
    room = "<Response><Dial><Conference record='record-from-start'>a</Conference></Dial></Response>"
    joined = stack.place_call(room, To=OTHER)
    stack.advance(1)
    stack.answer(joined)
    stack.advance(1)
    return stack


@pytest.mark.parametrize(
    ("path", "query", "rows"),
    [
        ("Messages", {"To": HANDSET}, 1),
        ("Messages", {"To": "(202) 555-0123"}, 1),
        ("Messages", {"To": LINE}, 0),
        ("Messages", {"From": LINE}, 1),
        ("Messages", {"From": HANDSET}, 0),
        ("Calls", {"To": HANDSET}, 1),
        ("Calls", {"To": HANDSET.removeprefix("+")}, 1),
        ("Calls", {"To": LINE}, 0),
        ("Calls", {"From": LINE}, 2),
        ("Calls", {"Status": "completed"}, 1),
        ("Calls", {"Status": "in-progress", "To": HANDSET}, 0),
        ("Calls", {"ParentCallSid": "CA1"}, 0),
        ("Conferences", {"Status": "init"}, 1),
        ("Conferences", {"Status": "completed"}, 0),
        ("Conferences", {"Status": "init", "FriendlyName": "a"}, 1),
        ("Conferences", {"Status": "init", "FriendlyName": "b"}, 0),
        ("Conferences/a/Participants", {"Muted": "false"}, 1),
        ("Conferences/a/Participants", {"Muted": "true"}, 0),
        ("Conferences/a/Participants", {"Hold": "false"}, 1),
        ("Conferences/a/Participants", {"Hold": "true"}, 0),
        ("Conferences/a/Participants", {"Coaching": "false"}, 1),
        ("Conferences/a/Participants", {"Coaching": "true"}, 0),
        ("Recordings", {"CallSid": "CA1"}, 0),
        ("Recordings", {"ConferenceSid": "CF1"}, 0),
        ("Recordings", {"IncludeSoftDeleted": "false", "CallSid": "CA1"}, 0),
        ("IncomingPhoneNumbers", {"FriendlyName": "(202) 555-0100"}, 1),
        ("IncomingPhoneNumbers", {"FriendlyName": "b"}, 0),
        ("IncomingPhoneNumbers", {"Beta": "true"}, 1),
        ("IncomingPhoneNumbers", {"Beta": "false"}, 1),
        ("IncomingPhoneNumbers", {"Origin": "twilio"}, 1),
        ("IncomingPhoneNumbers/Local", {"Origin": "hosted"}, 0),
    ],
)
def test_a_filter_finds_what_it_describes(
    used: LocalStack, path: str, query: dict[str, str], rows: int
) -> None:
    assert count(used, path, **query) == rows


@pytest.mark.parametrize(("days", "name", "rows"), DATES)
@pytest.mark.parametrize(
    ("path", "date", "more"),
    [
        ("Messages", "DateSent", {}),
        ("Calls", "StartTime", {"To": HANDSET}),
        ("Calls", "EndTime", {"To": HANDSET}),
        ("Conferences", "DateCreated", {"Status": "init"}),
        ("Conferences", "DateUpdated", {"Status": "init"}),
        ("Calls/{}/Recordings", "DateCreated", {}),
    ],
)
def test_a_date_finds_what_happened_then(
    used: LocalStack, path: str, date: str, more: dict[str, str], days: int, name: str, rows: int
) -> None:
    [call] = used.rest("GET", f"Calls.json?{urlencode({'To': HANDSET})}").json()["calls"]
    day = (parsedate_to_datetime(call["end_time"]) + timedelta(days=days)).strftime("%Y-%m-%d")

    assert count(used, path.format(call["sid"]), **{name.format(date): day}, **more) == rows


def test_a_wrong_origin_is_refused(stack: LocalStack) -> None:
    answer = stack.rest("GET", "IncomingPhoneNumbers.json?Origin=moon")

    assert answer.status_code == 400
