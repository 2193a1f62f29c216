"""Browser calls, assembled from their parts."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from deskphone.account.account import Account
from deskphone.account.store import Store
from deskphone.browser.calls import BrowserCalls
from deskphone.browser.devices import Devices
from deskphone.browser.files.routes import SIGNAL, file_routes
from deskphone.browser.gateway import Gateway
from deskphone.browser.media import LostMedia, Media, OpenMedia
from deskphone.browser.messages import CallMessages
from deskphone.browser.signaling.problems import Problems
from deskphone.browser.signaling.tokens import Tokens
from deskphone.clock import Clock
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import BROWSERS
from deskphone.line.calls.exchange import Exchange
from deskphone.line.status_reports import StatusReports
from deskphone.webhooks.sender import Webhooks


class Browsers:
    """The browsers that use the Voice SDK. Use it inside a running event loop."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        account: Account,
        exchange: Exchange,
        webhooks: Webhooks,
        faults: Faults,
        open_media: OpenMedia,
        on_registration: Callable[[], None],
    ) -> None:
        """`on_registration` is called when a Device has registered or unregistered."""
        self._devices = Devices(on_registration)
        self.addresses = self._devices.addresses
        self._problems = Problems(store)

        def opened(sid: str, on_digit: Callable[[str], None]) -> Media:
            media = open_media(sid, on_digit)
            is_lost = faults.pick(BROWSERS.name, lambda fault: fault.kind == "no-media")
            return LostMedia(media) if is_lost else media

        self._calls = BrowserCalls(store, clock, exchange, self._devices, self._problems, opened)
        self._reports = StatusReports(store, clock, webhooks, faults)
        self.messages = CallMessages(store, self._calls.legs, self._reports)
        self._gateway = Gateway(
            store,
            clock,
            faults,
            Tokens(account, clock),
            self._devices,
            self._problems,
            self._calls,
            self.messages,
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the signaling, the shim and the sounds."""
        return [web.get(SIGNAL, self._gateway.handle, allow_head=False), *file_routes()]

    def cancel(self) -> list[asyncio.Task[None]]:
        """End all calls on the browsers' side, for a reset or shutdown; return canceled tasks.

        Registered Devices stay registered, as far as their tokens are still valid.
        """
        ending = [*self._calls.cancel(), *self._reports.cancel()]
        self.messages.forget()
        self._problems.forget()
        self._devices.forget()
        return ending

    def close(self) -> None:
        """Close all sockets."""
        self._gateway.close()
