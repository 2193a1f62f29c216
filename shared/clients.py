"""The only builder of clients: each is built on first use and kept for the life of the worker.

Callers write `clients.messenger()`, so a test replaces one function, or all with `reset()`.
"""

import atexit
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.clock import Clock, SystemClock
from shared.credentials import AppSettings, Credentials
from shared.errors import ConfigurationError
from shared.local_stack import is_loopback
from shared.public_urls import PublicUrls
from shared.settings import Settings
from shared.twilio_connections import TwilioConnections

if TYPE_CHECKING:
    from shared.calls import Caller
    from shared.claims import Claims
    from shared.destinations import Destinations
    from shared.guards import Guards
    from shared.key_vault import KeyVault
    from shared.ledger import Ledger
    from shared.limits import Limits
    from shared.messages import Messenger
    from shared.opt_outs import OptOuts
    from shared.recordings import Recordings
    from shared.sends import Sends
    from shared.states import States
    from shared.twilio_account import TwilioAccount
    from shared.voicemails import VoicemailNotifier
    from shared.webhooks import Verifier


class Clients:
    """Everything that is built from one set of settings."""

    def __init__(self, values: Mapping[str, str], clock: Clock) -> None:
        """Read the settings; raise ConfigurationError when one is malformed."""
        self.settings = Settings.from_mapping(values)
        self.clock = clock
        self.public_urls = PublicUrls(self.settings)
        self.credentials = Credentials(self._secret_source(), clock)
        self._ledger: Ledger | None = None
        self._opt_outs: OptOuts | None = None
        self._limits: Limits | None = None
        self._verifier: Verifier | None = None
        self._refused: set[tuple[str, ...]] = set()  # by Twilio, of the REST secrets
        self._twilio = TwilioConnections(self.settings.local_twilio_url)

    def account(self) -> "TwilioAccount":
        """The app's Twilio account."""
        from random import random

        from shared.rest_credentials import RestCredentials
        from shared.retries import Retries
        from shared.twilio_account import TwilioAccount

        config = self.settings
        secrets = (config.rest_secrets, config.rest_secrets_secondary)
        credentials = RestCredentials(self.credentials, *secrets, self._refused)
        retries = Retries(self.clock, config.retry_budget_s, random)
        return TwilioAccount(credentials, self._twilio.connect, retries)

    def ledger(self) -> "Ledger":
        """Where the app remembers what it sends; raise ConfigurationError when it has no storage.

        At a desk, where Twilio's URLs lead to this machine, one worker's memory will do.
        """
        if self._ledger is None:
            self._ledger = self._new_ledger()
        return self._ledger

    def opt_outs(self) -> "OptOuts":
        """Who wants no texts of which sender."""
        if self._opt_outs is None:
            from shared.opt_outs import OptOuts

            self._opt_outs = OptOuts(ledger, self.clock)
        return self._opt_outs

    def limits(self) -> "Limits":
        """How much may be sent; what this worker has reserved is kept here."""
        if self._limits is None:
            from shared.limits import Limits

            self._limits = Limits(ledger, self.clock, self.settings)
        return self._limits

    def verifier(self) -> "Verifier":
        """Checks who made a request."""
        if self._verifier is None:
            from shared.webhooks import Verifier

            self._verifier = Verifier(self.public_urls, self.credentials, self.clock)
        return self._verifier

    async def close(self) -> None:
        """Close the connections of the running event loop; wait for secrets being read."""
        await self.credentials.settle()
        if self._ledger is not None:
            await self._ledger.close()
        await self._twilio.close()

    def abandon(self) -> None:
        """Leave all connections to the system; Azure tells no function that its worker ends."""
        if self._ledger is not None:
            self._ledger.abandon()
        self._twilio.abandon()

    def _secret_source(self) -> "AppSettings | KeyVault":
        if not self.settings.key_vault_url:
            return AppSettings(self.settings.secrets)
        from shared.key_vault import KeyVault

        return KeyVault(self.settings)

    def _new_ledger(self) -> "Ledger":
        if self.settings.storage_connection or self.settings.storage_table_url:
            from shared.table_ledger import TableLedger

            return TableLedger(self.settings)
        if is_loopback(self.settings.public_url):
            from shared.memory_ledger import MemoryLedger

            return MemoryLedger()
        raise ConfigurationError(
            "missing settings: AzureWebJobsStorage (or AzureWebJobsStorage__accountName), "
            "the storage account where the app remembers what it sends"
        )


class _Holder:
    """The clients of this worker, built by whoever comes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: Clients | None = None

    def get(self) -> Clients:
        with self._lock:
            if self._clients is None:
                self._clients = Clients(os.environ, SystemClock())
                atexit.register(self._clients.abandon)
            return self._clients

    def set(self, clients: Clients | None) -> None:
        with self._lock:
            self._clients = clients


_holder = _Holder()


def current() -> Clients:
    """The clients of this worker; raise ConfigurationError when a setting is malformed."""
    return _holder.get()


def reset(clients: Clients | None = None) -> None:
    """Use these clients from now on, or build new ones from the environment."""
    _holder.set(clients)


def settings() -> Settings:
    """The app's settings."""
    return current().settings


def clock() -> Clock:
    """The app's clock."""
    return current().clock


def public_urls() -> PublicUrls:
    """The URLs under which Twilio knows this app."""
    return current().public_urls


def credentials() -> Credentials:
    """The app's secrets."""
    return current().credentials


def ledger() -> "Ledger":
    """Where the app remembers what it sends."""
    return current().ledger()


def claims() -> "Claims":
    """Who may send what under which idempotency key. Use it inside a coroutine."""
    from shared.claims import Claims

    return Claims(ledger(), clock(), settings())


def states() -> "States":
    """What Twilio has reported. Use it inside a coroutine."""
    from shared.states import States

    return States(ledger(), clock())


def sends() -> "Sends":
    """Sends once for each key. Without a key the ledger is not even built."""
    from shared.sends import Records, Sends

    def records() -> Records:
        return Records.of(ledger(), account(), clock(), settings())

    return Sends(records, clock(), settings())


def destinations() -> "Destinations":
    """Which numbers the app may reach."""
    from shared.destinations import Destinations

    return Destinations(settings())


def opt_outs() -> "OptOuts":
    """Who wants no texts of which sender."""
    return current().opt_outs()


def guards() -> "Guards":
    """What must hold before something is sent."""
    from shared.guards import Guards

    return Guards(settings().guards, destinations(), opt_outs(), current().limits())


def account() -> "TwilioAccount":
    """The app's Twilio account. Use it inside a coroutine."""
    return current().account()


def messenger() -> "Messenger":
    """Sends text messages. Use it inside a coroutine."""
    from shared.messages import Messenger

    return Messenger(account(), settings(), public_urls(), clock(), sends(), guards())


def caller() -> "Caller":
    """Places calls. Use it inside a coroutine."""
    from shared.calls import Caller

    return Caller(account(), settings(), public_urls(), sends(), guards())


def recordings() -> "Recordings":
    """Reads recordings. Use it inside a coroutine."""
    from shared.recordings import Recordings

    return Recordings(account())


def voicemail_notifier() -> "VoicemailNotifier":
    """Texts owners about voicemails. Use it inside a coroutine."""
    from shared.voicemails import VoicemailNotifier

    return VoicemailNotifier(
        account(), messenger(), credentials(), settings(), public_urls(), clock()
    )
