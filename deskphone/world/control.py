"""Test controls: the clock and a reset."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from deskphone.clock import Clock, ManualClock
from deskphone.phone import views
from deskphone.world.requests import WorldError, json_of

LONGEST_ADVANCE_S = 366 * 24 * 3600


class Control:
    """Handlers for the clock and for a reset."""

    def __init__(
        self, clock: Clock, on_advance: Callable[[], None], reset: Callable[[], Awaitable[None]]
    ) -> None:
        """`on_advance` is called after time has passed."""
        self._clock = clock
        self._on_advance = on_advance
        self._reset = reset

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/emulator/clock/advance", self.advance),
            web.post("/emulator/reset", self.reset),
        ]

    async def advance(self, request: web.Request) -> web.Response:
        """Advance the manual clock."""
        seconds = (await json_of(request)).get("seconds")
        clock = self._clock
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise WorldError("`seconds` must be a number.")
        if not 0 <= seconds <= LONGEST_ADVANCE_S:
            raise WorldError(f"`seconds` must be between 0 and {LONGEST_ADVANCE_S}.")
        if not isinstance(clock, ManualClock):
            raise WorldError(
                "The system clock can't be advanced. Start with --clock manual.",
                HTTPStatus.CONFLICT,
            )
        try:
            await clock.advance(seconds)
        except OverflowError as error:
            raise WorldError(
                "`seconds` is too large: the clock can't go past the year 9999."
            ) from error
        self._on_advance()
        return web.json_response(views.clock(clock))

    async def reset(self, request: web.Request) -> web.Response:
        """Reset the emulator to its initial state."""
        await json_of(request)
        await self._reset()
        return web.json_response({})
