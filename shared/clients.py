"""The composition root: build the app's parts from its settings and wire them together.

Functions, endpoints and health use `current()`. Nothing below this module does.
"""

import atexit
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from shared.clock import Clock, SystemClock
from shared.config.credentials import AppSettings, Credentials
from shared.config.settings import Secret, Settings
from shared.http.line_limit import LineLimit
from shared.http.urls import PublicUrls
from shared.twilio_api.sign_in import RestCredentials, TwilioConnections

if TYPE_CHECKING:
    from shared.browser_calls.browser_calls import BrowserCalls
    from shared.config.key_vault import KeyVault
    from shared.delivery.reports import Reports
    from shared.delivery.states import States
    from shared.delivery.status import Deliveries
    from shared.guards.destinations import Destinations
    from shared.guards.hosts import TwimlHosts
    from shared.ledger.rows import Ledger
    from shared.live_settings.reader import LiveSettingsReader
    from shared.media.links import Links
    from shared.recordings.voicemails import VoicemailNotifier
    from shared.sending.claims import Claims
    from shared.sending.outbox import Outbox, Records
    from shared.twilio_api.account import TwilioAccount
    from shared.twilio_api.downloads import Files
    from shared.webhooks.verifier import Verifier


class Clients:
    """The parts of the app for one set of settings; each is built on first use."""

    def __init__(
        self, values: Mapping[str, str], clock: Clock, ledger: "Ledger | None" = None
    ) -> None:
        """Read the settings; raise ConfigurationError if one is malformed.

        The default `ledger` is the one in the settings.
        """
        self.settings = Settings.from_mapping(values)
        self.clock = clock
        self.public_urls = PublicUrls(self.settings)
        self.credentials = Credentials(self._secret_source(), clock)
        self._ledger = ledger
        self._twilio = TwilioConnections(self.settings.local_twilio_url)

    @cached_property
    def verifier(self) -> "Verifier":
        """Checks signatures of requests; raises ConfigurationError if a setting is missing."""
        from shared.webhooks.verifier import Verifier

        config = self.settings
        # If Twilio signs everything with a shared key, the auth token isn't needed.
        needed = () if Secret.WEBHOOK_KEY in config.secrets else (Secret.AUTH_TOKEN,)
        config.require(*needed, public_url=True)
        return Verifier(config.public_url, self.credentials, self.clock)

    @cached_property
    def live_settings(self) -> "LiveSettingsReader":
        """The settings that apply without a restart."""
        from shared.live_settings.reader import LiveSettingsReader

        return LiveSettingsReader(lambda: self.ledger(), self.clock, self.settings)

    async def destinations(self, *, are_needed: bool = True) -> "Destinations":
        """Return which numbers the app may reach now: none while sending is stopped.

        Only read the live settings if they `are_needed`, because something may be sent.
        """
        from shared.guards.destinations import Destinations

        stopped_by = await self.live_settings.stop_name() if are_needed else ""
        return Destinations(self.settings, stopped_by)

    @cached_property
    def twiml_hosts(self) -> "TwimlHosts":
        """Which hosts the documents of the app's own calls may come from."""
        from shared.guards.hosts import TwimlHosts

        return TwimlHosts(self.settings)

    @cached_property
    def account(self) -> "TwilioAccount":
        """The app's Twilio account."""
        from random import random

        from shared.twilio_api.account import TwilioAccount
        from shared.twilio_api.retries import Retries

        config = self.settings
        secrets = (config.rest_secrets, config.rest_secrets_secondary)
        credentials = RestCredentials(self.credentials, *secrets)
        retries = Retries(self.clock, config.retry_budget_s, random)
        return TwilioAccount(credentials, self._twilio.connect, retries)

    @cached_property
    def outbox(self) -> "Outbox":
        """Sends texts and places calls."""
        from shared.guards.destinations import Destinations
        from shared.guards.guards import Guards
        from shared.guards.limits import Limits
        from shared.sending.outbox import Outbox

        config, clock = self.settings, self.clock
        limits = Limits(lambda: self.ledger(), clock, config)
        destinations = Destinations(config)
        guards = Guards(self.live_settings, destinations, lambda: self.twiml_hosts, limits)
        parts = self.account, guards, lambda: self._records, self.public_urls, clock, config
        return self._traced(Outbox)(*parts)

    @cached_property
    def browser_calls(self) -> "BrowserCalls":
        """Gives tokens to browsers and answers their calls."""
        from shared.browser_calls.browser_calls import BrowserCalls

        parts = self.credentials, self.live_settings, lambda: self.ledger(), self.clock
        return BrowserCalls(*parts, self.settings)

    @cached_property
    def reports(self) -> "Reports":
        """Receives Twilio's reports."""
        from shared.delivery.reports import Reports

        return self._traced(Reports)(self.claims, self.states)

    @cached_property
    def deliveries(self) -> "Deliveries":
        """Finds what became of a text or a call."""
        from shared.delivery.status import Deliveries

        return Deliveries(self.account, self.claims, self.states)

    @cached_property
    def files(self) -> "Files":
        """Downloads recordings and media."""
        from shared.twilio_api.downloads import Files

        return Files(self.account)

    @cached_property
    def links(self) -> "Links":
        """Makes links to recordings and media."""
        from shared.media.links import Links

        return Links(self.credentials, self.public_urls, self.clock, self.settings)

    @cached_property
    def voicemail_notifier(self) -> "VoicemailNotifier":
        """Texts owners about voicemails."""
        from shared.recordings.voicemails import VoicemailNotifier

        return VoicemailNotifier(self.account, self.outbox, self.links)

    def ledger(self) -> "Ledger":
        """Return the ledger, which records what the app sends; raise what `ledger_of` raises."""
        if self._ledger is None:
            from shared.ledger.choice import ledger_of

            self._ledger = ledger_of(self.settings)
        return self._ledger

    def claims(self) -> "Claims":
        """Return the claims on idempotency keys; raise what `ledger` raises."""
        from shared.sending.claims import Claims

        return Claims(self.ledger(), self.clock, self.settings)

    def states(self) -> "States":
        """Return the states that Twilio has reported; raise what `ledger` raises."""
        from shared.delivery.states import States

        return States(self.ledger(), self.clock)

    async def close(self) -> None:
        """Wait for reads of secrets, then close the connections; later use opens new ones."""
        await self.credentials.settle()
        if self._ledger is not None:
            await self._ledger.close()
        await self._twilio.close()

    def abandon(self) -> None:
        """Let the operating system close the connections; Azure doesn't announce a shutdown."""
        if self._ledger is not None:
            self._ledger.abandon()
        self._twilio.abandon()

    def _traced[Part](self, part: type[Part]) -> type[Part]:
        """Return the part, or the one that makes spans if traces are on."""
        if not self.settings.traces:
            return part
        from shared.tracing.switch import traced

        return traced(part)

    @cached_property
    def _records(self) -> "Records":
        from shared.sending.lookups import Lookups
        from shared.sending.outbox import Records
        from shared.sending.sid_owners import SidOwners

        owners = SidOwners(self.ledger())
        lookups = Lookups(self.account, owners, self.clock)
        return Records(self.claims(), lookups)

    def _secret_source(self) -> "AppSettings | KeyVault":
        if not self.settings.key_vault_url:
            return AppSettings(self.settings.secrets)
        from shared.config.key_vault import KeyVault

        return KeyVault(self.settings)


_current: Clients | None = None
_refusals = LineLimit(SystemClock())


def current() -> Clients:
    """Return the clients of this worker, building them from the environment on first use.

    Raise ConfigurationError if a setting is malformed.
    """
    global _current
    if _current is None:
        _current = Clients(os.environ, SystemClock())
        atexit.register(_current.abandon)
    return _current


def refusals() -> LineLimit:
    """Return the limit on this worker's log lines about refused requests.

    It works even if the settings are malformed, since that gets logged too.
    """
    return _refusals


def reset(clients: Clients | None = None) -> None:
    """Use these clients from now on, or rebuild them from the environment."""
    global _current, _refusals
    _current = clients
    _refusals = LineLimit(clients.clock if clients else SystemClock())
