"""Recordings in Twilio's REST API: of the account, of a call, and of calls placed with Record."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from deskphone.values import ACCOUNT_SID, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000")
SHARED_KEYS = {
    "account_sid", "api_version", "call_sid", "conference_sid", "date_created", "date_updated",
    "start_time", "duration", "sid", "price", "price_unit", "status", "channels", "source",
    "error_code", "uri", "encryption_details",
}  # fmt: skip
QUIET = "<Response><Pause length='600'/></Response>"


def talking(stack: LocalStack, **parameters: str) -> str:
    """Place a call that lasts, and answer it; return its SID."""
    sid = stack.place_call(QUIET, **parameters)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def started(stack: LocalStack, sid: str, **parameters: str) -> dict[str, Any]:
    """Start to record a call; return the recording."""
    answer = stack.rest("POST", f"Calls/{sid}/Recordings.json", parameters)
    assert answer.status_code == 201, answer.text
    return answer.json()


def hang_up(stack: LocalStack, sid: str) -> None:
    stack.world(f"calls/{sid}/hangup")
    stack.advance(0)


def test_a_recording_has_exactly_twilios_members(stack: LocalStack) -> None:
    sid = talking(stack)
    recording = started(stack, sid, RecordingChannels="dual")
    stack.advance(4)
    hang_up(stack, sid)
    fetched = stack.rest("GET", f"Recordings/{recording['sid']}.json").json()
    listed = stack.rest("GET", "Recordings.json").json()["recordings"]

    assert set(recording) == SHARED_KEYS | {"track"}
    assert set(fetched) == SHARED_KEYS | {"subresource_uris", "media_url"}
    assert listed == [fetched]
    assert (recording["status"], recording["duration"]) == ("in-progress", None)
    assert (fetched["status"], fetched["duration"]) == ("completed", "4")
    assert (fetched["channels"], fetched["source"]) == (2, "StartCallRecordingAPI")
    assert DATE.fullmatch(fetched["start_time"])
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{recording['sid']}"
    assert (fetched["uri"], fetched["media_url"]) == (
        f"{path}.json",
        f"https://api.twilio.com{path}",
    )


def test_a_pause_is_silent_or_skipped(stack: LocalStack) -> None:
    lengths: list[str] = []
    for behavior in ("silence", "skip"):
        sid = talking(stack)
        path = f"Calls/{sid}/Recordings/{started(stack, sid)['sid']}.json"
        stack.advance(3)
        pause = {"Status": "paused", "PauseBehavior": behavior}
        paused = stack.rest("POST", path, pause).json()
        stack.advance(5)
        resumed = stack.rest("POST", path, {"Status": "in-progress"}).json()
        stack.advance(2)
        stopped = stack.rest(
            "POST", f"Calls/{sid}/Recordings/Twilio.CURRENT.json", {"Status": "stopped"}
        ).json()
        lengths.append(stopped["duration"])
        assert [one["status"] for one in (paused, resumed, stopped)] == [
            "paused",
            "in-progress",
            "stopped",
        ]

    assert lengths == ["10", "5"]


def test_a_pause_is_silent_by_default(stack: LocalStack) -> None:
    sid = talking(stack)
    path = f"Calls/{sid}/Recordings/{started(stack, sid)['sid']}.json"
    stack.rest("POST", path, {"Status": "paused"})
    stack.advance(5)
    hang_up(stack, sid)

    assert stack.rest("GET", path).json()["duration"] == "5"


def test_only_the_end_of_a_recording_is_reported_by_default(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    url = web_server.twiml("/report", "<Response/>")
    sid = talking(stack)
    started(stack, sid, RecordingStatusCallback=url)
    stack.advance(2)
    hang_up(stack, sid)

    [report] = web_server.asked("/report")
    assert report.form["RecordingStatus"] == "completed"


def test_a_fully_recorded_call_can_be_recorded_again(stack: LocalStack) -> None:
    sid = talking(stack, Record="true")

    assert started(stack, sid)["source"] == "StartCallRecordingAPI"


def test_a_skipped_pause_may_be_the_end(stack: LocalStack) -> None:
    sid = talking(stack)
    path = f"Calls/{sid}/Recordings/{started(stack, sid)['sid']}.json"
    stack.advance(3)
    stack.rest("POST", path, {"Status": "paused", "PauseBehavior": "skip"})
    stack.advance(5)
    hang_up(stack, sid)

    assert stack.rest("GET", path).json()["duration"] == "3"


@pytest.mark.parametrize(("seconds", "duration"), [(3.4, "3"), (3.6, "4")])
def test_the_length_of_a_recording_is_rounded(
    stack: LocalStack, seconds: float, duration: str
) -> None:
    sid = talking(stack)
    path = f"Calls/{sid}/Recordings/{started(stack, sid)['sid']}.json"
    stack.advance(seconds)
    hang_up(stack, sid)

    assert stack.rest("GET", path).json()["duration"] == duration


def test_recordings_can_be_filtered_by_call(stack: LocalStack) -> None:
    sids = [talking(stack) for _ in range(2)]
    for sid in sids:
        started(stack, sid)
    narrowed = stack.rest("GET", f"Recordings.json?CallSid={sids[0]}").json()["recordings"]
    below = stack.rest("GET", f"Calls/{sids[1]}/Recordings.json").json()["recordings"]
    earlier = stack.rest("GET", "Recordings.json?DateCreated%3C=2001-01-01").json()["recordings"]
    of_a_conference = stack.rest("GET", "Recordings.json?ConferenceSid=CF1").json()["recordings"]

    assert [one["call_sid"] for one in narrowed + below] == sids
    assert earlier + of_a_conference == []


def test_a_finished_recording_can_be_deleted(stack: LocalStack) -> None:
    sid = talking(stack)
    path = f"Recordings/{started(stack, sid)['sid']}"
    stack.advance(2)
    early = stack.rest("DELETE", f"{path}.json")
    hang_up(stack, sid)
    late = stack.rest("DELETE", f"Calls/{sid}/{path}.json")
    gone = [stack.rest("GET", path + end).status_code for end in (".json", "", ".mp3")]

    assert (early.json()["code"], late.status_code, gone) == (20009, 204, [404, 404, 404])


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("Calls/{over}/Recordings.json", {}, 21220),
        ("Calls/{live}/Recordings.json", {}, 16108),
        ("Calls/{live}/Recordings.json", {"RecordingChannels": "three"}, 400),
        ("Calls/{live}/Recordings.json", {"RecordingTrack": "all"}, 400),
        ("Calls/{live}/Recordings.json", {"Trim": "yes"}, 400),
        ("Calls/{live}/Recordings.json", {"RecordingStatusCallback": "nowhere"}, 21205),
        ("Calls/{live}/Recordings.json", {"RecordingStatusCallbackEvent": "later"}, 400),
        ("Calls/{live}/Recordings/{recording}.json", {"Status": "sleeping"}, 400),
        (
            "Calls/{live}/Recordings/{recording}.json",
            {"Status": "paused", "PauseBehavior": "hum"},
            400,
        ),
        ("Calls/{over}/Recordings/{recording}.json", {"Status": "stopped"}, 20404),
        ("Calls/{over}/Recordings/Twilio.CURRENT.json", {"Status": "stopped"}, 20404),
        ("Calls/CA0/Recordings.json", {}, 20404),
        ("Recordings/{recording}.json", {}, 20004),
    ],
)
def test_an_invalid_recording_request_is_refused(
    stack: LocalStack, path: str, form: dict[str, str], code: int
) -> None:
    over, live = talking(stack), talking(stack)
    hang_up(stack, over)
    recording = started(stack, live)["sid"]
    answer = stack.rest("POST", path.format(over=over, live=live, recording=recording), form)

    assert answer.json()["code"] == code


def test_a_call_placed_with_record_is_reported_with_its_recording(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    for path in ("/status", "/recording"):
        web_server.twiml(path, "<Response/>")
    sid = talking(
        stack,
        Record="true",
        RecordingChannels="dual",
        RecordingTrack="both",
        Trim="do-not-trim",
        StatusCallback=f"{web_server.url}/status",
        RecordingStatusCallback=f"{web_server.url}/recording",
        RecordingStatusCallbackMethod="POST",
        RecordingStatusCallbackEvent="in-progress completed",
    )
    stack.advance(6)
    hang_up(stack, sid)

    [status] = [request.form for request in web_server.asked("/status")]
    began, ended = [request.form for request in web_server.asked("/recording")]
    assert (status["RecordingDuration"], status["RecordingUrl"], status["RecordingSid"]) == (
        "6",
        ended["RecordingUrl"],
        ended["RecordingSid"],
    )
    assert [form["RecordingStatus"] for form in (began, ended)] == ["in-progress", "completed"]
    assert (ended["RecordingSource"], ended["RecordingChannels"]) == ("OutboundAPI", "2")


def test_an_unanswered_call_is_not_recorded(stack: LocalStack) -> None:
    sid = stack.place_call(QUIET, Record="true")
    stack.advance(1)
    stack.world(f"calls/{sid}/decline")
    stack.advance(1)

    assert stack.rest("GET", "Recordings.json").json()["recordings"] == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Record": "perhaps"}, 400),
        ({"RecordingChannels": "three"}, 400),
        ({"SendDigits": "12x"}, 21206),
        ({"SendDigits": "1" * 33}, 21206),
    ],
)
def test_invalid_record_options_of_a_call_are_refused(
    stack: LocalStack, parameters: dict[str, str], code: int
) -> None:
    answer = stack.rest(
        "POST", "Calls.json", {"To": HANDSET, "From": LINE, "Twiml": QUIET, **parameters}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, code)
