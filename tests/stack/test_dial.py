"""Dial: a call that rings other phones, by the rules of Twilio's documents."""

import pytest

from emulator.testing import LocalStack

FIRST, SECOND = "+12025550124", "+12025550125"


def dialling(stack: LocalStack, attributes: str = "", inside: str = FIRST, after: str = "") -> str:
    """Call the line, which dials; return the SID of the call."""
    document = f"<Response><Dial {attributes}>{inside}</Dial>{after}</Response>"
    sid = stack.place_call(document)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)
    return sid


def legs(stack: LocalStack, sid: str) -> list[str]:
    """Return the SIDs of the calls that a call has dialled."""
    return [leg["sid"] for leg in stack.call(sid)["legs"][1:]]


class TestOneNumber:
    @pytest.mark.covers("Dial", "Number")
    def test_the_two_are_connected_until_the_called_one_hangs_up(self, stack: LocalStack) -> None:
        sid = dialling(stack, after="<Say>Bye</Say>")
        (leg,) = legs(stack, sid)
        stack.answer(leg)
        stack.advance(10)
        connected = stack.call(sid)["connected_to"], stack.call(leg)["connected_to"]
        stack.world(f"calls/{leg}/hangup")
        stack.advance(5)

        assert connected == (leg, sid)
        assert stack.heard(sid) == ["Bye"]
        assert [stack.call(one)["status"] for one in (sid, leg)] == ["completed", "completed"]

    def test_the_leg_ends_with_the_caller(self, stack: LocalStack) -> None:
        sid = dialling(stack)
        (leg,) = legs(stack, sid)
        stack.answer(leg)
        stack.advance(3)
        stack.world(f"calls/{sid}/hangup")
        stack.advance(0)

        assert stack.call(leg)["status"] == "completed"

    def test_a_leg_that_rings_is_cancelled_when_the_caller_hangs_up(
        self, stack: LocalStack
    ) -> None:
        sid = dialling(stack)
        stack.world(f"calls/{sid}/hangup")
        stack.advance(0)

        assert [stack.call(leg)["status"] for leg in legs(stack, sid)] == ["canceled"]
