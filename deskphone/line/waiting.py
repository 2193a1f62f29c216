"""Waiting for the first of several things."""

import asyncio
from collections.abc import Awaitable
from typing import Any


async def first_of(*awaited: Awaitable[Any]) -> tuple[asyncio.Future[Any], ...]:
    """Wait until one of these is over; stop the others and wait for their end.

    Return a future for each, in order. One that was stopped is cancelled.
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
    """Whether it came to its own end; raise what it raised."""
    if future.cancelled():
        return False
    future.result()
    return True
