"""Calls that a browser makes through a TwiML application."""

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from tests.deskphone.browser.softphone import Exchange, Softphone, sdp_of, with_browsers

TALK = "<Say>Hello.</Say><Pause length='600'/>"


async def caller(line: Exchange, document: str = TALK, identity: str = "alice") -> Softphone:
    """Return a Device with an application that plays this document."""
    return await line.device(identity, application=await line.application(document))


def test_a_call_rings_and_is_answered_with_sdp() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line)
        await phone.connect()

        sid = (await phone.next("ringing"))["callsid"]
        answer = await phone.next("answer")

        assert (answer["callsid"], line.status(sid)) == (sid, "in-progress")
        assert answer["sdp"].startswith("answer")
        assert answer["reconnect"]
        assert line.media[0].events == ["answered"]

    with_browsers(use)


def test_the_application_gets_the_caller_and_the_parameters() -> None:
    async def use(line: Exchange) -> None:
        params = {"To": "secret", "Room": "token's"}
        outgoing = {"application_sid": await line.application(TALK), "params": params}
        phone = await line.device("alice", voice={"outgoing": outgoing})
        given = "To=%2B12025550123&Color=red&Color=blue&a%2Bb=%E6%88%91%20%26&Room=page"
        await phone.send("invite", callsid="T", sdp=sdp_of("A"), twilio={"params": given})
        await phone.next("answer")

        asked = parse_qs(line.world.bodies[0])
        assert {name: asked[name] for name in ("From", "To", "Color", "a+b", "Room")} == {
            "From": ["client:alice"],
            "To": ["secret"],
            "Color": ["blue"],
            "a+b": ["我 &"],
            "Room": ["token's"],
        }

    with_browsers(use)


def test_a_caller_needs_no_identity() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, identity="")
        await phone.connect()
        await phone.next("answer")

        assert parse_qs(line.world.bodies[0])["From"] == ["client:Anonymous"]

    with_browsers(use)


def test_the_caller_of_a_plain_dial_is_answered_only_when_somebody_answers() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Dial>+12025550123</Dial>")
        await phone.connect()
        sid = (await phone.next("ringing"))["callsid"]
        assert (await phone.next("ringing"))["sdp"].startswith("answer")
        await line.world.clock.advance(3)
        assert await phone.kinds() == []

        [leg] = line.world.emulator.store.children(sid)
        line.world.emulator.network.exchange.answer(leg.sid)
        answer = await phone.next("answer")

        assert "sdp" not in answer
        assert answer["reconnect"]

    with_browsers(use)


def test_the_caller_of_a_dial_that_fails_is_never_answered() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Dial timeout='5'>+12025550123</Dial>")
        await phone.connect()
        await phone.next("ringing")
        await phone.next("ringing")
        await line.world.clock.advance(20)

        assert (await phone.next("hangup")).keys() == {"callsid"}
        assert await phone.kinds() == []

    with_browsers(use)


def test_what_follows_a_dial_that_failed_answers_the_caller() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Dial timeout='5'>+12025550123</Dial><Say>Nobody.</Say>")
        await phone.connect()
        await phone.next("ringing")
        await phone.next("ringing")
        await line.world.clock.advance(10.5)

        await phone.next("answer")

    with_browsers(use)


def test_the_end_of_the_document_hangs_up() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Say>Bye.</Say>")
        await phone.connect()
        sid = (await phone.next("answer"))["callsid"]
        await line.world.clock.advance(3)

        assert await phone.next("hangup") == {"callsid": sid}
        assert line.media[0].events == ["answered", "closed"]

    with_browsers(use)


def test_the_browser_hangs_up() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line)
        await phone.connect()
        sid = (await phone.next("answer"))["callsid"]
        await phone.send("hangup", callsid=sid)

        assert await phone.kinds() == ["ringing"]
        assert line.status(sid) == "completed"

    with_browsers(use)


def test_a_call_can_be_hung_up_by_its_temporary_name() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Dial>+12025550123</Dial>")
        await phone.connect("TJS7")
        sid = (await phone.next("ringing"))["callsid"]
        await phone.send("hangup", callsid="TJS7")
        await phone.kinds()

        assert line.status(sid) in ("no-answer", "completed")

    with_browsers(use)


@pytest.mark.parametrize(
    ("document", "code"),
    [("<Reject/>", 31480), ("<Reject reason='busy'/>", 31486)],
)
def test_a_rejected_call_ends_with_an_error(document: str, code: int) -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, document)
        await phone.connect()
        await phone.next("ringing")

        assert (await phone.next("hangup"))["error"]["code"] in (code, 31486)

    with_browsers(use)


def test_digits_of_the_media_are_keys() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Gather action='/next' numDigits='2'/>")
        await phone.connect()
        await phone.next("answer")
        for digit in "12":
            line.media[0].on_digit(digit)
        await phone.next("hangup")

        assert parse_qs(line.world.bodies[-1])["Digits"] == ["12"]

    with_browsers(use)


def test_digits_of_the_signaling_are_keys_without_their_pauses() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Gather action='/next' numDigits='4'/>")
        await phone.connect()
        sid = (await phone.next("answer"))["callsid"]
        await phone.send("dtmf", callsid=sid, dtmf="1w2W*é#")
        await phone.next("hangup")

        assert parse_qs(line.world.bodies[-1])["Digits"] == ["12*"]

    with_browsers(use)


def test_keys_before_the_answer_are_ignored() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Dial answerOnBridge='true'>+12025550123</Dial>")
        await phone.connect()
        sid = (await phone.next("ringing"))["callsid"]
        await phone.send("dtmf", callsid=sid, dtmf="1")

        assert await phone.kinds() == []
        assert line.world.alerts() == []

    with_browsers(use)


def test_an_ice_restart_is_answered() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line)
        await phone.connect()
        sid = (await phone.next("answer"))["callsid"]
        await phone.send("reinvite", callsid=sid, sdp=sdp_of("A1"))

        assert (await phone.next("answer"))["sdp"] == "restarted"

    with_browsers(use)


@pytest.mark.parametrize(
    ("grant", "code"),
    [({}, 31002), ({"outgoing": {"application_sid": "AP" + "9" * 32}}, 31001)],
)
def test_a_token_without_an_application_makes_no_calls(grant: dict[str, object], code: int) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device("alice", voice=grant)
        await phone.connect("TJS1")

        refused = await phone.next("hangup")

        assert (refused["callsid"], refused["error"]["code"]) == ("TJS1", code)
        assert line.world.alerts() == [code]

    with_browsers(use)


def test_an_application_without_a_url_answers_no_calls() -> None:
    async def use(line: Exchange) -> None:
        _, made = await line.world.rest("POST", "Applications.json", {})
        phone = await line.device("alice", application=made["sid"])
        await phone.connect()

        assert (await phone.next("hangup"))["error"]["code"] == 31404

    with_browsers(use)


def test_an_unusable_sdp_ends_the_call() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line)
        await phone.connect(sdp="nonsense")
        sid = (await phone.next("ringing"))["callsid"]

        assert (await phone.next("hangup"))["error"]["code"] == 31000
        await phone.kinds()
        assert line.status(sid) == "completed"

    with_browsers(use)


def test_an_outgoing_call_cannot_move_to_another_device() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line)
        await phone.connect()
        answer = await phone.next("answer")
        other = await line.device("alice")
        given = {"callsid": answer["callsid"], "reconnect": answer["reconnect"]}
        await other.send("invite", sdp=sdp_of("C3"), **given)

        assert (await other.next("hangup"))["error"]["code"] == 31481
        assert line.status(answer["callsid"]) == "in-progress"

    with_browsers(use)


def test_an_unanswered_call_ends_with_its_socket() -> None:
    async def use(line: Exchange) -> None:
        phone = await caller(line, "<Dial answerOnBridge='true'>+12025550123</Dial>")
        await phone.connect()
        sid = (await phone.next("ringing"))["callsid"]
        await phone.socket.close()
        await until(lambda: line.status(sid) == "no-answer")

    with_browsers(use)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def test_parameters_in_the_token_may_have_half_characters() -> None:
    async def use(line: Exchange) -> None:
        application = await line.application("<Pause length='600'/>")
        outgoing = {"application_sid": application, "params": {"a\ud800": "\udfff b"}}
        phone = await line.device("alice", voice={"outgoing": outgoing})
        await phone.connect()
        await phone.next("ringing")
        await line.world.clock.advance(1)

        assert "a%3F=%3F+b" in line.world.bodies[-1]

    with_browsers(use)
