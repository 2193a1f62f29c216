"""Conferences and their Participants in Twilio's REST API."""

from typing import TYPE_CHECKING, Any

import pytest

from deskphone.values import LINE
from local_stack.testing import LocalStack
from tests.stack.conferences import conferences

if TYPE_CHECKING:
    from tests.conftest import WebServer

PEOPLE = ("+12025550131", "+12025550132", "+12025550133")
CONFERENCE_KEYS = {
    "account_sid",
    "api_version",
    "call_sid_ending_conference",
    "date_created",
    "date_updated",
    "friendly_name",
    "reason_conference_ended",
    "region",
    "sid",
    "status",
    "subresource_uris",
    "uri",
}
PARTICIPANT_KEYS = {
    "account_sid",
    "call_sid",
    "call_sid_to_coach",
    "coaching",
    "conference_sid",
    "date_created",
    "date_updated",
    "end_conference_on_exit",
    "hold",
    "label",
    "muted",
    "queue_time",
    "start_conference_on_enter",
    "status",
    "uri",
}
FLAGS = ("Muted", "StartConferenceOnEnter", "EndConferenceOnExit", "Coaching", "EarlyMedia")
ALL = "start end join leave mute hold modify announcement"


def join(stack: LocalStack, person: int = 0, attributes: str = "") -> str:
    """Make a person join the conference "room"; return the SID of the call."""
    noun = f"<Conference waitUrl='' beep='false' {attributes}>room</Conference>"
    document = f"<Response><Dial>{noun}</Dial><Say>Out</Say></Response>"
    sid = stack.place_call(document, To=PEOPLE[person])
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def newest(stack: LocalStack) -> dict[str, Any]:
    return conferences(stack)[0]


def participants(stack: LocalStack, query: str = "") -> list[dict[str, Any]]:
    path = f"Conferences/{newest(stack)['sid']}/Participants.json{query}"
    return stack.rest("GET", path).json()["participants"]


def update(stack: LocalStack, call_sid: str, **form: str) -> dict[str, Any]:
    path = f"Conferences/{newest(stack)['sid']}/Participants/{call_sid}.json"
    return stack.rest("POST", path, form).json()


def invite(stack: LocalStack, conference: str = "room", **form: str) -> dict[str, Any]:
    """Add a participant by calling a handset; return the response with its HTTP status."""
    parameters = {"From": LINE, "To": PEOPLE[2], **form}
    answer = stack.rest("POST", f"Conferences/{conference}/Participants.json", parameters)
    return {"http": answer.status_code, **answer.json()}


class TestConferences:
    def test_a_conference_has_twilios_members(self, stack: LocalStack) -> None:
        join(stack)
        conference = newest(stack)

        assert set(conference) == CONFERENCE_KEYS
        assert (conference["status"], conference["friendly_name"]) == ("init", "room")
        assert stack.rest("GET", f"Conferences/{conference['sid']}.json").json() == conference

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("Status=init", 1),
            ("Status=completed", 0),
            ("Status=init&FriendlyName=room", 1),
            ("Status=init&FriendlyName=other", 0),
            ("Status=init&DateCreated%3E=2100-01-01", 0),
            ("Status=init&DateUpdated%3C=2100-01-01", 1),
        ],
    )
    def test_conferences_can_be_filtered(self, stack: LocalStack, query: str, count: int) -> None:
        join(stack)

        found = stack.rest("GET", f"Conferences.json?{query}").json()["conferences"]
        assert len(found) == count

    def test_only_conferences_in_progress_are_listed_by_default(self, stack: LocalStack) -> None:
        def listed() -> list[str]:
            found = stack.rest("GET", "Conferences.json").json()["conferences"]
            return [conference["status"] for conference in found]

        first = join(stack)
        waiting = listed()
        join(stack, person=1)
        together = listed()
        path = f"Conferences/{newest(stack)['sid']}.json"
        stack.rest("POST", path, {"Status": "completed"}).raise_for_status()
        stack.advance(1)

        assert (waiting, together, listed()) == ([], ["in-progress"], [])
        assert stack.call(first)["status"] == "completed"

    def test_it_can_be_ended(self, stack: LocalStack) -> None:
        calls = [join(stack), join(stack, 1)]
        path = f"Conferences/{newest(stack)['sid']}.json"
        ended = stack.rest("POST", path, {"Status": "completed"}).json()
        stack.advance(2)

        assert ended["status"] == "completed"
        assert ended["reason_conference_ended"] == "conference-ended-via-api"
        assert [stack.heard(sid) for sid in calls] == [["Out"], ["Out"]]
        assert participants(stack) == []

    def test_all_participants_hear_an_announcement(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/report", "<Response/>")
        url = web_server.twiml("/say", "<Response><Say>Hear this</Say></Response>")
        report = f"statusCallback='{web_server.url}/report' statusCallbackEvent='announcement'"
        calls = [join(stack, 0, report), join(stack, 1)]
        form = {"AnnounceUrl": url, "AnnounceMethod": "GET"}
        stack.rest("POST", f"Conferences/{newest(stack)['sid']}.json", form)
        stack.advance(2)

        assert [stack.heard(sid) for sid in calls] == [["Hear this"], ["Hear this"]]
        (posted,) = web_server.asked("/report")
        assert posted.form["StatusCallbackEvent"] == "announcement-end"
        assert (posted.form["AnnounceUrl"], posted.form.get("CallSid")) == (url, None)

    def test_completed_is_the_only_status_to_set(self, stack: LocalStack) -> None:
        join(stack)
        path = f"Conferences/{newest(stack)['sid']}.json"

        assert stack.rest("POST", path, {"Status": "init"}).status_code == 400
        assert stack.rest("POST", "Conferences/CF1.json", {}).json()["code"] == 20404

    def test_its_recordings_are_listed(self, stack: LocalStack) -> None:
        join(stack, 0, "record='record-from-start'")
        stack.hang_up(join(stack, 1))
        path = f"Conferences/{newest(stack)['sid']}"
        stack.advance(9)
        stack.rest("POST", f"{path}.json", {"Status": "completed"})

        (recording,) = stack.rest("GET", f"{path}/Recordings.json").json()["recordings"]
        assert (recording["duration"], recording["conference_sid"]) == ("9", newest(stack)["sid"])
        sid = recording["sid"]
        assert stack.rest("GET", f"{path}/Recordings/{sid}.json").json() == recording
        assert stack.rest("DELETE", f"{path}/Recordings/{sid}.json").status_code == 204


class TestParticipants:
    def test_a_participant_has_twilios_members(self, stack: LocalStack) -> None:
        sid = join(stack)
        (participant,) = participants(stack)

        assert set(participant) == PARTICIPANT_KEYS
        assert (participant["call_sid"], participant["status"]) == (sid, "connected")

    def test_muting_is_shown_reported_and_found(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/report", "<Response/>")
        report = f"statusCallback='{web_server.url}/report' statusCallbackEvent='mute'"
        first, second = join(stack, 0, report), join(stack, 1)
        muted = update(stack, second, Muted="true")["muted"]
        found = [one["call_sid"] for one in participants(stack, "?Muted=true")]
        update(stack, second, Muted="true")
        update(stack, second, Muted="false")
        stack.advance(0)

        posted = [
            (request.form["StatusCallbackEvent"], request.form["CallSid"], request.form["Muted"])
            for request in web_server.asked("/report")
        ]
        assert (muted, found) == (True, [second])
        assert posted == [
            ("participant-mute", second, "true"),
            ("participant-unmute", second, "false"),
        ]
        assert first not in found

    def test_a_participant_on_hold_hears_the_hold_music(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = "<Response><Say>On hold</Say><Pause length='4'/><Redirect/></Response>"
        url = web_server.twiml("/hold", document)
        first, _ = join(stack), join(stack, 1)
        held = update(stack, first, Hold="true", HoldUrl=url)["hold"]
        stack.advance(6)
        back = update(stack, first, Hold="false")["hold"]
        stack.advance(20)

        assert (held, back, stack.heard(first)) == (True, False, ["On hold", "On hold"])
        assert web_server.asked("/hold")[0].method == "GET"

    def test_the_hold_music_can_change_during_the_hold(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        document = "<Response><Say>{}</Say><Pause length='60'/></Response>"
        first, second = (web_server.twiml(f"/{n}", document.format(n)) for n in ("one", "two"))
        sid, _ = join(stack), join(stack, 1)
        update(stack, sid, Hold="true", HoldUrl=first)
        stack.advance(2)
        update(stack, sid, HoldUrl=second)
        stack.advance(2)

        assert stack.heard(sid) == ["one", "two"]

    def test_a_single_participant_hears_an_announcement(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.twiml("/say", "<Response><Say>For you</Say></Response>")
        first, second = join(stack), join(stack, 1)
        update(stack, second, AnnounceUrl=url)
        stack.advance(2)

        assert (stack.heard(first), stack.heard(second)) == ([], ["For you"])

    def test_a_failing_announcement_is_reported(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/report", "<Response/>")
        report = f"statusCallback='{web_server.url}/report' statusCallbackEvent='announcement'"
        first, _ = join(stack, 0, report), join(stack, 1)
        update(stack, first, AnnounceUrl=f"{web_server.url}/missing")
        stack.advance(2)

        (posted,) = web_server.asked("/report")
        assert posted.form["StatusCallbackEvent"] == "announcement-fail"
        assert (posted.form["CallSid"], stack.call(first)["status"]) == (first, "in-progress")

    @pytest.mark.parametrize("name", ["Hold", "EndConferenceOnExit", "BeepOnExit", "Coaching"])
    def test_an_invalid_flag_changes_nothing(self, stack: LocalStack, name: str) -> None:
        sid = join(stack)
        refused = update(stack, sid, Muted="true", **{name: "maybe"})
        listed = stack.rest(
            "GET", f"Conferences/{newest(stack)['sid']}/Participants.json?Muted=maybe"
        )

        assert (refused["code"], listed.status_code) == (400, 400)
        assert not participants(stack)[0]["muted"]

    def test_end_on_exit_can_change(self, stack: LocalStack, web_server: "WebServer") -> None:
        web_server.twiml("/report", "<Response/>")
        report = f"statusCallback='{web_server.url}/report' statusCallbackEvent='modify'"
        first, second = join(stack, 0, report), join(stack, 1)
        changed = update(stack, first, EndConferenceOnExit="true")
        stack.hang_up(first)
        stack.advance(2)

        assert (changed["end_conference_on_exit"], stack.heard(second)) == (True, ["Out"])
        (posted,) = web_server.asked("/report")
        assert posted.form["StatusCallbackEvent"] == "participant-modify"

    def test_coaching_begins_and_ends(self, stack: LocalStack) -> None:
        first, second = join(stack), join(stack, 1)
        coaching = update(stack, second, Coaching="true", CallSidToCoach=first)
        others = [one["call_sid"] for one in participants(stack, "?Coaching=true")]
        ended = update(stack, second, Coaching="false")

        assert (coaching["call_sid_to_coach"], coaching["coaching"]) == (first, True)
        assert (others, ended["call_sid_to_coach"]) == ([second], None)
        assert update(stack, second, CallSidToCoach="CA1")["code"] == 16028

    def test_wait_url_and_beep_can_change(self, stack: LocalStack, web_server: "WebServer") -> None:
        url = web_server.twiml("/wait", "<Response><Say>A moment</Say></Response>")
        first = join(stack)
        update(stack, first, WaitUrl=url, BeepOnExit="true")
        stack.advance(3)
        second = join(stack, 1)
        stack.hang_up(first)
        stack.advance(0)

        beeps = [one for one in stack.call(second)["timeline"] if one["name"] == "beep"]
        assert (stack.heard(first), len(beeps)) == (["A moment"], 1)

    def test_a_removed_participant_continues_after_the_dial(self, stack: LocalStack) -> None:
        first, second = join(stack), join(stack, 1)
        path = f"Conferences/{newest(stack)['sid']}/Participants"
        removed = stack.rest("DELETE", f"{path}/{first}.json")
        stack.advance(2)

        assert (removed.status_code, stack.heard(first)) == (204, ["Out"])
        assert [one["call_sid"] for one in participants(stack)] == [second]
        assert stack.rest("GET", f"{path}/{first}.json").json()["code"] == 20404

    def test_removing_the_last_participant_ends_it(self, stack: LocalStack) -> None:
        sid = join(stack)
        stack.rest("DELETE", f"Conferences/{newest(stack)['sid']}/Participants/{sid}.json")

        assert newest(stack)["reason_conference_ended"] == "last-participant-kicked"


class TestInvitations:
    def test_an_invited_handset_rings_and_joins(self, stack: LocalStack) -> None:
        join(stack)
        invited = invite(stack, newest(stack)["sid"], Label="agent", Muted="true")
        sid = invited["call_sid"]
        stack.advance(1)
        ringing = newest(stack)["status"], participants(stack)[0]["status"]
        stack.answer(sid)
        stack.advance(0)

        assert (invited["http"], invited["status"]) == (201, "queued")
        assert (invited["label"], invited["muted"]) == ("agent", True)
        assert ringing == ("init", "ringing")
        assert (newest(stack)["status"], participants(stack)[0]["status"]) == (
            "in-progress",
            "connected",
        )

    def test_spaces_in_the_name_of_a_conference_are_collapsed(self, stack: LocalStack) -> None:
        sid = invite(stack, "%20sales%20%20team")["call_sid"]
        stack.advance(1)
        stack.answer(sid)
        stack.advance(0)

        assert [one["friendly_name"] for one in conferences(stack)] == ["sales team"]

    def test_an_invitation_creates_a_conference(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/report", "<Response/>")
        report = {
            "ConferenceStatusCallback": f"{web_server.url}/report",
            "ConferenceStatusCallbackEvent": ALL,
            "Label": "agent",
            "WaitUrl": "",
        }
        sid = invite(stack, "new room", **report)["call_sid"]
        stack.advance(1)
        begun = newest(stack)["friendly_name"], newest(stack)["status"]
        stack.answer(sid)
        stack.advance(0)
        stack.hang_up(sid)
        stack.advance(0)

        assert begun == ("new room", "init")
        posted = [request.form["StatusCallbackEvent"] for request in web_server.asked("/report")]
        assert posted == ["participant-join", "participant-leave", "conference-end"]

    def test_an_invited_handset_that_declines_leaves_the_conference(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/report", "<Response/>")
        report = {
            "ConferenceStatusCallback": f"{web_server.url}/report",
            "ConferenceStatusCallbackEvent": ALL,
        }
        sid = invite(stack, **report)["call_sid"]
        stack.advance(1)
        stack.world(f"calls/{sid}/decline")
        stack.advance(0)

        posted = web_server.asked("/report")[0].form
        assert (newest(stack)["status"], participants(stack)) == ("completed", [])
        assert posted["ReasonParticipantLeft"] == "participant_add_failed"
        assert posted["ParticipantCallStatus"] == "busy"

    def test_only_the_answer_to_an_invitation_has_a_queue_time(self, stack: LocalStack) -> None:
        invited = invite(stack)

        assert (invited["queue_time"], participants(stack)[0]["queue_time"]) == ("0", None)

    def test_a_list_is_read_to_its_end_while_invited_handsets_join(self, stack: LocalStack) -> None:
        sids = [invite(stack, To=person)["call_sid"] for person in PEOPLE]
        stack.advance(1)
        path = "Conferences/room/Participants.json"
        first = stack.rest("GET", f"{path}?PageSize=1").json()
        for sid in (sids[0], sids[2]):
            stack.answer(sid)
            stack.advance(0)
        second = stack.rest("GET", f"{path}?{first['next_page_uri'].partition('?')[2]}").json()
        third = stack.rest("GET", f"{path}?{second['next_page_uri'].partition('?')[2]}").json()

        pages = (first, second, third)
        seen = [row["call_sid"] for page in pages for row in page["participants"]]
        assert seen == sids[::-1]

    def test_changes_of_an_invited_participant_last(self, stack: LocalStack) -> None:
        sid = invite(stack)["call_sid"]
        stack.advance(1)
        changed = update(stack, sid, Muted="true", Hold="true", EndConferenceOnExit="true")
        stack.advance(2)
        stack.answer(sid)
        stack.advance(0)
        [joined] = participants(stack)

        assert joined["status"] == "connected"
        for name in ("muted", "hold", "end_conference_on_exit", "date_created"):
            assert joined[name] == changed[name], name

    def test_an_invited_handset_starts_the_conference_by_default(self, stack: LocalStack) -> None:
        starts = "start_conference_on_enter"

        assert invite(stack)[starts] is True
        assert invite(stack, StartConferenceOnEnter="false")[starts] is False

    def test_participants_on_hold_can_be_listed(self, stack: LocalStack) -> None:
        first, second = join(stack), join(stack, 1)
        update(stack, second, Hold="true")
        on_hold, others = participants(stack, "?Hold=true"), participants(stack, "?Hold=false")

        assert [one["call_sid"] for one in on_hold] == [second]
        assert [one["call_sid"] for one in others] == [first]

    def test_an_invited_handset_that_declines_does_not_end_the_conference(
        self, stack: LocalStack
    ) -> None:
        first = join(stack)
        sid = invite(stack, EndConferenceOnExit="true")["call_sid"]
        stack.advance(1)
        stack.world(f"calls/{sid}/decline")
        stack.advance(0)

        assert [one["call_sid"] for one in participants(stack)] == [first]

    def test_a_ringing_participant_cannot_be_coached(self, stack: LocalStack) -> None:
        sid = join(stack, 0, f"coach='{invite(stack)['call_sid']}'")
        stack.advance(2)

        assert stack.heard(sid) == ["Out"]
        assert [alert["code"] for alert in stack.alerts()] == [13240]

    def test_a_ringing_participant_can_be_removed(self, stack: LocalStack) -> None:
        join(stack)
        sid = invite(stack)["call_sid"]
        stack.advance(1)
        path = f"Conferences/{newest(stack)['sid']}/Participants/{sid}.json"
        removed = stack.rest("DELETE", path).status_code
        stack.advance(0)

        assert (removed, stack.call(sid)["status"]) == (204, "canceled")
        assert len(participants(stack)) == 1

    def test_a_handset_stops_ringing_when_the_conference_ends(self, stack: LocalStack) -> None:
        join(stack)
        sid = invite(stack)["call_sid"]
        stack.advance(1)
        stack.rest("POST", f"Conferences/{newest(stack)['sid']}.json", {"Status": "completed"})
        stack.advance(0)

        assert (stack.call(sid)["status"], newest(stack)["status"]) == ("canceled", "completed")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"To": ""}, 21201),
            ({"From": "+12025550177"}, 21210),
            ({"Label": "taken"}, 16026),
            ({"Label": "a/b"}, 16024),
            ({"Label": "a\x01b"}, 400),
            ({"CallSidToCoach": "CA1"}, 16028),
            ({"MaxParticipants": "2"}, 16020),
            ({"MaxParticipants": "251"}, 400),
            ({"Beep": "loud"}, 400),
            ({"WaitUrl": "nowhere"}, 400),
            ({"Region": "mars"}, 400),
            *(({name: "maybe"}, 400) for name in FLAGS),
            ({"ConferenceStatusCallbackEvent": "start later"}, 400),
            ({"ConferenceRecordingStatusCallbackEvent": "paused"}, 400),
            ({"RecordingStatusCallbackEvent": "later"}, 400),
            ({"RecordingStatusCallbackEvent": "completed paused"}, 501),
            ({"CallerId": LINE}, 501),
        ],
    )
    def test_an_invalid_invitation_gets_twilios_code(
        self, stack: LocalStack, change: dict[str, str], code: int
    ) -> None:
        join(stack, 0, "participantLabel='taken'")
        join(stack, 1)
        before = len(stack.rest("GET", "Calls.json").json()["calls"])

        assert invite(stack, **change)["code"] == code
        assert len(stack.rest("GET", "Calls.json").json()["calls"]) == before

    @pytest.mark.parametrize(
        ("events", "states"), [("completed failed", ["completed"]), ("failed", [])]
    )
    @pytest.mark.parametrize("prefix", ["", "Conference"])
    def test_recordings_of_participants_may_report_failures(
        self,
        stack: LocalStack,
        web_server: "WebServer",
        prefix: str,
        events: str,
        states: list[str],
    ) -> None:
        recording = {
            f"{prefix}Record": "true",
            f"{prefix}RecordingStatusCallback": web_server.twiml("/report", "<Response/>"),
            f"{prefix}RecordingStatusCallbackEvent": events,
        }
        for person, form in enumerate([recording, {}]):
            sid = invite(stack, "new", **{"To": PEOPLE[person], **form})["call_sid"]
            stack.advance(1)
            stack.answer(sid)
            stack.advance(5)
        stack.rest("POST", f"Conferences/{newest(stack)['sid']}.json", {"Status": "completed"})
        stack.advance(1)

        posted = [request.form["RecordingStatus"] for request in web_server.asked("/report")]
        assert (posted, stack.alerts()) == (states, [])

    def test_an_ended_conference_accepts_no_participants(self, stack: LocalStack) -> None:
        stack.hang_up(join(stack))
        stack.advance(0)

        assert invite(stack, newest(stack)["sid"])["code"] == 16022
