"""Mistakes in TwiML have the level that Twilio's error dictionary gives their code."""

import pytest

from deskphone.values import HANDSETS, LINE
from tests.deskphone.in_process import World, in_process


def levels(world: World) -> list[tuple[int | None, str]]:
    return [(alert.code, alert.level) for alert in world.emulator.store.alerts]


@pytest.mark.parametrize(
    ("document", "alert"),
    [
        ("<Dial><Conference/></Dial>", (13237, "warning")),
        ("<Dial><Conference participantLabel='a/b'>room</Conference></Dial>", (16023, "error")),
        ("<Dial/>", (13223, "warning")),
        ("<Record transcribe='true' transcribeCallback='ftp://a/'/>", (13257, "error")),
        (f"<Sms>{'x' * 1601}</Sms>", (21617, "error")),
        ("<Sms to='nobody'>x</Sms>", (14101, "warning")),
    ],
)
def test_a_mistake_in_a_calls_twiml(document: str, alert: tuple[int, str]) -> None:
    async def use(world: World) -> None:
        await world.pick_up(await world.call(document))

        assert levels(world) == [alert]

    in_process(use)


@pytest.mark.parametrize(
    ("document", "alert"),
    [
        (f"<Message>{'x' * 1601}</Message>", (21617, "error")),
        (f"<Message>x{'<Media>a.png</Media>' * 11}</Message>", (21623, "error")),
        ("<Message/>", (14103, "warning")),
    ],
)
def test_a_mistake_in_a_reply(document: str, alert: tuple[int, str]) -> None:
    async def use(world: World) -> None:
        _, listed = await world.rest("GET", "IncomingPhoneNumbers.json")
        path = f"IncomingPhoneNumbers/{listed['incoming_phone_numbers'][0]['sid']}.json"
        await world.rest("POST", path, {"SmsUrl": world.serve("/sms", document)})
        number = world.emulator.store.number(LINE)
        assert number is not None
        world.emulator.network.texts.receive(HANDSETS[0], number, "Hi", ())
        await world.clock.advance(1)

        assert levels(world) == [alert]

    in_process(use)
