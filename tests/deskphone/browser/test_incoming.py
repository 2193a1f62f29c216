"""Calls that ring in browsers."""

import pytest

from deskphone.values import ACCOUNT_SID, HANDSETS, LINE
from tests.deskphone.browser.softphone import Exchange, sdp_of, token, with_browsers


def test_an_invite_says_who_calls() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")

        invite = await phone.next("invite")

        assert (invite["callsid"], invite["sdp"]) == (sid, "offer")
        assert invite["parameters"] == {
            "CallSid": sid,
            "From": LINE,
            "To": "client:alice",
            "AccountSid": ACCOUNT_SID,
            "ApiVersion": "2010-04-01",
        }

    with_browsers(use)


def test_parameters_have_raw_names_and_encoded_values() -> None:
    async def use(line: Exchange) -> None:
        bob = await line.registered("bob")
        dial = (
            "<Dial><Client><Identity>bob</Identity><Parameter name='a + b' value='我 &amp; +'/>"
            "<Parameter name='x' value='1'/></Client></Dial>"
        )
        alice = await line.device("alice", application=await line.application(dial))
        await alice.connect()
        await line.world.clock.advance(1)

        parameters = (await bob.next("invite"))["parameters"]

        assert parameters["Params"] == "a + b=%E6%88%91%20%26%20%2B&x=1"
        assert parameters["From"] == "client:alice"
        assert "StirStatus" not in parameters

    with_browsers(use)


def test_a_call_through_the_rest_api_can_have_parameters() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        await line.ring("client:alice?ticket=4%202")

        parameters = (await phone.next("invite"))["parameters"]

        assert (parameters["To"], parameters["Params"]) == ("client:alice", "ticket=4%202")

    with_browsers(use)


@pytest.mark.parametrize(
    ("person", "status"),
    [(HANDSETS[0], "TN-Validation-Passed-A"), ("+48221234567", "TN-Validation-Passed-C")],
)
def test_a_caller_from_the_phone_network_is_attested(person: str, status: str) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        emulator = line.world.emulator
        number = emulator.store.number(LINE)
        assert number is not None
        url = line.world.serve("/in", "<Dial><Client>alice</Client></Dial>")
        path = f"IncomingPhoneNumbers/{number.sid}.json"
        await line.world.rest("POST", path, {"VoiceUrl": url})
        number = emulator.store.number(LINE)
        assert number is not None
        emulator.network.exchange.ring(person, number)

        assert (await phone.next("invite"))["parameters"]["StirStatus"] == status

    with_browsers(use)


def test_accepting_answers_the_call() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp=sdp_of("B2"))

        assert (await phone.next("answer"))["reconnect"]
        assert line.status(sid) == "in-progress"
        assert line.media[0].events == ["offered", "accepted"]

    with_browsers(use)


def test_the_first_of_two_devices_wins() -> None:
    async def use(line: Exchange) -> None:
        first, second = await line.registered("alice"), await line.registered("alice")
        sid = await line.ring("client:alice")
        await first.next("invite")
        await second.next("invite")
        await second.send("answer", callsid=sid, sdp=sdp_of("B2"))

        assert await first.next("cancel") == {"callsid": sid}
        await second.next("answer")
        await first.send("answer", callsid=sid, sdp=sdp_of("B3"))
        assert await first.kinds() == []
        assert line.status(sid) == "in-progress"

    with_browsers(use)


def test_a_rejected_call_rings_on_until_the_last_device_rejects_it() -> None:
    async def use(line: Exchange) -> None:
        first, second = await line.registered("alice"), await line.registered("alice")
        sid = await line.ring("client:alice")
        for phone in (first, second):
            await phone.next("invite")
        await first.send("reject", callsid=sid)
        await first.kinds()
        assert line.status(sid) == "ringing"

        await second.send("reject", callsid=sid)
        await second.kinds()
        await line.world.clock.advance(0.1)
        assert line.status(sid) == "busy"

    with_browsers(use)


def test_a_call_that_nobody_accepts_is_canceled() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice", Timeout="20")
        await phone.next("invite")
        await line.world.clock.advance(21)

        assert await phone.next("cancel") == {"callsid": sid}
        assert line.status(sid) == "no-answer"

    with_browsers(use)


def test_the_caller_gives_up() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await line.world.rest("POST", f"Calls/{sid}.json", {"Status": "canceled"})

        assert await phone.next("cancel") == {"callsid": sid}

    with_browsers(use)


def test_the_app_hangs_up() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp=sdp_of("B2"))
        await phone.next("answer")
        await line.world.rest("POST", f"Calls/{sid}.json", {"Status": "completed"})

        assert await phone.next("hangup") == {"callsid": sid}

    with_browsers(use)


def test_the_callee_hangs_up() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp=sdp_of("B2"))
        await phone.next("answer")
        await phone.send("hangup", callsid=sid)

        assert await phone.kinds() == []
        assert line.status(sid) == "completed"

    with_browsers(use)


def test_an_identity_that_left_gets_no_answer_without_waiting() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        await phone.register(audio=False)
        await phone.next("offline")
        dial = "<Dial><Client statusCallback='/told' statusCallbackEvent='ringing'>alice</Client>"
        application = await line.application(f"{dial}</Dial><Say>Nobody.</Say>")
        bob = await line.device("bob", application=application)
        await bob.connect()
        sid = (await bob.next("ringing"))["callsid"]
        await line.world.clock.advance(1)

        assert line.world.heard(sid) == ["Nobody."]
        assert "/told" not in line.world.asked

    with_browsers(use)


def test_an_identity_that_no_browser_registered_rings_on_the_phone_page() -> None:
    async def use(line: Exchange) -> None:
        await line.registered("alice")
        sid = await line.ring("client:bob")
        assert line.status(sid) == "ringing"

        await line.world.pick_up(sid)
        assert line.status(sid) == "in-progress"

    with_browsers(use)


def test_a_second_call_to_a_busy_device_is_delivered() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp=sdp_of("B2"))
        await phone.next("answer")
        second = await line.ring("client:alice")

        assert (await phone.next("invite"))["callsid"] == second

    with_browsers(use)


def test_a_call_answered_on_the_phone_page_stops_ringing_in_browsers() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        line.world.emulator.network.exchange.answer(sid)

        assert await phone.next("cancel") == {"callsid": sid}

    with_browsers(use)


def test_a_call_survives_a_dropped_socket() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp=sdp_of("B2"))
        reconnect = (await phone.next("answer"))["reconnect"]
        await phone.socket.close()
        again = await line.registered("alice")
        given = {"callsid": sid, "sdp": sdp_of("b2"), "reconnect": reconnect, "twilio": {}}
        await again.send("invite", **given)

        assert await again.next("answer") == {"callsid": sid, "reconnect": reconnect}
        await line.world.clock.advance(60)
        assert line.status(sid) == "in-progress"

    with_browsers(use)


def test_a_call_ends_when_its_socket_does_not_come_back() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device("alice")
        await phone.listen(token("alice"), reconnectTimeout=20)
        await phone.register()
        await phone.next("ready")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp=sdp_of("B2"))
        await phone.next("answer")
        await phone.socket.close()
        await line.world.clock.advance(19)
        assert line.status(sid) == "in-progress"

        await line.world.clock.advance(2)
        assert line.status(sid) == "completed"

    with_browsers(use)


def test_a_device_that_vanishes_while_it_rings_ends_with_no_answer() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.socket.close()
        await line.world.clock.advance(6)

        assert line.status(sid) == "no-answer"

    with_browsers(use)


def test_another_device_of_the_identity_takes_a_ringing_call_over() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        reconnect = (await phone.next("invite"))["reconnect"]
        other = await line.device("alice")
        given = {"callsid": sid, "sdp": sdp_of("C3"), "reconnect": reconnect, "twilio": {}}
        await other.send("invite", **given)

        assert (await other.next("answer"))["sdp"].startswith("answer")
        assert await phone.next("cancel") == {"callsid": sid}
        assert line.status(sid) == "in-progress"

    with_browsers(use)


@pytest.mark.parametrize(("identity", "wrong"), [("bob", ""), ("alice", "x")])
def test_a_call_is_given_only_to_its_identity_and_token(identity: str, wrong: str) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        reconnect = (await phone.next("invite"))["reconnect"]
        other = await line.device(identity)
        given = {"callsid": sid, "sdp": sdp_of("C3"), "reconnect": reconnect + wrong}
        await other.send("invite", **given)

        assert (await other.next("hangup"))["error"]["code"] == 31481
        assert line.status(sid) == "ringing"

    with_browsers(use)


def test_a_device_whose_media_fail_leaves_the_call_to_the_others() -> None:
    async def use(line: Exchange) -> None:
        first, second = await line.registered("alice"), await line.registered("alice")
        line.broken.append(True)
        sid = await line.ring("client:alice")
        await second.next("invite")

        assert (await first.next("hangup"))["error"]["code"] == 31000
        assert (line.status(sid), line.world.alerts()) == ("ringing", [31000])

    with_browsers(use)


def test_a_call_whose_media_all_fail_is_not_answered() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        line.broken.append(True)
        sid = await line.ring("client:alice")
        await phone.next("hangup")

        assert line.status(sid) == "no-answer"

    with_browsers(use)


def test_an_unusable_answer_ends_the_call() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await phone.send("answer", callsid=sid, sdp="nonsense")
        await phone.next("hangup")
        await line.world.clock.advance(0.1)

        assert line.status(sid) == "no-answer"

    with_browsers(use)


def test_devices_without_incoming_calls_still_make_them() -> None:
    async def use(line: Exchange) -> None:
        application = await line.application("<Say>Hello.</Say><Pause length='600'/>")
        outgoing = {"application_sid": application}
        phone = await line.device("alice", voice={"incoming": {}, "outgoing": outgoing})
        await phone.connect()

        await phone.next("answer")

    with_browsers(use)
