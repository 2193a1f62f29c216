"""An emulator with the numbers and people of deskphone.toml."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from deskphone.app import App
from deskphone.clock import ManualClock
from deskphone.emulator import Emulator
from deskphone.setup.config import read
from deskphone.values import LINE, LINE_SID

SECOND = "+12025550101"
SEEDS = f"""
[[numbers]]
number = "{LINE}"
voice_url = "http://127.0.0.1:1/voice"
[[numbers]]
number = "{SECOND}"
[[people]]
number = "+12025550150"
name = "Ann"
"""


def with_emulator(test: Callable[[Emulator], Awaitable[None]], app: App) -> None:
    async def main() -> None:
        clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        emulator = Emulator(clock, "http://127.0.0.1:2", app)
        try:
            await test(emulator)
        finally:
            await emulator.close()

    asyncio.run(main())


def seen(emulator: Emulator) -> dict[str, tuple[str, str]]:
    return {one.phone_number: (one.sid, one.voice_url) for one in emulator.store.numbers}


def test_numbers_are_there_from_the_start_and_after_a_reset() -> None:
    async def test(emulator: Emulator) -> None:
        first = seen(emulator)
        await emulator.reset()

        assert [*first] == [LINE, SECOND]
        assert first[LINE] == (LINE_SID, "http://127.0.0.1:1/voice")
        assert seen(emulator) == first

    with_emulator(test, read(SEEDS).app)


def test_people_are_the_handsets() -> None:
    async def test(emulator: Emulator) -> None:
        shown = emulator.feed.snapshot()

        assert shown["handsets"] == ["+12025550150"]
        assert shown["app"]["people"] == {"+12025550150": "Ann"}  # pyright: ignore[reportIndexIssue]

    with_emulator(test, read(SEEDS).app)
