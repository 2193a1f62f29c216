"""Changes of a conference participant before they apply: while ringing, or before a hold."""

import pytest

from deskphone.values import HANDSETS, LINE
from tests.deskphone.in_process import World, in_process

ROOM = "Conferences/room/Participants"
SAY = "<Say>{}</Say><Pause length='60'/>"


async def join(world: World, person: str = HANDSETS[0], attributes: str = "waitUrl=''") -> str:
    sid = await world.call(
        f"<Dial><Conference beep='false' {attributes}>room</Conference></Dial>", person
    )
    await world.pick_up(sid)
    return sid


async def invite(world: World, **form: str) -> str:
    """Call the second handset for the conference; return the SID while it rings."""
    request = {"To": HANDSETS[1], "From": LINE, "WaitUrl": "", **form}
    status, participant = await world.rest("POST", f"{ROOM}.json", request)
    assert status == 201, participant
    await world.clock.advance(1)
    return participant["call_sid"]


async def update(world: World, sid: str, **form: str) -> None:
    status, body = await world.rest("POST", f"{ROOM}/{sid}.json", form)
    assert status == 200, body


def test_hold_with_its_music_lasts_from_ringing_on() -> None:
    async def use(world: World) -> None:
        await join(world)
        sid = await invite(world)
        url = world.serve("/hold", SAY.format("On hold"))
        await update(world, sid, Hold="true", HoldUrl=url)
        await world.pick_up(sid)
        await world.clock.advance(2)

        assert world.heard(sid) == ["On hold"]

    in_process(use)


def test_hold_music_set_before_the_hold_is_played_during_it() -> None:
    async def use(world: World) -> None:
        sid = await join(world)
        await join(world, HANDSETS[1])
        await update(world, sid, HoldUrl=world.serve("/hold", SAY.format("On hold")))
        await world.clock.advance(2)
        assert world.heard(sid) == []
        await update(world, sid, Hold="true")
        await world.clock.advance(2)

        assert world.heard(sid) == ["On hold"]

    in_process(use)


def test_wait_url_set_while_ringing_is_played_after_joining() -> None:
    async def use(world: World) -> None:
        sid = await invite(world)
        await update(world, sid, WaitUrl=world.serve("/wait", SAY.format("A moment")))
        await world.pick_up(sid)
        await world.clock.advance(2)

        assert world.heard(sid) == ["A moment"]

    in_process(use)


def test_beep_on_exit_set_while_ringing_is_heard() -> None:
    async def use(world: World) -> None:
        first = await join(world)
        sid = await invite(world, Beep="false")
        await update(world, sid, BeepOnExit="true")
        await world.pick_up(sid)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(0.1)

        call = world.emulator.store.calls.get(first)
        assert call is not None
        assert [entry.name for entry in call.timeline].count("beep") == 1

    in_process(use)


def test_an_announcement_to_a_ringing_participant_is_heard_after_joining() -> None:
    async def use(world: World) -> None:
        await join(world)
        sid = await invite(world)
        await update(world, sid, AnnounceUrl=world.serve("/say", "<Say>Welcome</Say>"))
        await world.pick_up(sid)
        await world.clock.advance(2)

        assert world.heard(sid) == ["Welcome"]

    in_process(use)


def test_coaching_that_ended_while_ringing_does_not_keep_the_coach_out() -> None:
    async def use(world: World) -> None:
        first = await join(world)
        sid = await invite(world, Coaching="true", CallSidToCoach=first)
        await update(world, sid, Coaching="false")
        world.emulator.network.exchange.hang_up(first)
        await world.clock.advance(0.1)
        await world.pick_up(sid)
        _, participant = await world.rest("GET", f"{ROOM}/{sid}.json")

        assert (participant["status"], participant["coaching"]) == ("connected", False)

    in_process(use)


def test_a_ringing_participant_cannot_be_coached() -> None:
    async def use(world: World) -> None:
        first = await join(world)
        sid = await invite(world)
        status, refused = await world.rest("POST", f"{ROOM}/{first}.json", {"CallSidToCoach": sid})

        assert (status, refused["code"]) == (400, 16028)

    in_process(use)


def test_what_was_set_for_a_participant_who_declined_is_forgotten() -> None:
    async def use(world: World) -> None:
        await join(world)
        sid = await invite(world)
        await update(world, sid, HoldUrl=world.serve("/hold", SAY.format("On hold")), Hold="true")
        world.emulator.network.exchange.decline(sid)
        await world.clock.advance(0.1)
        [conference] = world.emulator.store.conferences
        room = world.emulator.network.conferences.room(conference.sid)

        assert room is not None
        assert room.expected == {}

    in_process(use)


def test_a_participant_rings_five_seconds_longer_than_the_timeout() -> None:
    async def use(world: World) -> None:
        await join(world)
        sid = await invite(world, Timeout="10")
        await world.clock.advance(13)
        before = world.emulator.store.calls.get(sid)
        await world.clock.advance(2)
        after = world.emulator.store.calls.get(sid)

        assert before is not None
        assert after is not None
        assert (before.status, after.status) == ("ringing", "no-answer")

    in_process(use)


@pytest.mark.parametrize(
    ("timeout", "status"), [("4", 400), ("5", 201), ("600", 201), ("601", 400)]
)
def test_a_participants_timeout_is_between_5_and_600_seconds(timeout: str, status: int) -> None:
    async def use(world: World) -> None:
        request = {"To": HANDSETS[1], "From": LINE, "Timeout": timeout}
        answer, body = await world.rest("POST", f"{ROOM}.json", request)

        assert (answer, body.get("code")) == (status, None if status == 201 else 21208)

    in_process(use)
