"""Wait for the first of several awaitables."""

import asyncio
from collections.abc import Awaitable
from typing import Any


async def first_of(*awaited: Awaitable[Any]) -> tuple[asyncio.Future[Any], ...]:
    """Wait until one of these is done; cancel the others and wait for them to end.

    Return a future for each, in order.
    """
    futures = tuple(asyncio.ensure_future(one) for one in awaited)
    try:
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in futures:
            future.cancel()
        await asyncio.gather(*futures, return_exceptions=True)
    return futures


def is_over(future: asyncio.Future[Any]) -> bool:
    """Whether it finished without being canceled; raise its error if it failed."""
    if future.cancelled():
        return False
    future.result()
    return True
