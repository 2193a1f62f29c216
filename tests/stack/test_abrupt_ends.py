"""What a verb's action gets when the call ends in the middle of the verb."""

from typing import TYPE_CHECKING

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

LEG = "+12025550124"
CALLER = "+12025550131"


def in_call(stack: LocalStack, document: str, person: str = CALLER, **parameters: str) -> str:
    """Place a call that is answered and runs this document; return the SID."""
    sid = stack.place_call(f"<Response>{document}</Response>", To=person, **parameters)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)
    return sid


def action_fields(web_server: "WebServer", prefix: str) -> dict[str, str]:
    """Return the fields with a prefix from the only request to the action."""
    (request,) = web_server.asked("/action")
    return {name: value for name, value in request.form.items() if name.startswith(prefix)}


@pytest.mark.parametrize(
    ("verb", "field", "value", "status"),
    [
        ("<Record {}/>", "Digits", "hangup", "completed"),
        ("<Enqueue {}>support</Enqueue>", "QueueResult", "hangup", "in-progress"),
        (f"<Dial {{}}>{LEG}</Dial>", "DialCallStatus", "canceled", "completed"),
        (
            "<Dial {}><Conference>room</Conference></Dial>",
            "DialCallStatus",
            "answered",
            "completed",
        ),
    ],
)
def test_the_time_limit_of_a_call_is_reported_like_a_hangup(
    stack: LocalStack, web_server: "WebServer", verb: str, field: str, value: str, status: str
) -> None:
    action = web_server.twiml("/action", "<Response><Say>Unheard</Say></Response>")
    sid = in_call(stack, verb.format(f"action='{action}'"), TimeLimit="10")
    stack.advance(20)

    assert action_fields(web_server, field)[field] == value
    assert action_fields(web_server, "CallStatus") == {"CallStatus": status}
    assert stack.rest("GET", f"Calls/{sid}.json").json()["duration"] == "10"
    assert stack.heard(sid) == []


def test_the_time_limit_includes_machine_detection(stack: LocalStack) -> None:
    sid = stack.place_call(
        "<Response><Say>Late</Say></Response>", TimeLimit="3", MachineDetection="DetectMessageEnd"
    )
    stack.advance(1)
    stack.world(f"calls/{sid}/answer", {"machine": True})
    stack.advance(20)

    assert stack.rest("GET", f"Calls/{sid}.json").json()["duration"] == "3"
    assert stack.heard(sid) == []


class TestHangupDuringDial:
    def dialed(self, stack: LocalStack, web_server: "WebServer") -> tuple[str, str]:
        """Return the SIDs of a call and of the leg that it dialed."""
        action = web_server.twiml("/action", "<Response/>")
        sid = in_call(stack, f"<Dial action='{action}'>{LEG}</Dial>")
        (leg,) = stack.legs(sid)
        return sid, leg

    def test_hangup_while_ringing_is_reported_as_canceled(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        sid, leg = self.dialed(stack, web_server)
        stack.hang_up(sid)
        stack.advance(0)

        assert action_fields(web_server, "Dial") == {
            "DialCallStatus": "canceled",
            "DialCallSid": leg,
            "DialBridged": "false",
        }

    def test_hangup_after_a_conversation_is_reported_with_its_length(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        sid, leg = self.dialed(stack, web_server)
        stack.answer(leg)
        stack.advance(12)
        stack.hang_up(sid)
        stack.advance(0)

        assert action_fields(web_server, "Dial") == {
            "DialCallStatus": "completed",
            "DialCallSid": leg,
            "DialCallDuration": "12",
            "DialBridged": "true",
        }

    def test_hangup_of_an_agent_is_reported_with_the_caller(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        caller = in_call(stack, "<Enqueue>support</Enqueue>")
        action = web_server.twiml("/action", "<Response/>")
        agent = in_call(stack, f"<Dial action='{action}'><Queue>support</Queue></Dial>", LEG)
        stack.advance(7)
        stack.hang_up(agent)
        stack.advance(0)

        assert action_fields(web_server, "Dial")["DialCallSid"] == caller
        assert action_fields(web_server, "Dequeue")["DequeuedCallDuration"] == "8"

    def test_star_while_ringing_does_not_disconnect_later(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        sid = in_call(stack, f"<Dial hangupOnStar='true'>{LEG}</Dial>")
        (leg,) = stack.legs(sid)
        stack.press(sid, "*")
        stack.answer(leg)
        stack.advance(1)

        assert stack.call(sid)["connected_to"] == leg

    def test_a_long_time_limit_applies_to_the_leg(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        action = web_server.twiml("/action", "<Response/>")
        dial = f"<Dial timeLimit='20000' action='{action}'>{LEG}</Dial>"
        sid = in_call(stack, dial, TimeLimit="80000")
        stack.answer(stack.legs(sid)[0])
        stack.advance(21000)

        assert action_fields(web_server, "DialCallDuration") == {"DialCallDuration": "20000"}

    def test_a_whisper_ends_with_the_time_limit_of_its_leg(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        whisper = web_server.twiml("/whisper", "<Response><Pause length='60'/></Response>")
        sid = in_call(
            stack, f"<Dial><Number url='{whisper}'>{LEG}</Number></Dial><Say>Not connected</Say>"
        )
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.rest("POST", f"Calls/{leg}.json", {"TimeLimit": "5"}).raise_for_status()
        stack.advance(6)

        assert stack.call(leg)["status"] == "completed"
        assert stack.heard(sid) == ["Not connected"]
