"""Relative URLs in a call's TwiML: resolved against the document, invalid where it has no URL."""

import contextlib

import pytest

from deskphone.line.calls.live_calls import WrongStateError
from deskphone.twiml.coverage import VOICE
from deskphone.values import HANDSETS
from tests.deskphone.in_process import World, in_process

DIAL = "<Dial {0}>{1}</Dial>"
TO_OTHER = DIAL.format("timeout='5'", f"<Number {{}}>{HANDSETS[1]}</Number>")
TO_CLIENT = DIAL.format("timeout='5'", "<Client {}>alice</Client>")
CONFERENCE = DIAL.format("", "<Conference {}>room</Conference>")
DOCUMENTS = {
    "Redirect": "<Redirect>{url}</Redirect>",
    "Play": "<Play>{url}</Play>",
    "Gather action": "<Gather numDigits='1' action='{url}'/>",
    "Gather partialResultCallback": "<Gather input='speech' partialResultCallback='{url}'/>",
    "Record action": "<Record action='{url}'/>",
    "Record recordingStatusCallback": "<Record recordingStatusCallback='{url}'/>",
    "Record transcribeCallback": "<Record transcribe='true' transcribeCallback='{url}'/>",
    "Dial action": DIAL.format("timeout='5' action='{url}'", HANDSETS[1]),
    "Dial recordingStatusCallback": DIAL.format(
        "record='true' recordingStatusCallback='{url}'", HANDSETS[1]
    ),
    "Number url": TO_OTHER.format("url='{url}'"),
    "Number statusCallback": TO_OTHER.format("statusCallback='{url}'"),
    "Client url": TO_CLIENT.format("url='{url}'"),
    "Client statusCallback": TO_CLIENT.format("statusCallback='{url}'"),
    "Conference waitUrl": CONFERENCE.format("waitUrl='{url}'"),
    "Conference statusCallback": CONFERENCE.format(
        "statusCallback='{url}' statusCallbackEvent='join'"
    ),
    "Conference recordingStatusCallback": CONFERENCE.format(
        "startConferenceOnEnter='true' record='true' recordingStatusCallback='{url}'"
    ),
    "Queue url": DIAL.format("", "<Queue url='{url}'>support</Queue>"),
    "Enqueue action": "<Enqueue waitUrl='' action='{url}'>other</Enqueue>",
    "Enqueue waitUrl": "<Enqueue waitUrl='{url}'>other</Enqueue>",
    "Sms action": "<Sms action='{url}'>Hi</Sms>",
    "Sms statusCallback": "<Sms statusCallback='{url}'>Hi</Sms>",
}
"""A document for each place that takes a URL."""
OTHERS = {
    "Queue url": "<Enqueue waitUrl=''>support</Enqueue>",
    "Conference recordingStatusCallback": CONFERENCE.format("waitUrl=''"),
}
"""What the second handset is doing, if it has to do something."""
CODES = {
    "Client statusCallback": 12200,
    "Conference waitUrl": 13233,
    "Conference statusCallback": 12200,
    "Conference recordingStatusCallback": 13256,
    "Dial recordingStatusCallback": 13256,
    "Enqueue action": 14203,
    "Enqueue waitUrl": 14202,
    "Gather partialResultCallback": 12200,
    "Number statusCallback": 12200,
    "Queue url": 14211,
    "Record recordingStatusCallback": 13256,
    "Record transcribeCallback": 13257,
    "Sms statusCallback": 14105,
}
"""Codes of Twilio's dictionary for an invalid URL in that place; 11100 for all others."""
ACTIONS_IN_AN_UPDATE = dict.fromkeys(
    ("Dial action", "Gather action", "Record action", "Sms action"), 15004
)


def test_each_attribute_with_a_url_is_in_the_table() -> None:
    found = {
        f"{element} {name}"
        for element, one in VOICE.items()
        for name, level in one.attributes.items()
        if level == "yes" and (name in ("action", "url") or name.endswith(("Url", "Callback")))
    }

    assert found == DOCUMENTS.keys() - {"Redirect", "Play"}


async def go_through(world: World, sid: str) -> None:
    """Do all that a caller and the other handset can do, until the calls are over."""
    exchange = world.emulator.network.exchange
    await world.clock.advance(1)
    for call in world.emulator.store.calls:
        if call.status == "ringing":
            await world.pick_up(call.sid)
    with contextlib.suppress(WrongStateError):
        exchange.speak(sid, "Hello", final=False)
        exchange.speak(sid, "Hello there", final=True)
        await world.clock.advance(3)
        exchange.press(sid, "1")
        await world.clock.advance(1)
    for call in world.emulator.store.calls:
        with contextlib.suppress(WrongStateError):
            exchange.hang_up(call.sid)
    await world.clock.advance(5)


async def other_handset(world: World, place: str) -> None:
    if place in OTHERS:
        await world.pick_up(await world.call("", HANDSETS[1], Twiml=inline(OTHERS[place])))


def inline(document: str) -> str:
    return f"<Response>{document}</Response>"


@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_relative_url_is_resolved_against_the_documents(place: str) -> None:
    async def use(world: World) -> None:
        await other_handset(world, place)
        url = world.serve("/folder/twiml", DOCUMENTS[place].format(url="target"))
        sid = await world.call("", Url=url)
        await world.pick_up(sid)
        await go_through(world, sid)

        assert "/folder/target" in world.asked

    in_process(use)


@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_relative_url_in_inline_twiml_gets_its_code(place: str) -> None:
    async def use(world: World) -> None:
        await other_handset(world, place)
        sid = await world.call("", Twiml=inline(DOCUMENTS[place].format(url="target")))
        await world.pick_up(sid)
        await go_through(world, sid)

        assert world.asked == []
        assert CODES.get(place, 11100) in world.alerts()

    in_process(use)


@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_relative_action_in_an_update_has_its_own_code(place: str) -> None:
    async def use(world: World) -> None:
        await other_handset(world, place)
        sid = await world.call("", Twiml=inline("<Pause length='60'/>"))
        await world.pick_up(sid)
        twiml = inline(DOCUMENTS[place].format(url="target"))
        await world.rest("POST", f"Calls/{sid}.json", {"Twiml": twiml})
        await go_through(world, sid)

        expected = {**CODES, **ACTIONS_IN_AN_UPDATE}.get(place, 11100)
        assert world.asked == []
        assert expected in world.alerts()

    in_process(use)
