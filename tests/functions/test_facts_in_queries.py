"""Facts about people in queries can deny and steer, but never grant, or be stored or forwarded."""

from __future__ import annotations

import ast
import importlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlencode

import pytest

import OnCallStatus
import TwimlAgent
import TwimlConference
import TwimlEcho
import TwimlForward
import TwimlQueue
import TwimlReply
import TwimlWhisper
from shared import clients
from shared.answers.facts import Denying, Steering
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

ROOT = Path(__file__).parents[2]
ANSWERS = sorted(path.parent.name for path in ROOT.glob("Twiml*/function.json"))
CALL, TEXT = ("CallSid", "CA" + "0" * 32), ("MessageSid", "SM" + "0" * 32)
KNOWN, STRANGER, LINE = "+12025550123", "+12025550199", "+12025550100"

FACTS = {
    **{name: f"mark {name}" for name in ("From", "Caller", "CallerName", "FromCity", "Body")},
    **{name: f"mark {name}" for name in ("ProfileName", "CallSid", "MessageSid", "CallStatus")},
    **dict.fromkeys(("MediaUrl0", "RecordingSid"), "https://mark.example/a"),
    "MediaContentType0": "mark/mark",
    "NumMedia": "1",
}
CONFIGURED = {
    "PhoneNumber": KNOWN,
    "PhoneNumbers[]": KNOWN,
    "Moderators[]": KNOWN,
    "EnableSmsNotifications": "1",
    "Bucket": "com.twilio.music.rock",
    "Twiml": "<Response><Say>Hi</Say></Response>",
    "Forward": KNOWN,
}


@pytest.fixture
def document(run: Run, signed_request: SignedRequest) -> Document:
    return Document(run, signed_request)


class Document:
    """Returns a function's answer to a query, by GET, or with a form by POST."""

    def __init__(self, run: Run, signed_request: SignedRequest) -> None:
        self.run = run
        self.signed_request = signed_request

    def __call__(self, main: Any, query: dict[str, str], form: Form | None = None) -> str:
        function = main.__module__.rpartition(".")[2]
        path = f"/api/{function}?{urlencode(query)}"
        method = "GET" if form is None else "POST"
        response = self.run(main, self.signed_request(path, form, method=method))
        assert response.status_code in (200, 204)
        return response.get_body().decode().partition("<Response>")[2]


# New functions are included automatically.
@pytest.mark.parametrize("form", [None, [("ApiVersion", "2010-04-01")], [CALL], [TEXT]])
@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "TwimlHello"])
def test_facts_in_a_query_are_not_forwarded_or_logged(
    document: Document, caplog: pytest.LogCaptureFixture, name: str, form: Form | None
) -> None:
    caplog.set_level(logging.DEBUG)
    main = importlib.import_module(name).main

    for configured in ({}, CONFIGURED):
        for step in ("", "wait", "connect", "end"):
            query = {"Step": step, "QueueResult": "mark", **configured, **FACTS}
            assert "mark" not in document(main, query, form).replace(". ", "")
    assert "mark" not in caplog.text


@pytest.mark.parametrize("form", [None, [("From", KNOWN)], [CALL, ("From", STRANGER)]])
@pytest.mark.parametrize(
    ("main", "parameter"),
    [(TwimlForward.main, "AllowedCallers"), (TwimlAgent.main, "AllowedCallers")],
)
def test_allowed_callers_are_not_read_from_a_query(
    document: Document, main: Any, parameter: str, form: Form | None
) -> None:
    query = {"PhoneNumber": KNOWN, parameter: KNOWN, "From": KNOWN, "Caller": KNOWN, "To": KNOWN}

    assert "restricted number" in document(main, query, form)


def test_a_posted_caller_is_allowed_whatever_the_query_says(document: Document) -> None:
    query = {"PhoneNumber": LINE, "AllowedCallers": KNOWN, "From": STRANGER}

    assert "<Dial" in document(TwimlForward.main, query, [CALL, ("From", KNOWN)])


def test_a_list_that_can_never_match_is_logged(
    document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    document(TwimlAgent.main, {"AllowedCallers": KNOWN, "From": KNOWN})

    assert "AllowedCallers" in caplog.text
    assert "0123" not in caplog.text


@pytest.mark.parametrize("form", [None, [("From", KNOWN)], [CALL, ("From", STRANGER)]])
def test_a_moderator_is_not_taken_from_a_query(document: Document, form: Form | None) -> None:
    query = {"Moderators[]": KNOWN, "From": KNOWN, "Caller": KNOWN, "To": KNOWN}
    query |= {"Direction": "outbound-api"}

    answer = document(TwimlConference.main, query, form)
    assert 'startConferenceOnEnter="false"' in answer


def test_the_called_person_can_moderate_only_outgoing_calls(document: Document) -> None:
    """In a browser's call through a TwiML app, the browser chooses `To`."""
    form = [CALL, ("From", "client:ann"), ("To", KNOWN)]
    answers = [
        document(TwimlConference.main, {"Moderators[]": KNOWN}, [*form, ("Direction", direction)])
        for direction in ("inbound", "outbound-api")
    ]

    assert [answer.count('startConferenceOnEnter="true"') for answer in answers] == [0, 1]


@pytest.mark.parametrize(
    "form",
    [
        [("From", "client:eve"), ("To", KNOWN), ("Direction", "outbound-api"), ("Direction", "in")],
        [("From", "client:eve"), ("From", KNOWN)],
        [("From", KNOWN), ("From", "client:eve"), ("Caller", "client:eve")],
    ],
)
def test_a_posted_field_with_two_values_proves_nothing(document: Document, form: Form) -> None:
    """A browser's call posts the browser's parameters together with Twilio's."""
    query = {"PhoneNumber": LINE, "AllowedCallers": KNOWN}

    assert "restricted number" in document(TwimlForward.main, query, [CALL, *form])
    twice = [CALL, CALL, ("From", KNOWN), ("From", KNOWN)]
    assert "<Dial" in document(TwimlForward.main, query, twice)


def test_the_apps_own_number_is_not_a_moderator(document: Document) -> None:
    """Callers of PlaceCall choose `from`, which can be anyone's verified number."""
    form = [CALL, ("From", KNOWN), ("To", STRANGER), ("Direction", "outbound-api")]

    answer = document(TwimlConference.main, {"Moderators[]": KNOWN}, form)
    assert 'startConferenceOnEnter="false"' in answer


def test_moderators_are_told_someone_if_no_caller_was_posted(document: Document) -> None:
    query = {"Moderators[]": KNOWN, "EnableSmsNotifications": "1", "Caller": "Your bank"}

    assert "Someone has entered your conference." in document(TwimlConference.main, query)


def test_a_whisper_names_only_a_caller_who_was_posted(document: Document) -> None:
    by_get = document(TwimlWhisper.main, {"From": "123"})

    assert "1. 2. 3." not in by_get
    assert "You are receiving a call.  Press any key to accept." in by_get
    assert "1. 2. 3." in document(TwimlWhisper.main, {}, [CALL, ("From", "123")])


@pytest.mark.parametrize("name", ["From", "Caller"])
def test_a_blocked_caller_is_refused_by_query_and_by_form(
    document: Document, values: dict[str, str], name: str
) -> None:
    clients.reset(clients.Clients({**values, "BLOCKED_CALLERS": STRANGER}, SystemClock()))
    query = {"PhoneNumber": LINE, name: STRANGER}

    assert "<Reject" in document(TwimlForward.main, query)
    assert "<Reject" in document(TwimlForward.main, query, [CALL, (name, KNOWN)])
    query[name] = KNOWN
    assert "<Reject" in document(TwimlForward.main, query, [CALL, (name, STRANGER)])
    assert "<Reject" not in document(TwimlForward.main, query, [CALL, (name, KNOWN)])


def test_a_blocked_recipient_is_not_answered_by_query_and_by_form(
    document: Document, values: dict[str, str]
) -> None:
    clients.reset(clients.Clients({**values, "BLOCKED_RECIPIENTS": STRANGER}, SystemClock()))
    echo = {"Twiml": "<Response><Message>Hi</Message></Response>"}

    for main, query in ((TwimlReply.main, {"Message": "Hi"}), (TwimlEcho.main, echo)):
        assert "<Message>Hi" in document(main, query | {"From": KNOWN})
        assert "<Message>Hi" not in document(main, query | {"From": STRANGER})
        assert "<Message>Hi" not in document(
            main, query | {"From": STRANGER}, [TEXT, ("From", KNOWN)]
        )


def test_a_line_never_dials_itself_by_query_or_form(document: Document) -> None:
    query = {"PhoneNumber": LINE}

    assert "<Dial" not in document(TwimlForward.main, query | {"To": LINE})
    assert "<Dial" not in document(TwimlForward.main, query | {"To": KNOWN}, [CALL, ("To", LINE)])
    assert "<Dial" not in document(TwimlForward.main, query | {"To": LINE}, [CALL, ("To", KNOWN)])


class TestTexts:
    """TwimlReply for a number whose texts arrive by GET, and for a query that pretends to."""

    def test_keywords_and_the_message_answer(self, document: Document) -> None:
        query = {"Keywords[hours]": "9 to 5", "Message": "Hello", "MessageSid": TEXT[1]}

        assert document(TwimlReply.main, query | {"Body": "Hours?"}).count("9 to 5") == 1
        assert document(TwimlReply.main, query | {"Body": "Hi"}).count("Hello") == 1

    def test_the_posted_body_wins(self, document: Document) -> None:
        query = {"Keywords[a]": "A", "Keywords[b]": "B", "Body": "a"}

        assert ">B<" in document(TwimlReply.main, query, [TEXT, ("Body", "b")])

    def test_the_owner_is_notified_of_an_unproven_text_without_its_words(
        self, document: Document, caplog: pytest.LogCaptureFixture
    ) -> None:
        query = {"Forward": KNOWN, "From": STRANGER, "Body": "Pay me", "MessageSid": TEXT[1]}
        query |= {"NumMedia": "1", "MediaUrl0": "https://evil.example/a"}
        answer = document(TwimlReply.main, query)

        assert answer.count(f'<Message to="{KNOWN}">') == 1
        assert not any(word in answer for word in ("0199", "Pay", "evil"))
        assert "Forward" in caplog.text

    def test_the_owners_own_texts_are_not_forwarded(self, document: Document) -> None:
        query = {"Forward": KNOWN, "From": KNOWN, "Body": "Hi"}

        assert document(TwimlReply.main, query) == ""

    def test_an_acknowledgement_does_not_repeat_the_text(self, document: Document) -> None:
        query = {"Body": "Your code is 1", "NumMedia": "2", "From": STRANGER}
        answer = document(TwimlReply.main, query)

        assert "<Message>" in answer
        assert "code" not in answer

    @pytest.mark.parametrize("form", [None, [TEXT]])
    def test_texts_answered_by_twilio_are_not_answered_again(
        self, document: Document, form: Form | None
    ) -> None:
        assert document(TwimlReply.main, {"Message": "Hi", "OptOutType": "STOP"}, form) == ""


def test_a_call_is_steered_by_a_query(document: Document) -> None:
    waited = {"Step": "wait", "MaxWait": "10", "QueueTime": "10"}

    assert "<Leave" in document(TwimlQueue.main, waited)
    assert "<Hangup" in document(TwimlQueue.main, {"Step": "end", "QueueResult": "bridged"})


def test_reports_in_a_query_are_ignored(
    run: Run, signed_request: SignedRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    query = {"CallSid": CALL[1], "CallStatus": "completed", "From": KNOWN}
    request = signed_request(f"/api/OnCallStatus?{urlencode(query)}", [("ApiVersion", "x")])

    run(OnCallStatus.main, request)
    logged = [record.getMessage() for record in caplog.records if "report" in record.getMessage()]
    assert [{**json.loads(line)} for line in logged] in ([], [{"report": "call"}])


def readers() -> dict[str, set[str]]:
    """Return the fields that deployed code reads, by method."""
    found: dict[str, set[str]] = {"posted": set(), "steering": set(), "denying": set()}
    paths = [*ROOT.glob("shared/**/*.py"), *(ROOT / name / "__init__.py" for name in ANSWERS)]
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names = found.get(node.func.attr)
                if names is not None:
                    names |= {ast.unparse(argument).strip("'") for argument in node.args}
    return found


def test_fields_read_from_a_query_are_listed_in_one_place() -> None:
    read = readers()
    people = {"From", "Caller", "To", "Called", "CallerName", "ProfileName", "MediaUrl", "Body"}

    assert read["steering"] == {*get_args(Steering)}
    assert read["denying"] == {*get_args(Denying)}
    assert {*get_args(Steering)} & people == {"Body"}  # only for keywords
    assert {"From", "Caller", "Direction", "Body"} <= read["posted"]
