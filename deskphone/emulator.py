"""The emulator, assembled from its parts: the account, the line, and the people."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from deskphone.account.account import Account
from deskphone.account.phone_numbers import national
from deskphone.account.store import Publish, Store
from deskphone.app import NO_APP, App
from deskphone.browser.audio import BrowserAudio
from deskphone.browser.browsers import Browsers
from deskphone.browser.media import OpenMedia
from deskphone.clock import Clock
from deskphone.events import Hub
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import BROWSERS, TWILIO, WEBHOOKS
from deskphone.faults.switch import Switch
from deskphone.line.network import Network
from deskphone.phone.feed import Feed
from deskphone.phone.handsets import Handsets
from deskphone.records.application import Application
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.api import RestApi
from deskphone.rest.auth_tokens import AuthTokens
from deskphone.rest.tree import Tree
from deskphone.sound.speakers import SoftTones, Speaker
from deskphone.values import APPLICATION_SID, HANDSETS, LINE, LINE_SID
from deskphone.webhooks.sender import Webhooks


class Emulator:
    """Create it inside a running event loop; `close` stops everything in progress."""

    def __init__(
        self,
        clock: Clock,
        url: str,
        app: App = NO_APP,
        listeners: Sequence[Publish] = (),
        speaker: Speaker | None = None,
        open_media: OpenMedia | None = None,
    ) -> None:
        """`url` is the emulator's own, without a trailing slash. `listeners` get each record.

        `speaker` turns text into speech; by default, into soft tones. `open_media` replaces the
        audio connections of browsers.
        """
        self.clock = clock
        self.app = app
        self.hub = hub = Hub()
        self.store = Store(clock, listeners)
        self.account = Account(clock)
        self.handsets = Handsets([number for number, _ in app.people] or HANDSETS)
        self.faults = Faults(lambda faults: hub.publish("faults", faults.view))
        self.fault_services = (TWILIO, WEBHOOKS, BROWSERS, *app.faults)
        self.fault_switch = Switch(clock, self.faults)
        self.feed = Feed(
            hub,
            self.store,
            clock,
            self.handsets,
            self.faults,
            self.fault_services,
            app,
            lambda: self.browsers.addresses(),
        )
        self.fault_switch.subscribe(self.feed.faults_changed)
        self.webhooks = Webhooks(self.store, clock, lambda: self.auth_token, app.advice)
        self.network = Network(
            self.store,
            clock,
            self.webhooks,
            self.faults,
            url,
            app.messaging_service,
            speaker or SoftTones(),
        )
        self.browsers = Browsers(
            self.store,
            clock,
            self.account,
            self.network.exchange,
            self.webhooks,
            self.faults,
            open_media
            or BrowserAudio(self.store, self.network.studio, self.network.exchange.hang_up).open,
            self.feed.browsers_changed,
        )
        rest = (self.store, clock, self.account)
        tree = Tree(*rest, self.network, self.browsers.messages, app.messaging_service)
        self.api = RestApi(*rest, tree)
        self.auth_tokens = AuthTokens(*rest)
        self._add_webhooks()

    @property
    def auth_token(self) -> str:
        """The account's current auth token, which Twilio signs with."""
        return self.account.auth_token

    async def reset(self) -> None:
        """Return to the initial state; the app keeps running."""
        await self.fault_switch.clear()
        # All in one step, so that nothing new starts in between. Canceled tasks end after it.
        ending = [*self.browsers.cancel(), *self.network.cancel()]
        self.store.clear()
        self.webhooks.forget()
        self.account.reset()
        self.handsets.reset()
        self.app.reset()
        self._add_webhooks()
        self.feed.publish_snapshot()
        await asyncio.gather(*ending, return_exceptions=True)

    async def close(self) -> None:
        """Stop everything in progress."""
        self.fault_switch.cancel()
        ending = [*self.browsers.cancel(), *self.network.cancel()]
        self.browsers.close()
        await asyncio.gather(*ending, return_exceptions=True)
        await self.webhooks.close()
        self.hub.close()

    def add_numbers(self) -> None:
        """Add the numbers of the app, or change those that the account has already."""
        now = self.clock.now()
        for fields in self.app.numbers:
            digits = fields["phone_number"]
            # The same SID in each run, so that a script can contain it.
            sid = "PN" + hashlib.sha256(digits.encode()).hexdigest()[:32]
            new = PhoneNumber(sid, digits, national(digits), created=now, updated=now)
            known = self.store.number(digits) or new
            self.store.numbers.put(replace(known, changed=True, **fields))  # pyright: ignore[reportArgumentType] # its text fields

    def _add_webhooks(self) -> None:
        """Add the account's first numbers, and the application for calls from browsers."""
        now = self.clock.now()
        self.store.applications.put(
            Application(
                sid=APPLICATION_SID,
                friendly_name="Browser calls",
                created=now,
                updated=now,
                voice_url=self.app.client_url,
            )
        )
        self.store.numbers.put(
            PhoneNumber(
                sid=LINE_SID,
                phone_number=LINE,
                friendly_name=national(LINE),
                created=now,
                updated=now,
                voice_url=self.app.voice_url,
                sms_url=self.app.sms_url,
            )
        )
        self.add_numbers()
