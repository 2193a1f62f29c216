"""Each list of the REST API, read page by page in both directions."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from deskphone.values import HANDSETS, LINE
from tests.deskphone.in_process import World, in_process

TALK = "<Response><Pause length='600'/></Response>"


async def texts(world: World) -> str:
    form = {"To": HANDSETS[0], "From": LINE, "Body": "Hi"}
    for _ in range(3):
        await world.rest("POST", "Messages.json", form)
    return "Messages.json"


async def media(world: World) -> str:
    urls = [("MediaUrl", f"https://example.com/{number}.png") for number in range(3)]
    form = [("To", HANDSETS[0]), ("From", LINE), *urls]
    _, message = await world.rest("POST", "Messages.json", form)
    return f"Messages/{message['sid']}/Media.json"


async def calls(world: World) -> str:
    for _ in range(3):
        await world.call("", Twiml=TALK)
    return "Calls.json"


async def applications(world: World) -> str:
    for number in range(2):
        await world.rest("POST", "Applications.json", {"FriendlyName": f"App {number}"})
    return "Applications.json"


async def recordings(world: World) -> str:
    await _record(world)
    return "Recordings.json"


async def recordings_of_a_call(world: World) -> str:
    return f"Calls/{await _record(world)}/Recordings.json"


async def _record(world: World) -> str:
    sid = await world.call("", Twiml=TALK)
    await world.pick_up(sid)
    for _ in range(3):
        await world.rest("POST", f"Calls/{sid}/Recordings.json")
        await world.clock.advance(2)
        await world.rest(
            "POST", f"Calls/{sid}/Recordings/Twilio.CURRENT.json", {"Status": "stopped"}
        )
    return sid


async def numbers(world: World) -> str:
    await _buy(world)
    return "IncomingPhoneNumbers.json"


async def local_numbers(world: World) -> str:
    await _buy(world)
    return "IncomingPhoneNumbers/Local.json"


async def _buy(world: World) -> None:
    for _ in range(2):
        await world.rest("POST", "IncomingPhoneNumbers.json", {"AreaCode": "415"})


async def queues(world: World) -> str:
    for name in "abc":
        await world.rest("POST", "Queues.json", {"FriendlyName": name})
    return "Queues.json"


async def members(world: World) -> str:
    for person in (*HANDSETS, "+12025550125"):
        await world.pick_up(await world.call("<Enqueue waitUrl=''>support</Enqueue>", person))
    [queue] = world.emulator.store.queues
    return f"Queues/{queue.sid}/Members.json"


async def conferences(world: World) -> str:
    for name in "abc":
        form = {"To": HANDSETS[0], "From": LINE}
        await world.rest("POST", f"Conferences/{name}/Participants.json", form)
    return "Conferences.json?Status=init"


async def participants(world: World) -> str:
    for person in (*HANDSETS, "+12025550125"):
        form = {"To": person, "From": LINE}
        await world.rest("POST", "Conferences/room/Participants.json", form)
    return "Conferences/room/Participants.json"


async def keys(world: World) -> str:
    for name in "ab":
        await world.rest("POST", "Keys.json", {"FriendlyName": name})
    return "Keys.json"


LISTS: Mapping[str, Callable[[World], Awaitable[str]]] = {
    made.__name__: made
    for made in (
        texts, media, calls, applications, recordings, recordings_of_a_call, numbers, local_numbers,
        queues, members, conferences, participants, keys,
    )
}  # fmt: skip
"""Functions that put three rows in a list, and return its path."""


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_same_rows_page_by_page(name: str) -> None:
    async def use(world: World) -> None:
        path = await LISTS[name](world)
        _, whole = await world.rest("GET", path)
        [key] = [key for key, value in whole.items() if isinstance(value, list)]
        sign = "&" if "?" in path else "?"
        _, page = await world.rest("GET", f"{path}{sign}PageSize=1")
        ahead = [page[key]]
        while page["next_page_uri"]:
            _, page = await world.rest("GET", page["next_page_uri"])
            ahead.append(page[key])
        back = [page[key]]
        while page["previous_page_uri"]:
            _, page = await world.rest("GET", page["previous_page_uri"])
            back.append(page[key])

        assert len(whole[key]) == 3
        assert ahead == [[row] for row in whole[key]]
        assert back[::-1] == ahead

    in_process(use)
