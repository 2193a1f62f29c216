"""Errors and warnings of the REST API that Twilio's error dictionary has numbers for."""

from typing import Any

import pytest

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE, LINE_SID, MESSAGING_SERVICE_SID
from local_stack.testing import HANDSET, LocalStack

LONG_NAME = {"FriendlyName": "n" * 65}
NUMBER = {"PhoneNumber": "+12025550111"}
CALL = {"To": HANDSET, "From": LINE, "Twiml": "<Response><Pause length='60'/></Response>"}
URL = "https://example.com/"
LINE_PATH = f"IncomingPhoneNumbers/{LINE_SID}.json"
BY_SERVICE = {"To": HANDSET, "MessagingServiceSid": MESSAGING_SERVICE_SID}
ASYNC_AMD = {"MachineDetection": "Enable", "AsyncAmd": "true"}


@pytest.mark.parametrize(
    ("method", "path", "form", "code"),
    [
        ("GET", "Messages.json?PageSize=1001", None, 20007),
        ("GET", "Queues.json?PageSize=99999999999", None, 20007),
        ("GET", f"Queues.json?PageSize={'9' * 5000}", None, 20007),
        ("POST", "Queues.json", LONG_NAME, 20002),
        ("POST", "Keys.json", LONG_NAME, 20002),
        ("POST", "IncomingPhoneNumbers.json", {**NUMBER, **LONG_NAME}, 20002),
        ("POST", LINE_PATH, LONG_NAME, 20002),
        ("POST", "IncomingPhoneNumbers.json", {**NUMBER, "VoiceFallbackUrl": URL}, 21405),
        ("POST", "IncomingPhoneNumbers.json", {**NUMBER, "SmsFallbackUrl": URL}, 21406),
        ("POST", "IncomingPhoneNumbers.json", {"AreaCode": "abc"}, 21451),
        ("POST", "IncomingPhoneNumbers.json", {"AreaCode": "2025"}, 21451),
        ("POST", "IncomingPhoneNumbers/TollFree.json", NUMBER, 21458),
        ("POST", "Messages.json", BY_SERVICE, 21619),
        ("POST", "Messages.json", {**BY_SERVICE, "MessagingServiceSid": "MG1"}, 21705),
        ("POST", "Calls.json", {**CALL, "MachineDetection": "Nonsense"}, 21234),
        ("POST", "Calls.json", {**CALL, "MachineDetectionTimeout": "121"}, 21234),
        ("POST", "Calls.json", {**CALL, "Twiml": "x" * 4001}, 32018),
        ("POST", "Calls.json", {**CALL, "RecordingStatusCallback": "x"}, 21205),
        ("POST", "Calls.json", {**CALL, "RecordingStatusCallbackMethod": "PUT"}, 21209),
        (
            "POST", "Conferences/a/Participants.json",
            {**CALL, "Label": "a/b"}, 16024,
        ),
    ],
)  # fmt: skip
def test_a_refused_request_gets_its_number(
    stack: LocalStack, method: str, path: str, form: dict[str, str] | None, code: int
) -> None:
    answer = stack.rest(method, path, form)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (LONG_NAME, 20002),
        ({"Status": "sleeping"}, 21475),
        ({"Status": "suspended"}, 21477),
        ({"Status": "closed"}, 21477),
    ],
)
def test_a_refused_change_of_the_account_gets_its_number(
    stack: LocalStack, form: dict[str, str], code: int
) -> None:
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}.json"
    answer = stack.http.post(url, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_body_over_a_mebibyte_gets_20413(stack: LocalStack) -> None:
    answer = stack.rest("POST", "Messages.json", {"Body": "x" * 1024 * 1024})

    assert (answer.status_code, answer.json()["code"]) == (413, 20413)


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        ({**CALL, "Url": URL}, [32019]),
        ({**CALL, **ASYNC_AMD}, [21262]),
        ({**CALL, **ASYNC_AMD, "AsyncAmdStatusCallback": URL}, []),
        ({**CALL, "AsyncAmd": "true"}, []),
        (CALL, []),
    ],
)
def test_an_accepted_call_gets_twilios_warnings(
    stack: LocalStack, form: dict[str, str], codes: list[int]
) -> None:
    answer = stack.rest("POST", "Calls.json", form)
    alerts = [(one["code"], one["level"]) for one in stack.alerts()]

    assert answer.status_code == 201
    assert alerts == [(code, "warning") for code in codes]


def test_machine_detection_of_calls_is_not_for_participants(stack: LocalStack) -> None:
    form = {"To": HANDSET, "From": LINE, "AsyncAmd": "true"}
    answer = stack.rest("POST", "Conferences/a/Participants.json", form)

    assert answer.status_code == 201
    assert [(one["code"], one["level"]) for one in stack.alerts()] == [(21263, "warning")]


def test_a_call_on_hold_is_not_coached(stack: LocalStack) -> None:
    held = stack.place_call("<Response><Dial><Conference>a</Conference></Dial></Response>")
    stack.advance(1)
    stack.answer(held)
    stack.advance(1)
    path = "Conferences/a/Participants"
    stack.rest("POST", f"{path}/{held}.json", {"Hold": "true"}).raise_for_status()
    form = {"To": "+12025550124", "From": LINE, "CallSidToCoach": held}
    refused = stack.rest("POST", f"{path}.json", form).json()
    coach = f"<Response><Dial><Conference coach='{held}'>a</Conference></Dial></Response>"
    by_twiml = stack.place_call(coach, To="+12025550124")
    stack.advance(1)
    stack.answer(by_twiml)
    stack.advance(1)

    assert refused["code"] == 16027
    assert [one["code"] for one in stack.alerts()] == [16027]


@pytest.mark.parametrize(
    ("recorded", "asked", "channels"),
    [("mono", "", 1), ("mono", "1", 1), ("dual", "", 2), ("dual", "1", 1), ("dual", "2", 2)],
)
def test_a_recording_is_downloaded_with_the_requested_channels(
    stack: LocalStack, recorded: str, asked: str, channels: int
) -> None:
    content = download(stack, recorded, asked).content

    assert content[22:24] == channels.to_bytes(2, "little")  # the number of channels in a WAV


def test_a_mono_recording_has_no_second_channel(stack: LocalStack) -> None:
    refused = download(stack, "mono", "2")

    assert (refused.status_code, refused.json()["code"]) == (400, 16113)


def download(stack: LocalStack, recorded: str, asked: str) -> Any:
    form = {"Record": "true", "RecordingChannels": recorded}
    sid = stack.place_call("<Response><Pause length='2'/></Response>", **form)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(3)
    [recording] = stack.rest("GET", f"Calls/{sid}/Recordings.json").json()["recordings"]
    return stack.rest("GET", f"Recordings/{recording['sid']}?RequestedChannels={asked}")


@pytest.mark.parametrize(
    ("query", "status", "alerts"),
    [
        ("Color=red", 200, [20001]),
        ("IncludeSoftDeleted=true", 501, [None]),
        ("IncludeSoftDeleted=false", 200, []),
    ],
)
def test_the_query_of_a_download_is_checked(
    stack: LocalStack, query: str, status: int, alerts: list[int | None]
) -> None:
    answer = download(stack, "mono", f"&{query}")

    assert answer.status_code == status
    assert [one["code"] for one in stack.alerts()] == alerts


@pytest.mark.parametrize(
    ("attributes", "talk_s", "codes"),
    [
        ("maxLength='121'", 10, [13615]),
        ("maxLength='120'", 10, []),
        ("", 1, [13617]),
        ("transcribeCallback='https:///x'", 10, [13257]),
    ],
)
def test_a_recording_that_twilio_does_not_transcribe_gets_a_warning(
    stack: LocalStack, attributes: str, talk_s: int, codes: list[int]
) -> None:
    if "transcribeCallback" not in attributes:
        attributes += f" transcribeCallback='{stack.functions_url}/api/OnCallStatus'"
    sid = stack.place_call(f"<Response><Record transcribe='true' {attributes}/></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(talk_s)
    stack.hang_up(sid)
    stack.advance(1)

    found = [one["code"] for one in stack.alerts()]
    assert [code for code in found if code in (13257, 13615, 13617)] == codes
