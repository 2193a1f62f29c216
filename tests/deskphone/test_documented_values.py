"""Values that a resource shows because a request or a document asked for them."""

import pytest

from deskphone.values import HANDSETS, LINE
from tests.deskphone.in_process import World, in_process


@pytest.mark.covers("Conference.region")
def test_a_conference_is_in_the_region_of_its_first_participant() -> None:
    async def use(world: World) -> None:
        for person, region in zip(HANDSETS, ("ie1", "au1"), strict=True):
            conference = f"<Conference region='{region}' waitUrl=''>room</Conference>"
            await world.pick_up(await world.call(f"<Dial>{conference}</Dial>", person))
        _, listed = await world.rest("GET", "Conferences.json")

        assert [one["region"] for one in listed["conferences"]] == ["ie1"]

    in_process(use)


@pytest.mark.parametrize(("form", "region"), [({}, "us1"), ({"Region": "de1"}, "de1")])
def test_an_invitation_says_the_region_of_a_new_conference(
    form: dict[str, str], region: str
) -> None:
    async def use(world: World) -> None:
        invitation = {"To": HANDSETS[0], "From": LINE, **form}
        await world.rest("POST", "Conferences/room/Participants.json", invitation)
        _, listed = await world.rest("GET", "Conferences.json?Status=init")

        assert [one["region"] for one in listed["conferences"]] == [region]

    in_process(use)


@pytest.mark.covers("Dial.recordingTrack")
@pytest.mark.parametrize(
    ("attribute", "track"), [("", "both"), ("recordingTrack='outbound'", "outbound")]
)
def test_the_recording_of_a_dialed_call_has_its_track(attribute: str, track: str) -> None:
    async def use(world: World) -> None:
        report = f"recordingStatusCallback='{world.app_url}/report'"
        dial = f"<Dial record='record-from-ringing' {attribute} {report}>{HANDSETS[1]}</Dial>"
        sid = await world.call(dial)
        await world.pick_up(sid)
        await world.clock.advance(2)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(1)
        _, listed = await world.rest("GET", f"Calls/{sid}/Recordings.json")
        [body] = [
            body for path, body in zip(world.asked, world.bodies, strict=True) if path == "/report"
        ]

        assert [one["track"] for one in listed["recordings"]] == [track]
        assert f"RecordingTrack={track}" in body

    in_process(use)


async def recorded_conference(world: World) -> str:
    """Record a conference of two; return the path of its recordings."""
    conference = "<Conference record='record-from-start' waitUrl=''>room</Conference>"
    for person in HANDSETS:
        await world.pick_up(await world.call(f"<Dial>{conference}</Dial>", person))
    [one] = world.emulator.store.conferences
    return f"Conferences/{one.sid}/Recordings"


def test_the_recording_of_a_conference_is_paused_and_stopped() -> None:
    async def use(world: World) -> None:
        path = await recorded_conference(world)
        await world.clock.advance(2)
        pause = {"Status": "paused", "PauseBehavior": "skip"}
        states = [await world.rest("POST", f"{path}/Twilio.CURRENT.json", pause)]
        await world.clock.advance(5)
        for status, seconds in (("in-progress", 3), ("stopped", 1)):
            form = {"Status": status}
            states.append(await world.rest("POST", f"{path}/Twilio.CURRENT.json", form))
            await world.clock.advance(seconds)
        _, listed = await world.rest("GET", f"{path}.json")

        assert [(code, body["status"]) for code, body in states] == [
            (200, "paused"),
            (200, "in-progress"),
            (200, "stopped"),
        ]
        shown = [(one["status"], one["duration"]) for one in listed["recordings"]]
        assert shown == [("completed", "5")]

    in_process(use)


def test_a_stopped_recording_of_a_conference_stays_stopped() -> None:
    async def use(world: World) -> None:
        path = await recorded_conference(world)
        await world.clock.advance(2)
        _, stopped = await world.rest("POST", f"{path}/Twilio.CURRENT.json", {"Status": "stopped"})
        again = {"Status": "in-progress"}
        late, refused = await world.rest("POST", f"{path}/{stopped['sid']}.json", again)
        none_left, _ = await world.rest("GET", f"{path}/Twilio.CURRENT.json")

        assert (late, refused["code"], none_left) == (400, 21220, 404)

    in_process(use)
