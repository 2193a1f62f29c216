"""The responses in place of a host that can't start."""

import asyncio

import aiohttp
import pytest

from deskphone.ports import listen, port_of
from local_stack.supervision.unavailable import unavailable


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({}, (503, True)), ({"Sec-Fetch-Site": "cross-site"}, (403, False))],
)
def test_programs_get_the_reason_and_pages_of_other_sites_do_not(
    headers: dict[str, str], expected: tuple[int, bool]
) -> None:
    async def ask() -> tuple[tuple[int, bool], str]:
        with listen(0) as listener:
            url = f"http://127.0.0.1:{port_of(listener)}/"
            async with (
                unavailable(listener, "no disk"),
                aiohttp.ClientSession() as session,
                session.get(url, headers=headers) as answer,
            ):
                has_reason = "no disk" in await answer.text()
                return (answer.status, has_reason), answer.headers["Cross-Origin-Resource-Policy"]

    assert asyncio.run(ask()) == (expected, "same-origin")
