"""Dial: a call that rings other phones, according to Twilio's docs."""

from typing import Any

import pytest

from deskphone.values import LINE, LINE_SID
from local_stack.testing import LocalStack

FIRST, SECOND = "+12025550124", "+12025550125"
TWO = f"<Number>{FIRST}</Number><Number>{SECOND}</Number>"


def dialing(stack: LocalStack, attributes: str = "", inside: str = FIRST, after: str = "") -> str:
    """Place a call that dials as soon as it is answered; return its SID."""
    document = f"<Response><Dial {attributes}>{inside}</Dial>{after}</Response>"
    sid = stack.place_call(document)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)
    return sid


def statuses(stack: LocalStack, *sids: str) -> list[str]:
    return [stack.call(sid)["status"] for sid in sids]


def hang_up(stack: LocalStack, sid: str) -> None:
    stack.world(f"calls/{sid}/hangup")
    stack.advance(1)


def action(stack: LocalStack, query: str = "") -> str:
    """Return the URL of a function that serves as a Dial's action."""
    return f"action='{stack.functions_url}/api/TwimlMessage?Message=Done{query}'"


def reported(stack: LocalStack, sid: str) -> dict[str, str]:
    """Return the fields of a call's last request for instructions."""
    asked = [one for one in stack.webhooks(sid) if one["purpose"] == "instructions"]
    return dict(map(tuple, asked[-1]["form"]))


class TestOneNumber:
    @pytest.mark.covers("Dial", "Number")
    def test_both_are_connected_until_the_callee_hangs_up(self, stack: LocalStack) -> None:
        sid = dialing(stack, after="<Say>Bye</Say>")
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(10)
        connected = stack.call(sid)["connected_to"], stack.call(leg)["connected_to"]
        hang_up(stack, leg)
        stack.advance(5)

        assert connected == (leg, sid)
        assert stack.heard(sid) == ["Bye"]
        assert statuses(stack, sid, leg) == ["completed", "completed"]

    def test_the_leg_ends_with_the_caller(self, stack: LocalStack) -> None:
        sid = dialing(stack)
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(3)
        hang_up(stack, sid)

        assert statuses(stack, leg) == ["completed"]

    def test_a_ringing_leg_is_canceled_when_the_caller_hangs_up(self, stack: LocalStack) -> None:
        sid = dialing(stack)
        hang_up(stack, sid)

        assert statuses(stack, *stack.legs(sid)) == ["canceled"]

    def test_the_called_handset_shows_the_call(self, stack: LocalStack) -> None:
        sid = dialing(stack)
        [call] = stack.look(f"handsets/{FIRST}")["calls"]

        assert (call["parent_sid"], call["direction"]) == (sid, "outbound-dial")

    def test_the_leg_names_the_number_of_the_account_that_calls(self, stack: LocalStack) -> None:
        (leg,) = stack.legs(dialing(stack))
        call = stack.rest("GET", f"Calls/{leg}.json").json()

        assert (call["from"], call["phone_number_sid"]) == (LINE, LINE_SID)

    def test_a_national_number_is_dialed_in_the_united_states(self, stack: LocalStack) -> None:
        sid = dialing(stack, inside="202-555-0124")

        assert [leg["number"] for leg in stack.call(sid)["legs"][1:]] == [FIRST]

    def test_an_invalid_number_is_a_warning_and_fails(self, stack: LocalStack) -> None:
        sid = dialing(stack, action(stack), "next door")

        assert [alert["code"] for alert in stack.alerts()] == [13223]
        assert reported(stack, sid)["DialCallStatus"] == "failed"

    @pytest.mark.parametrize("number", ["+6931234567", "+12385550123", "+12025551234"])
    def test_a_number_that_twilio_never_reaches_is_an_error_and_fails(
        self, stack: LocalStack, number: str
    ) -> None:
        sid = dialing(stack, action(stack), number)

        assert [(one["code"], one["level"]) for one in stack.alerts()] == [(13224, "error")]
        assert stack.legs(sid) == []
        assert reported(stack, sid)["DialCallStatus"] == "failed"


class TestTheAction:
    @pytest.mark.covers("Dial.action", "Dial.method")
    def test_it_gets_the_result_of_the_conversation(self, stack: LocalStack) -> None:
        sid = dialing(stack, action(stack) + " method='POST'", after="<Say>Unreachable</Say>")
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(42)
        hang_up(stack, leg)
        stack.advance(5)
        form = reported(stack, sid)

        assert {name: value for name, value in form.items() if name.startswith("Dial")} == {
            "DialCallStatus": "completed",
            "DialCallSid": leg,
            "DialCallDuration": "42",
            "DialBridged": "true",
        }
        assert stack.heard(sid) == ["Done"]

    def test_it_is_requested_even_after_the_caller_hung_up(self, stack: LocalStack) -> None:
        sid = dialing(stack, action(stack))
        hang_up(stack, sid)

        form = reported(stack, sid)
        assert (form["DialCallStatus"], form["CallStatus"]) == ("canceled", "completed")
        assert stack.heard(sid) == []

    @pytest.mark.parametrize(
        ("step", "status"), [("decline", "busy"), ("hangup", "busy"), (None, "no-answer")]
    )
    def test_it_gets_the_reason_for_no_answer(
        self, stack: LocalStack, step: str | None, status: str
    ) -> None:
        sid = dialing(stack, action(stack))
        (leg,) = stack.legs(sid)
        if step:
            stack.world(f"calls/{leg}/{step}")
        stack.advance(40)

        assert reported(stack, sid)["DialCallStatus"] == status
        assert reported(stack, sid)["DialBridged"] == "false"

    def test_no_answer_outweighs_a_busy_line(self, stack: LocalStack) -> None:
        sid = dialing(stack, action(stack), TWO)
        stack.world(f"calls/{stack.legs(sid)[0]}/decline")
        stack.advance(40)

        assert reported(stack, sid)["DialCallStatus"] == "no-answer"


class TestTimes:
    @pytest.mark.covers("Dial.timeout")
    def test_it_rings_five_seconds_longer_than_its_timeout(self, stack: LocalStack) -> None:
        sid = dialing(stack, "timeout='10'", after="<Say>Unanswered</Say>")
        stack.advance(13)
        before = stack.heard(sid)
        stack.advance(2)

        assert (before, stack.heard(sid)) == ([], ["Unanswered"])

    @pytest.mark.parametrize(
        ("timeout", "codes"), [("4", [13212]), ("5", []), ("600", []), ("601", [13212])]
    )
    def test_its_timeout_is_between_five_seconds_and_ten_minutes(
        self, stack: LocalStack, timeout: str, codes: list[int]
    ) -> None:
        dialing(stack, f"timeout='{timeout}'")

        assert [alert["code"] for alert in stack.alerts()] == codes

    @pytest.mark.covers("Dial.timeLimit")
    def test_its_time_limit_ends_the_conversation(self, stack: LocalStack) -> None:
        sid = dialing(stack, "timeLimit='20'", after="<Say>Time is up</Say>")
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(21)

        assert (stack.heard(sid), statuses(stack, leg)) == (["Time is up"], ["completed"])


class TestSeveralNumbers:
    def test_all_ring_and_the_first_to_answer_wins(self, stack: LocalStack) -> None:
        sid = dialing(stack, inside=TWO)
        first, second = stack.legs(sid)
        ringing = statuses(stack, first, second)
        stack.answer(second)
        stack.advance(1)

        assert ringing == ["ringing", "ringing"]
        assert statuses(stack, first, second) == ["canceled", "in-progress"]
        assert stack.call(sid)["connected_to"] == second

    def test_the_others_keep_ringing_after_one_declines(self, stack: LocalStack) -> None:
        sid = dialing(stack, inside=TWO)
        first, second = stack.legs(sid)
        stack.world(f"calls/{first}/decline")
        stack.advance(1)

        assert statuses(stack, sid, first, second) == ["in-progress", "busy", "ringing"]

    @pytest.mark.covers("Dial.sequential")
    def test_they_can_ring_in_sequence(self, stack: LocalStack) -> None:
        sid = dialing(stack, "sequential='true' timeout='10'", TWO)
        before = len(stack.legs(sid))
        stack.advance(16)
        first, second = stack.legs(sid)

        assert before == 1
        assert statuses(stack, first, second) == ["no-answer", "ringing"]

    def test_a_number_with_an_invalid_whisper_is_left_out(self, stack: LocalStack) -> None:
        bad = f"<Number url='ftp://example.com'>{FIRST}</Number>"
        sid = dialing(stack, action(stack), bad + f"<Number>{SECOND}</Number>")
        (leg,) = stack.legs(sid)
        alone = dialing(stack, action(stack), bad)

        assert (stack.call(leg)["to"], statuses(stack, leg)) == (SECOND, ["ringing"])
        assert reported(stack, alone)["DialCallStatus"] == "failed"
        assert [alert["code"] for alert in stack.alerts()] == [11100, 11100]

    def test_only_ten_numbers_ring(self, stack: LocalStack) -> None:
        many = "".join(f"<Number>+120255501{count:02d}</Number>" for count in range(30, 41))
        sid = dialing(stack, inside=many)

        assert len(stack.legs(sid)) == 10
        assert [alert["code"] for alert in stack.alerts()] == [12200]


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (TWO, f"{FIRST}, {SECOND}"),
        ("<Queue>support</Queue>", "queue support"),
        ("<Conference>room</Conference>", "conference room"),
    ],
)
def test_the_timeline_shows_the_dialed_number(stack: LocalStack, inside: str, shown: str) -> None:
    timeline = stack.call(dialing(stack, inside=inside))["timeline"]

    assert [entry["text"] for entry in timeline if entry["name"] == "Dial"] == [shown]


class TestTheCaller:
    @pytest.mark.covers("Dial.callerId")
    def test_the_default_caller_id_is_the_callers_number(self, stack: LocalStack) -> None:
        caller = "+12025550177"
        stack.line_answers(f"<Response><Dial>{FIRST}</Dial></Response>")
        sid = stack.ring(caller)
        stack.advance(1)
        other = dialing(stack, "callerId='+12025550100'")

        (leg,), (other_leg,) = stack.legs(sid), stack.legs(other)
        assert (stack.call(leg)["from"], stack.call(other_leg)["from"]) == (caller, "+12025550100")

    def test_the_caller_id_may_be_another_number_of_the_account(self, stack: LocalStack) -> None:
        stack.world("numbers", {"number": "+12025550188"})
        (leg,) = stack.legs(dialing(stack, "callerId='+12025550188'"))

        assert (stack.call(leg)["from"], stack.alerts()) == ("+12025550188", [])

    def test_a_strangers_number_is_an_invalid_caller_id(self, stack: LocalStack) -> None:
        sid = dialing(stack, f"callerId='+12025550166' {action(stack)}")

        assert [alert["code"] for alert in stack.alerts()] == [13214]
        assert stack.legs(sid) == []
        assert reported(stack, sid)["DialCallStatus"] == "failed"

    @pytest.mark.covers("Dial.hangupOnStar")
    @pytest.mark.parametrize(("attribute", "is_over"), [("true", True), ("false", False)])
    def test_star_ends_the_conversation_if_enabled(
        self, stack: LocalStack, attribute: str, is_over: bool
    ) -> None:
        sid = dialing(stack, f"hangupOnStar='{attribute}'", after="<Say>Next</Say>")
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(3)
        stack.press(sid, "1*")
        stack.advance(1)

        assert (stack.heard(sid) == ["Next"], statuses(stack, leg) == ["completed"]) == (
            is_over,
            is_over,
        )

    @pytest.mark.covers("Dial.answerOnBridge")
    @pytest.mark.parametrize(
        ("attribute", "before"), [("false", "in-progress"), ("true", "ringing")]
    )
    def test_an_incoming_call_may_keep_ringing_until_the_answer(
        self, stack: LocalStack, attribute: str, before: str
    ) -> None:
        dial = f"<Dial answerOnBridge='{attribute}'>{FIRST}</Dial>"
        stack.line_answers(f"<Response>{dial}</Response>")
        sid = stack.ring()
        stack.advance(3)
        status = stack.call(sid)["status"]
        stack.answer(stack.legs(sid)[0])
        stack.advance(1)

        assert (status, stack.call(sid)["status"]) == (before, "in-progress")

    def test_a_call_abandoned_before_the_answer_is_no_answer(self, stack: LocalStack) -> None:
        stack.line_answers(f"<Response><Dial answerOnBridge='true'>{FIRST}</Dial></Response>")
        sid = stack.ring()
        stack.advance(3)
        stack.hang_up(sid)
        stack.advance(0)

        assert stack.call(sid)["status"] == "no-answer"


class TestTheCalledSide:
    def whisper(self, stack: LocalStack, document: str) -> tuple[str, str]:
        """Dial with a whisper and answer; return the SIDs of the call and the leg."""
        url = stack.twiml_url(document)
        sid = dialing(stack, action(stack), f"<Number url='{url}'>{FIRST}</Number>")
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(1)
        return sid, leg

    @pytest.mark.covers("Number.url", "Number.method")
    def test_the_whisper_plays_before_the_connection(self, stack: LocalStack) -> None:
        sid, leg = self.whisper(stack, "<Response><Pause length='8'/></Response>")
        before = stack.call(sid)["connected_to"]
        stack.advance(9)
        asked = dict(map(tuple, stack.webhooks(leg)[0]["form"]))

        assert (before, stack.call(sid)["connected_to"]) == (None, leg)
        assert (asked["CallSid"], asked["ParentCallSid"]) == (leg, sid)

    def test_a_whisper_that_hangs_up_refuses_the_call(self, stack: LocalStack) -> None:
        sid, leg = self.whisper(stack, "<Response><Hangup/></Response>")
        stack.advance(2)

        assert statuses(stack, leg) == ["completed"]
        assert reported(stack, sid)["DialCallStatus"] == "no-answer"

    def test_a_whisper_may_not_dial(self, stack: LocalStack) -> None:
        sid, leg = self.whisper(stack, "<Response><Dial>+12025550177</Dial></Response>")

        assert [alert["code"] for alert in stack.alerts()] == [13201]
        assert stack.call(sid)["connected_to"] == leg

    def test_an_immediate_answer_is_connected(self, stack: LocalStack) -> None:
        sid = stack.place_call(f"<Response><Dial>{FIRST}</Dial></Response>")
        stack.advance(1)
        stack.answer(sid)
        stack.advance(0)
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(1)

        assert statuses(stack, sid, leg) == ["in-progress", "in-progress"]

    @pytest.mark.covers("Number.sendDigits")
    def test_digits_are_sent_first(self, stack: LocalStack) -> None:
        sid = dialing(stack, inside=f"<Number sendDigits='wW12'>{FIRST}</Number>")
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(1)
        before = stack.call(sid)["connected_to"]
        stack.advance(2)

        assert (before, stack.call(sid)["connected_to"]) == (None, leg)

    def test_only_its_end_is_reported_by_default(self, stack: LocalStack) -> None:
        url = f"{stack.functions_url}/api/OnCallStatus"
        noun = f"<Number statusCallback='{url}'>{FIRST}</Number>"
        (leg,) = stack.legs(dialing(stack, inside=noun))
        stack.answer(leg)
        hang_up(stack, leg)

        (report,) = stack.webhooks(leg)
        assert ["CallStatus", "completed"] in report["form"]

    @pytest.mark.covers(
        "Number.statusCallback", "Number.statusCallbackEvent", "Number.statusCallbackMethod"
    )
    def test_the_requested_events_are_reported(self, stack: LocalStack) -> None:
        url = f"{stack.functions_url}/api/OnCallStatus"
        events = "initiated ringing answered completed"
        noun = (
            f"<Number statusCallback='{url}' statusCallbackMethod='POST' "
            f"statusCallbackEvent='{events}'>{FIRST}</Number>"
        )
        sid = dialing(stack, inside=noun)
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(3)
        hang_up(stack, leg)
        reports: list[dict[str, Any]] = [
            dict(map(tuple, one["form"])) for one in stack.webhooks(leg)
        ]

        assert [report["CallStatus"] for report in reports] == [
            "initiated",
            "ringing",
            "in-progress",
            "completed",
        ]
        assert {(report["Direction"], report["ParentCallSid"]) for report in reports} == {
            ("outbound-dial", sid)
        }


class TestRestUpdates:
    def test_a_redirected_leg_continues_without_its_caller(self, stack: LocalStack) -> None:
        sid = dialing(stack, action(stack))
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(3)
        twiml = "<Response><Say>Elsewhere</Say><Pause length='60'/></Response>"
        stack.rest("POST", f"Calls/{leg}.json", {"Twiml": twiml}).raise_for_status()
        stack.advance(3)

        assert (stack.heard(leg), statuses(stack, leg)) == (["Elsewhere"], ["in-progress"])
        assert stack.heard(sid) == ["Done"]
        assert "DialCallDuration" not in reported(stack, sid)

    def test_a_redirected_caller_leaves_the_leg(self, stack: LocalStack) -> None:
        sid = dialing(stack)
        (leg,) = stack.legs(sid)
        stack.answer(leg)
        stack.advance(3)
        twiml = "<Response><Say>Elsewhere</Say></Response>"
        stack.rest("POST", f"Calls/{sid}.json", {"Twiml": twiml}).raise_for_status()
        stack.advance(3)

        assert (stack.heard(sid), statuses(stack, leg)) == (["Elsewhere"], ["completed"])

    def test_a_leg_canceled_by_the_rest_api_is_reported_as_canceled(
        self, stack: LocalStack
    ) -> None:
        sid = dialing(stack, action(stack))
        (leg,) = stack.legs(sid)
        stack.rest("POST", f"Calls/{leg}.json", {"Status": "canceled"}).raise_for_status()
        stack.advance(1)

        assert reported(stack, sid)["DialCallStatus"] == "canceled"

    def test_the_legs_are_found_by_their_parent(self, stack: LocalStack) -> None:
        sid = dialing(stack, inside=TWO)
        found = stack.rest("GET", f"Calls.json?ParentCallSid={sid}").json()["calls"]

        assert {call["sid"] for call in found} == set(stack.legs(sid))
        assert {call["parent_call_sid"] for call in found} == {sid}


class TestWhatIsNotEmulated:
    @pytest.mark.parametrize("noun", ["Sip", "Sim", "Application", "WhatsApp"])
    def test_a_noun_that_is_not_emulated_stops_the_call_by_name(
        self, stack: LocalStack, noun: str
    ) -> None:
        sid = dialing(stack, inside=f"<{noun}>x</{noun}>")
        [alert] = stack.alerts()

        assert (alert["kind"], statuses(stack, sid)) == ("emulator", ["completed"])
        assert f"<{noun}>" in alert["message"]
