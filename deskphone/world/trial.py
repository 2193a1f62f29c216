"""The switch for a trial account."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import cast

from aiohttp import web

from deskphone.account.phone_numbers import e164
from deskphone.account.store import Store
from deskphone.account.trial import LIFE, VERIFIED_LIMIT, Trial
from deskphone.clock import Clock
from deskphone.phone import views
from deskphone.values import HANDSETS
from deskphone.world.requests import WorldError, json_of

FIELDS = ("verified", "pending", "days_left")


class TrialSwitch:
    """Handlers for the trial."""

    def __init__(self, store: Store, clock: Clock, on_change: Callable[[], None]) -> None:
        """`on_change` is called after each change."""
        self._store = store
        self._clock = clock
        self._on_change = on_change

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/emulator/trial", self.show),
            web.put("/emulator/trial", self.switch_on),
            web.delete("/emulator/trial", self.switch_off),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Show the trial, or null."""
        return web.json_response(views.trial(self._store.trial))

    async def switch_on(self, request: web.Request) -> web.Response:
        """Make the account a trial, or change the given fields of the trial."""
        body = await json_of(request)
        unknown = sorted(set(body) - {*FIELDS})
        if unknown:
            raise WorldError(f"Unknown field {unknown[0][:40]!r}.")
        before = self._store.trial or Trial(self._clock.now() + LIFE, HANDSETS[:1])
        verified = _numbers(body, "verified", before.verified)
        pending = _numbers(body, "pending", before.pending)
        if not verified or len({*verified, *pending}) > VERIFIED_LIMIT:
            raise WorldError(
                f"A trial account has 1 to {VERIFIED_LIMIT} numbers in `verified` and `pending`, "
                "at least one of them in `verified`."
            )
        ends = self._clock.now() + _time_left(body) if "days_left" in body else before.ends
        waiting = tuple(one for one in pending if one not in verified)
        self._change(Trial(ends, verified, waiting))
        return await self.show(request)

    async def switch_off(self, request: web.Request) -> web.Response:
        """Upgrade the account: end the trial's limits."""
        self._change(None)
        return await self.show(request)

    def _change(self, trial: Trial | None) -> None:
        self._store.trial = trial
        self._on_change()


def _numbers(body: Mapping[str, object], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of phone numbers, each once."""
    if name not in body:
        return default
    given = body[name]
    texts = cast(list[object], given) if isinstance(given, list) else [None]
    numbers = [e164(text) if isinstance(text, str) else None for text in texts]
    if None in numbers:
        raise WorldError(f"`{name}` must be a list of phone numbers.")
    return tuple(dict.fromkeys(filter(None, numbers)))


def _time_left(body: Mapping[str, object]) -> timedelta:
    days = body["days_left"]
    if isinstance(days, bool) or not isinstance(days, (int, float)) or not 0 <= days <= LIFE.days:
        raise WorldError(f"`days_left` must be a number from 0 to {LIFE.days}.")
    return timedelta(days=days)
