"""Calls in both directions: handset actions, speech, and status callbacks."""

import pytest
import requests

from deskphone.values import LINE
from local_stack.testing import HANDSET, LocalStack

PLACE = {"to": HANDSET}
RINGS_S = 1


def reports(stack: LocalStack, sid: str) -> list[dict[str, str]]:
    """Return the forms of a call's status callbacks."""
    return [dict(w["form"]) for w in stack.webhooks(sid) if w["purpose"] == "status"]


def statuses(stack: LocalStack, sid: str) -> list[str]:
    """Return the reported statuses in order of arrival."""
    return [form["CallStatus"] for form in reports(stack, sid)]


def ringing(stack: LocalStack, **call: object) -> str:
    """Call the handset through the app; return the SID."""
    sid = stack.function("PlaceCall", {**PLACE, **call}).json()["sid"]
    stack.advance(RINGS_S)
    return sid


def test_a_call_without_content_says_hello_world(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.answer(sid)
    stack.advance(5)

    assert (stack.heard(sid), stack.call(sid)["status"]) == (["Hello World"], "completed")
    assert statuses(stack, sid) == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in reports(stack, sid)] == ["0", "1", "2", "3"]


def test_every_report_is_signed_and_accepted(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.answer(sid)
    stack.advance(5)

    assert {
        (w["signed"], w["status"]) for w in stack.webhooks(sid) if w["purpose"] == "status"
    } == {(True, 204)}


def test_a_message_is_spoken(stack: LocalStack) -> None:
    sid = ringing(stack, message="Tom & Jerry <3")
    stack.answer(sid)
    stack.advance(5)

    assert stack.heard(sid) == ["Tom & Jerry <3"]


def test_a_declined_call_is_busy(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.world(f"calls/{sid}/decline")
    stack.advance(1)

    assert statuses(stack, sid) == ["initiated", "ringing", "busy"]
    assert reports(stack, sid)[-1]["SipResponseCode"] == "486"


def test_an_unanswered_call_ends_after_a_minute(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.advance(59)
    before = stack.call(sid)["status"]
    stack.advance(1)

    assert (before, stack.call(sid)["status"]) == ("ringing", "no-answer")


def test_a_hangup_stops_the_speech(stack: LocalStack) -> None:
    sid = ringing(stack, message="A very long sentence. " * 20)
    stack.answer(sid)
    stack.advance(2)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(1)

    assert stack.call(sid)["status"] == "completed"
    assert reports(stack, sid)[-1]["CallDuration"] == "2"


def test_the_duration_in_minutes_is_rounded_up(stack: LocalStack) -> None:
    sid = stack.place_call(
        "<Response><Pause length='61'/></Response>",
        StatusCallback=f"{stack.functions_url}/api/OnCallStatus",
    )
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(70)

    [last] = reports(stack, sid)
    assert (last["Duration"], last["CallDuration"], last["SequenceNumber"]) == ("2", "61", "0")


def test_canceling_a_queued_call_reports_nothing(stack: LocalStack) -> None:
    sid = stack.function("PlaceCall", PLACE).json()["sid"]
    answer = stack.rest("POST", f"Calls/{sid}.json", {"Status": "canceled"})
    stack.advance(1)

    assert (answer.json()["status"], statuses(stack, sid)) == ("canceled", [])


def test_a_live_call_can_be_redirected(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='600'/></Response>")
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(1)
    stack.rest("POST", f"Calls/{sid}.json", {"Twiml": "<Response><Say>Elsewhere</Say></Response>"})
    stack.advance(5)

    assert (stack.heard(sid), stack.call(sid)["status"]) == (["Elsewhere"], "completed")


def test_canceling_a_call_while_it_is_dialed_reports_the_end(stack: LocalStack) -> None:
    sid = stack.function("PlaceCall", PLACE).json()["sid"]
    stack.advance(0.2)
    stack.rest("POST", f"Calls/{sid}.json", {"Status": "canceled"})
    stack.advance(1)

    assert statuses(stack, sid) == ["initiated", "canceled"]


def test_a_ringing_call_can_be_ended_by_the_api(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.rest("POST", f"Calls/{sid}.json", {"Status": "completed"})
    stack.advance(1)

    assert statuses(stack, sid) == ["initiated", "ringing", "canceled"]


def test_hanging_up_a_ringing_handset_declines(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(1)

    assert stack.call(sid)["status"] == "busy"


class TestRedirectingALiveCall:
    """POST Calls/{sid} with new instructions."""

    def live(self, stack: LocalStack, twiml: str, **parameters: str) -> str:
        sid = stack.place_call(twiml, **parameters)
        stack.advance(RINGS_S)
        stack.answer(sid)
        stack.advance(1)
        return sid

    def send_to(self, stack: LocalStack, sid: str, twiml: str) -> None:
        stack.rest("POST", f"Calls/{sid}.json", {"Twiml": twiml}).raise_for_status()
        stack.advance(0)

    def test_the_time_limit_continues(self, stack: LocalStack) -> None:
        pause = "<Response><Pause length='600'/></Response>"
        sid = self.live(stack, pause, TimeLimit="10")
        self.send_to(stack, sid, pause)
        stack.advance(9)

        assert stack.call(sid)["status"] == "completed"

    def test_a_gather_ends_and_the_new_one_listens(self, stack: LocalStack) -> None:
        action = f"{stack.functions_url}/api/TwimlMessage?Message=Second"
        gather = f"<Response><Gather timeout='60' numDigits='1' action='{action}'/></Response>"
        sid = self.live(stack, gather)
        self.send_to(stack, sid, gather)
        listening = stack.call(sid)["wants"]
        stack.press(sid, "1")
        stack.advance(5)

        assert (listening, stack.heard(sid)) == (["keys"], ["Second"])

    def test_a_relative_url_in_inline_twiml_is_invalid(self, stack: LocalStack) -> None:
        sid = stack.ring()
        stack.advance(0)
        self.send_to(stack, sid, "<Response><Redirect>next</Redirect></Response>")

        assert [alert["code"] for alert in stack.alerts()] == [11100]

    def test_only_a_call_in_progress_can_be_redirected(self, stack: LocalStack) -> None:
        sid = ringing(stack)
        twiml = {"Twiml": "<Response/>"}
        early = stack.rest("POST", f"Calls/{sid}.json", twiml)
        stack.world(f"calls/{sid}/decline")
        stack.advance(1)
        late = stack.rest("POST", f"Calls/{sid}.json", twiml)

        assert [answer.json()["code"] for answer in (early, late)] == [21220, 21220]


def test_a_call_to_the_apps_own_number_fails_with_a_reason(stack: LocalStack) -> None:
    sid = stack.function("PlaceCall", {"to": LINE}).json()["sid"]
    stack.advance(1)

    assert stack.call(sid)["status"] == "failed"
    assert [alert["kind"] for alert in stack.alerts()] == ["emulator"]


def test_the_time_limit_ends_a_call(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='600'/></Response>", TimeLimit="10")
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(10)

    assert stack.rest("GET", f"Calls/{sid}.json").json()["duration"] == "10"


def test_a_caller_of_the_line_hears_hello_world(stack: LocalStack) -> None:
    sid = stack.ring()
    stack.advance(5)

    call = stack.call(sid)
    [webhook] = stack.webhooks(sid)
    assert (stack.heard(sid), call["status"], call["direction"]) == (
        ["Hello World"],
        "completed",
        "inbound",
    )
    assert dict(webhook["form"])["CallStatus"] == "ringing"


def test_the_number_decides_what_handles_its_calls(stack: LocalStack) -> None:
    url = f"{stack.functions_url}/api/TwimlMessage?Message=We+are+closed."
    stack.line_goes_to(VoiceUrl=url, VoiceMethod="GET")
    sid = stack.ring()
    stack.advance(5)

    assert (stack.heard(sid), stack.webhooks(sid)[0]["method"]) == (["We are closed."], "GET")


def test_the_numbers_status_callback_gets_the_end_of_an_incoming_call(stack: LocalStack) -> None:
    stack.line_goes_to(StatusCallback=f"{stack.functions_url}/api/OnCallStatus")
    sid = stack.ring()
    stack.advance(5)

    assert [(form["CallStatus"], form["To"]) for form in reports(stack, sid)] == [
        ("completed", LINE)
    ]


@pytest.mark.parametrize("action", ["answer", "decline"])
def test_an_ended_call_cannot_be_answered(stack: LocalStack, action: str) -> None:
    sid = ringing(stack)
    stack.world(f"calls/{sid}/decline")

    with pytest.raises(requests.HTTPError, match="409"):
        stack.world(f"calls/{sid}/{action}")


def test_the_timeline_shows_only_written_attributes_of_say(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Say>One</Say><Say language='pl-PL'>Two</Say></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(5)

    spoken = [entry for entry in stack.call(sid)["timeline"] if entry["name"] == "Say"]
    assert [entry["attributes"] for entry in spoken] == [{}, {"language": "pl-PL"}]
