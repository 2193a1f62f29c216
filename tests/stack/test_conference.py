"""Conferences: when they start and end, what people hear, and what is reported."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from local_stack.testing import LocalStack
from tests.stack.conferences import conferences

if TYPE_CHECKING:
    from tests.conftest import WebServer

PEOPLE = ("+12025550131", "+12025550132", "+12025550133", "+12025550134")
BYE = "<Response><Say>Bye</Say></Response>"
ALL = "start end join leave mute hold modify speaker announcement"


def join(
    stack: LocalStack, attributes: str = "", person: int = 0, *, dial: str = "", name: str = "room"
) -> str:
    """Make a person join a conference; return the SID of the call."""
    noun = f"<Conference {attributes}>{name}</Conference>"
    document = f"<Response><Dial {dial}>{noun}</Dial><Say>Out</Say></Response>"
    sid = stack.place_call(document, To=PEOPLE[person])
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def conference(stack: LocalStack) -> dict[str, Any]:
    """Return the newest conference as Twilio's API shows it."""
    return conferences(stack)[0]


def events(stack: LocalStack, sid: str) -> list[str]:
    """Return the events of a call."""
    return [one["name"] for one in stack.call(sid)["timeline"] if one["kind"] == "event"]


def alerts(stack: LocalStack) -> list[int | None]:
    return [alert["code"] for alert in stack.alerts()]


@pytest.fixture
def reports(web_server: "WebServer") -> Callable[..., list[Any]]:
    """Returns the events of the conference's status callbacks, or the named fields."""
    web_server.twiml("/report", "<Response/>")

    def reported(*names: str) -> list[Any]:
        forms = [request.form for request in web_server.asked("/report")]
        if not names:
            return [form["StatusCallbackEvent"] for form in forms]
        return [tuple(form.get(name) for name in names) for form in forms]

    return reported


class TestStart:
    @pytest.mark.covers("Conference")
    def test_it_starts_when_a_second_person_joins(self, stack: LocalStack) -> None:
        first = join(stack)
        before = conference(stack)["status"]
        join(stack, person=1)

        assert (before, conference(stack)["status"]) == ("init", "in-progress")
        assert events(stack, first)[-4:-1] == ["joined", "hold music", "conference started"]

    @pytest.mark.covers("Conference.startConferenceOnEnter")
    def test_it_waits_for_a_participant_with_start_on_enter(self, stack: LocalStack) -> None:
        join(stack, "startConferenceOnEnter='false'")
        join(stack, "startConferenceOnEnter='false'", 1)
        before = conference(stack)["status"]
        join(stack, person=2)

        assert (before, conference(stack)["status"]) == ("init", "in-progress")

    @pytest.mark.covers("Conference.waitUrl", "Conference.waitMethod")
    def test_the_wait_document_is_heard_until_it_starts(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = "<Response><Say>Soon</Say><Pause length='4'/><Redirect/></Response>"
        url = web_server.twiml("/wait", document)
        sid = join(stack, f"waitUrl='{url}' waitMethod='GET'")
        stack.advance(6)
        join(stack, person=1)
        stack.advance(30)

        assert stack.heard(sid) == ["Soon", "Soon"]
        assert [request.method for request in web_server.asked("/wait")] == ["GET", "POST"]

    def test_silence_follows_the_wait_document(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.twiml("/wait", "<Response><Say>Soon</Say></Response>")
        sid = join(stack, f"waitUrl='{url}'")
        stack.advance(30)

        assert (stack.heard(sid), len(web_server.asked("/wait"))) == (["Soon"], 1)

    @pytest.mark.parametrize(("attribute", "count"), [("", 1), ("waitUrl=''", 0)])
    def test_without_a_wait_document_nothing_is_fetched(
        self, stack: LocalStack, attribute: str, count: int
    ) -> None:
        sid = join(stack, attribute)

        assert events(stack, sid).count("hold music") == count
        assert stack.webhooks(sid) == []

    def test_a_failing_wait_document_prevents_joining(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/action", BYE)
        sid = join(
            stack,
            f"waitUrl='{web_server.url}/missing'",
            dial=f"action='{web_server.url}/action'",
        )
        stack.advance(2)

        assert (stack.heard(sid), alerts(stack)) == (["Bye"], [11200])
        assert web_server.asked("/action")[0].form["DialCallStatus"] == "failed"

    def test_an_invalid_wait_url_is_13233(self, stack: LocalStack) -> None:
        sid = join(stack, "waitUrl='ftp://example.com/'")

        assert (alerts(stack), events(stack, sid).count("hold music")) == ([13233], 1)

    def test_other_verbs_in_a_wait_document_are_13238(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.twiml("/wait", "<Response><Gather/><Say>Soon</Say></Response>")
        sid = join(stack, f"waitUrl='{url}'")
        stack.advance(2)

        assert (stack.heard(sid), alerts(stack)) == (["Soon"], [13238])


class TestEnd:
    def test_it_ends_when_the_last_participant_leaves(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        first, second = join(stack), join(stack, person=1)
        stack.hang_up(first)
        stack.advance(0)
        before = conference(stack)["status"]
        stack.hang_up(second)
        stack.advance(0)

        ended = conference(stack)
        assert (before, ended["status"]) == ("in-progress", "completed")
        assert ended["reason_conference_ended"] == "last-participant-left"
        assert ended["call_sid_ending_conference"] == second

    @pytest.mark.covers("Conference.endConferenceOnExit")
    def test_it_ends_for_all_when_a_participant_with_end_on_exit_leaves(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/action", BYE)
        host = join(stack, "endConferenceOnExit='true'")
        guest = join(stack, person=1, dial=f"action='{web_server.url}/action'")
        stack.hang_up(host)
        stack.advance(2)

        ended = conference(stack)
        assert ended["reason_conference_ended"] == "participant-with-end-conference-on-exit-left"
        assert (stack.heard(guest), ended["status"]) == (["Bye"], "completed")
        assert web_server.asked("/action")[0].form["DialCallStatus"] == "answered"

    def test_the_action_is_requested_after_a_hangup(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/action", BYE)
        stack.hang_up(join(stack, dial=f"action='{web_server.url}/action'"))
        stack.advance(0)

        assert web_server.asked("/action")[0].form["DialCallStatus"] == "answered"

    def test_star_leaves_if_enabled(self, stack: LocalStack) -> None:
        first, second = join(stack, dial="hangupOnStar='true'"), join(stack, person=1)
        stack.press(second, "*")
        stack.press(first, "*")
        stack.advance(2)

        assert (stack.heard(first), stack.heard(second)) == (["Out"], [])

    def test_a_redirected_call_leaves(self, stack: LocalStack) -> None:
        sid = join(stack)
        join(stack, person=1)
        stack.rest("POST", f"Calls/{sid}.json", {"Twiml": BYE})
        stack.advance(2)

        path = f"Conferences/{conference(stack)['sid']}/Participants.json"
        assert len(stack.rest("GET", path).json()["participants"]) == 1
        assert stack.heard(sid) == ["Bye"]

    def test_after_the_end_the_name_can_be_reused(self, stack: LocalStack) -> None:
        stack.hang_up(join(stack))
        join(stack, person=1)

        assert len(conferences(stack)) == 2


class TestParticipation:
    @pytest.mark.covers("Conference.muted", "Conference.participantLabel", "Conference.coach")
    def test_a_participant_has_the_documents_attributes(self, stack: LocalStack) -> None:
        first = join(stack)
        join(stack, f"muted='true' participantLabel='boss' coach='{first}'", 1)

        path = f"Conferences/{conference(stack)['sid']}/Participants/boss.json"
        boss = stack.rest("GET", path).json()
        assert (boss["muted"], boss["label"], boss["hold"]) == (True, "boss", False)
        assert (boss["coaching"], boss["call_sid_to_coach"]) == (True, first)

    @pytest.mark.covers("Conference.maxParticipants")
    @pytest.mark.parametrize(
        ("attributes", "code"),
        [
            ("participantLabel='one'", 16025),
            ("participantLabel='a/b'", 16023),
            ("coach='CA00000000000000000000000000000000'", 13240),
            ("maxParticipants='2'", 16020),
        ],
    )
    def test_a_call_that_cannot_join_continues(
        self, stack: LocalStack, attributes: str, code: int
    ) -> None:
        join(stack, "participantLabel='one'")
        join(stack, person=1)
        sid = join(stack, attributes, 2)
        stack.advance(2)

        assert (stack.heard(sid), alerts(stack)) == (["Out"], [code])

    def test_a_conference_needs_a_name(self, stack: LocalStack) -> None:
        sid = join(stack, name="")
        stack.advance(2)

        assert (stack.heard(sid), alerts(stack)) == (["Out"], [13237])

    @pytest.mark.covers("Conference.beep")
    @pytest.mark.parametrize(
        ("beep", "count"), [("true", 2), ("false", 0), ("onEnter", 1), ("onExit", 1)]
    )
    def test_the_others_hear_a_beep_when_people_join_and_leave(
        self, stack: LocalStack, beep: str, count: int
    ) -> None:
        first = join(stack)
        second = join(stack, f"beep='{beep}'", 1)
        stack.hang_up(second)
        stack.advance(0)

        assert events(stack, first).count("beep") == count

    def test_the_joining_participant_does_not_hear_the_beep(self, stack: LocalStack) -> None:
        join(stack)

        assert events(stack, join(stack, person=1)).count("beep") == 0

    def test_there_is_no_beep_before_it_starts(self, stack: LocalStack) -> None:
        first = join(stack, "startConferenceOnEnter='false'")
        join(stack, "startConferenceOnEnter='false'", 1)

        assert events(stack, first).count("beep") == 0

    @pytest.mark.covers("Conference.jitterBufferSize", "Conference.region", "Conference.trim")
    def test_audio_attributes_are_accepted_without_effect(self, stack: LocalStack) -> None:
        sid = join(stack, "jitterBufferSize='small' region='us1' trim='do-not-trim'")

        assert (stack.call(sid)["status"], alerts(stack)) == ("in-progress", [])

    @pytest.mark.parametrize("attribute", ["jitterBufferSize", "region", "trim"])
    def test_invalid_audio_attributes_are_warnings(self, stack: LocalStack, attribute: str) -> None:
        sid = join(stack, f"{attribute}='mars'")

        assert stack.call(sid)["status"] == "in-progress"
        assert alerts(stack) == [13239 if attribute == "trim" else 12200]

    @pytest.mark.covers(
        "Conference.record",
        "Conference.recordingStatusCallback",
        "Conference.recordingStatusCallbackMethod",
        "Conference.recordingStatusCallbackEvent",
    )
    def test_it_is_recorded_from_its_start_to_its_end(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/recorded", "<Response/>")
        first = join(
            stack,
            f"record='record-from-start' recordingStatusCallback='{web_server.url}/recorded' "
            "recordingStatusCallbackMethod='GET' recordingStatusCallbackEvent='completed absent'",
        )
        stack.advance(20)
        second = join(stack, person=1)
        stack.advance(30)
        stack.hang_up(first)
        stack.advance(5)
        stack.hang_up(second)
        stack.advance(0)

        (request,) = web_server.asked("/recorded")
        (recording,) = stack.rest("GET", "Recordings.json").json()["recordings"]
        assert (recording["source"], recording["duration"]) == ("Conference", "35")
        assert recording["conference_sid"] == conference(stack)["sid"]
        assert (request.method, "RecordingStatus=completed" in request.path) == ("GET", True)

    def test_the_first_recording_callback_is_used(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        paths = ("/first", "/second")
        for person, path in enumerate(paths):
            url = web_server.twiml(path, "<Response/>")
            join(stack, f"record='true' recordingStatusCallback='{url}'", person)
        stack.advance(5)
        stack.rest("POST", f"Conferences/{conference(stack)['sid']}.json", {"Status": "completed"})
        stack.advance(1)

        assert [len(web_server.asked(path)) for path in paths] == [1, 0]

    def test_record_of_dial_records_the_participants_call(self, stack: LocalStack) -> None:
        sid = join(stack, dial="record='true'")
        stack.advance(8)
        stack.hang_up(sid)
        stack.advance(0)

        (recording,) = stack.rest("GET", f"Calls/{sid}/Recordings.json").json()["recordings"]
        assert (recording["source"], recording["duration"]) == ("DialVerb", "8")

    def test_a_conference_and_a_number_cannot_be_combined(self, stack: LocalStack) -> None:
        both = "<Number>+12025550150</Number><Conference>room</Conference>"
        sid = stack.place_call(f"<Response><Dial>{both}</Dial><Say>Alone</Say></Response>")
        stack.advance(1)
        stack.answer(sid)
        stack.advance(1)

        assert (stack.heard(sid), alerts(stack)) == (["Alone"], [13000])
        assert stack.legs(sid) == []


class TestReports:
    @pytest.mark.covers("Conference.statusCallback", "Conference.statusCallbackEvent")
    def test_every_step_is_reported_in_order(
        self, stack: LocalStack, web_server: "WebServer", reports: Callable[..., list[Any]]
    ) -> None:
        attributes = f"statusCallback='{web_server.url}/report' statusCallbackEvent='{ALL}'"
        first, second = join(stack, attributes), join(stack, person=1)
        stack.hang_up(first)
        stack.advance(0)
        stack.hang_up(second)
        stack.advance(0)

        assert reports("SequenceNumber", "StatusCallbackEvent", "CallSid") == [
            ("1", "participant-join", first),
            ("2", "participant-join", second),
            ("3", "conference-start", None),
            ("4", "participant-leave", first),
            ("5", "participant-leave", second),
            ("6", "conference-end", None),
        ]
        assert reports("ReasonParticipantLeft", "ParticipantCallStatus")[4] == (
            "participant_hung_up",
            "completed",
        )
        names = ["ReasonConferenceEnded", "CallSidEndingConference", "FriendlyName"]
        assert reports(*names)[5] == ("last-participant-left", second, "room")

    @pytest.mark.covers("Conference.statusCallbackMethod")
    def test_only_requested_events_are_reported_and_only_to_the_first_callback(
        self, stack: LocalStack, web_server: "WebServer", reports: Callable[..., list[Any]]
    ) -> None:
        method = "statusCallbackMethod='GET' statusCallbackEvent='start'"
        join(stack, f"statusCallback='{web_server.url}/report' {method}")
        join(stack, f"statusCallback='{web_server.url}/other' statusCallbackEvent='{ALL}'", 1)

        (request,) = web_server.asked("/report")
        assert request.method == "GET"
        assert "StatusCallbackEvent=conference-start" in request.path
        assert web_server.asked("/other") == []

    def test_leaving_with_star_is_reported_like_a_hangup(
        self, stack: LocalStack, web_server: "WebServer", reports: Callable[..., list[Any]]
    ) -> None:
        report = f"statusCallback='{web_server.url}/report' statusCallbackEvent='leave'"
        sid = join(stack, report, dial="hangupOnStar='true'")
        stack.press(sid, "*")
        stack.advance(1)

        assert reports("ReasonParticipantLeft") == [("participant_hung_up",)]

    def test_removed_participants_are_reported_with_the_reason(
        self, stack: LocalStack, web_server: "WebServer", reports: Callable[..., list[Any]]
    ) -> None:
        attributes = f"statusCallback='{web_server.url}/report' statusCallbackEvent='leave end'"
        host = join(stack, f"{attributes} endConferenceOnExit='true'")
        guest = join(stack, "participantLabel='guest'", 1)
        stack.hang_up(host)
        stack.advance(0)

        names = ["CallSid", "ParticipantLabel", "ReasonParticipantLeft", "EndConferenceOnExit"]
        assert reports(*names)[:2] == [
            (host, None, "participant_hung_up", "true"),
            (guest, "guest", "moderator_ended_conference", "false"),
        ]
