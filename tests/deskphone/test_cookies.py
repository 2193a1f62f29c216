"""Cookies of webhooks: how long they are kept, and how many."""

import asyncio
from datetime import UTC, datetime
from http.cookies import SimpleCookie

from deskphone.clock import ManualClock
from deskphone.webhooks.cookies import Cookies

URL = "http://127.0.0.1/voice"
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_sending_a_cookie_keeps_it_for_four_more_hours() -> None:
    async def scenario() -> list[dict[str, str]]:
        clock, found = ManualClock(START), list[dict[str, str]]()
        cookies = Cookies(clock)
        cookies.take("pair", URL, SimpleCookie("visits=1"))
        for hours in (3, 3, 5):
            await clock.advance(hours * 3600)
            found.append(cookies.header("pair", URL))
        return found

    assert asyncio.run(scenario()) == [{"Cookie": "visits=1"}, {"Cookie": "visits=1"}, {}]


def test_new_conversation_replaces_the_oldest() -> None:
    async def scenario() -> list[dict[str, str]]:
        cookies = Cookies(ManualClock(START))
        for number in range(501):
            cookies.take(f"pair {number}", URL, SimpleCookie("visits=1"))
        return [cookies.header(f"pair {number}", URL) for number in (0, 1, 500)]

    assert asyncio.run(scenario()) == [{}, {"Cookie": "visits=1"}, {"Cookie": "visits=1"}]


def test_conversation_has_at_most_fifty_cookies() -> None:
    async def scenario() -> str:
        cookies = Cookies(ManualClock(START))
        for number in range(51):
            cookies.take("pair", URL, SimpleCookie(f"c{number}=1"))
        return cookies.header("pair", URL)["Cookie"]

    assert asyncio.run(scenario()).count("=") == 50
