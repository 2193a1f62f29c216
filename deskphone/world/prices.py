"""The prices that the REST API shows."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal

from aiohttp import web

from deskphone.account.prices import Prices
from deskphone.account.store import Store
from deskphone.world.requests import WorldError, json_of

LIMITS = {name: 86400 if name == "after_s" else 1000 for name in asdict(Prices())}
"""The names of the values, and the largest of each."""


class PriceSwitch:
    """Handlers for the prices."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/emulator/prices", self.show),
            web.put("/emulator/prices", self.change),
            web.delete("/emulator/prices", self.switch_off),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Show the prices, or null."""
        prices = self._store.prices
        shown = prices and {name: float(value) for name, value in asdict(prices).items()}
        return web.json_response(shown)

    async def change(self, request: web.Request) -> web.Response:
        """Change the given values; set prices again if they were off."""
        body = await json_of(request)
        unknown = sorted(set(body) - set(LIMITS))
        if unknown:
            raise WorldError(f"Unknown field {unknown[0][:40]!r}.")
        changes = {name: _amount(body, name) for name in body}
        self._store.prices = replace(self._store.prices or Prices(), **changes)
        return await self.show(request)

    async def switch_off(self, request: web.Request) -> web.Response:
        """Never set a price."""
        self._store.prices = None
        return await self.show(request)


def _amount(body: Mapping[str, object], name: str) -> Decimal:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WorldError(f"`{name}` must be a number.")
    if not 0 <= value <= LIMITS[name]:
        raise WorldError(f"`{name}` must be between 0 and {LIMITS[name]}.")
    return Decimal(str(value))
