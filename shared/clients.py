"""The clients of this worker, each built on first use.

Callers write `clients.messenger()`, so a test replaces one function, or all with `reset()`.
"""

import atexit
import os
import threading
from typing import TYPE_CHECKING

from shared.clock import Clock, SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Settings
from shared.http.public_urls import PublicUrls
from shared.worker_clients import Clients

if TYPE_CHECKING:
    from shared.delivery.states import States
    from shared.guards.destinations import Destinations
    from shared.guards.guards import Guards
    from shared.ledger.rows import Ledger
    from shared.recordings.sound import Recordings
    from shared.recordings.voicemails import VoicemailNotifier
    from shared.sending.calls import Caller
    from shared.sending.claims import Claims
    from shared.sending.messenger import Messenger
    from shared.sending.once import Sends
    from shared.twilio_api.account import TwilioAccount


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
    from shared.sending.claims import Claims

    return Claims(ledger(), clock(), settings())


def states() -> "States":
    """What Twilio has reported. Use it inside a coroutine."""
    from shared.delivery.states import States

    return States(ledger(), clock())


def sends() -> "Sends":
    """Sends once for each key. Without a key the ledger is not even built."""
    from shared.sending.once import Records, Sends

    def records() -> Records:
        return Records.of(ledger(), account(), clock(), settings())

    return Sends(records, clock(), settings())


def destinations() -> "Destinations":
    """Which numbers the app may reach."""
    from shared.guards.destinations import Destinations

    return Destinations(settings())


def guards() -> "Guards":
    """What must hold before something is sent."""
    from shared.guards.guards import Guards
    from shared.guards.hosts import TwimlHosts

    hosts = TwimlHosts(settings())
    return Guards(settings().guards, destinations(), hosts, current().limits())


def account() -> "TwilioAccount":
    """The app's Twilio account. Use it inside a coroutine."""
    return current().account()


def messenger() -> "Messenger":
    """Sends text messages. Use it inside a coroutine."""
    from shared.sending.messenger import Messenger

    return Messenger(account(), settings(), public_urls(), clock(), sends(), guards())


def caller() -> "Caller":
    """Places calls. Use it inside a coroutine."""
    from shared.sending.calls import Caller

    return Caller(account(), settings(), public_urls(), sends(), guards())


def recordings() -> "Recordings":
    """Reads recordings. Use it inside a coroutine."""
    from shared.recordings.sound import Recordings

    return Recordings(account())


def voicemail_notifier() -> "VoicemailNotifier":
    """Texts owners about voicemails. Use it inside a coroutine."""
    from shared.recordings.voicemails import VoicemailNotifier

    return VoicemailNotifier(
        account(), messenger(), credentials(), settings(), public_urls(), clock()
    )
