"""The app's secrets, each read once however many ask, and kept while the vault is down."""

import asyncio
import logging
import math
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from shared.clock import Clock
from shared.config.settings import Secret
from shared.errors import ConfigurationError, VaultError

TIME_TO_LIVE_S = 3600.0
REFRESH_INTERVAL_S = 60.0
# How often within a time a secret that nobody knows may fail to be read: strangers ask as often as
# they like, and a vault that is throttled stays so while it is asked.
MAX_FAILURES = 5
FAILURES_PERIOD_S = 5.0
# Twilio waits 15 s for a webhook's answer, so a reader gives up before that.
MAX_WAIT_S = 10.0
# For what one can do without: an optional secret, or a newer value of a known one.
OPTIONAL_WAIT_S = 3.0

log = logging.getLogger(__name__)

Outcome = str | VaultError | None


class SecretSource(Protocol):
    """Where secrets come from; `read` runs in a thread and may block."""

    def read(self, secret: Secret) -> str | None:
        """The secret's value, None when there is no such secret; VaultError when unreadable."""
        ...


class AppSettings:
    """Secrets in plain app settings, for those who have no vault."""

    def __init__(self, secrets: Mapping[Secret, str]) -> None:
        self._secrets = secrets

    def read(self, secret: Secret) -> str | None:
        """The value of the secret's setting, None when it is not set."""
        return self._secrets.get(secret)


class _Reading(NamedTuple):
    value: str | None  # None: there is no such secret, or it could not be read
    fresh_until: float  # on the clock, seconds
    failure: VaultError | None = None  # why it is not known whether there is one


class Credentials:
    """A cache of secrets for all event loops and threads of a worker.

    A secret that has grown old is read again in the background while its old value is used, so
    neither a slow vault nor one that is down delays anybody who has been served before.
    """

    def __init__(
        self,
        source: SecretSource,
        clock: Clock,
        *,
        time_to_live_s: float = TIME_TO_LIVE_S,
        refresh_interval_s: float = REFRESH_INTERVAL_S,
        max_wait_s: float = MAX_WAIT_S,
        optional_wait_s: float = OPTIONAL_WAIT_S,
    ) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._source = source
        self._clock = clock
        self._time_to_live_s = time_to_live_s
        self._refresh_interval_s = refresh_interval_s
        self._max_wait_s = max_wait_s
        self._optional_wait_s = optional_wait_s
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="secrets")
        self._readings: dict[Secret, _Reading] = {}
        self._flights: dict[Secret, Future[Outcome]] = {}
        self._refreshed_at: dict[Secret, float] = {}
        self._failures: dict[Secret, deque[tuple[float, VaultError]]] = {}

    async def get(self, *secrets: Secret) -> tuple[str, ...]:
        """The secrets' values, in the order asked for.

        Raise VaultError when one cannot be read and is not known from before, ConfigurationError
        naming all of those that do not exist. After some failures in a row the last one is told
        without asking.
        """
        self._refuse_what_fails_often(secrets)
        outcomes = await self._landed(self._renew(secrets), self._max_wait_s)
        for secret, outcome in outcomes.items():
            if isinstance(outcome, VaultError) and secret not in self._readings:
                raise VaultError(outcome.detail) from outcome
        readings = [self._readings[secret] for secret in secrets]
        for reading in readings:
            if reading.failure is not None:
                raise VaultError(reading.failure.detail) from reading.failure
        values = [reading.value for reading in readings]
        missing = [s for s, value in zip(secrets, values, strict=True) if not value]
        if missing:
            raise ConfigurationError(
                f"missing secrets: {', '.join(missing)} (without Key Vault the settings "
                f"{', '.join(secret.setting for secret in missing)})"
            )
        return tuple(value for value in values if value)

    async def find(self, secret: Secret) -> str | None:
        """The value of an optional secret, None when it does not exist or cannot be read now.

        A failure counts for an interval, so that it makes neither work for the vault nor a delay.
        """
        outcomes = await self._landed(self._renew((secret,)), self._optional_wait_s)
        outcome = outcomes.get(secret)
        if isinstance(outcome, VaultError):
            with self._lock:
                self._keep(secret, outcome)
        return self._readings[secret].value

    def known(self, secret: Secret) -> str | None:
        """The value of a secret if somebody has read it before; nothing is read for this."""
        reading = self._readings.get(secret)
        return reading.value if reading else None

    async def refresh(self, *secrets: Secret) -> None:
        """Read secrets again because a value no longer works: at most once per interval each.

        Whoever asks while such a reading is under way waits for it, but not for long. A vault that
        is slow or down changes nothing.
        """
        with self._lock:
            now = self._clock.monotonic()
            last = self._refreshed_at
            due = [s for s in secrets if now - last.get(s, -math.inf) >= self._refresh_interval_s]
            self._refreshed_at.update(dict.fromkeys(due, now))
            waited_for = [s for s in secrets if s in due or s in self._flights]
        if waited_for:
            await self._landed(self._fly(waited_for), self._optional_wait_s)

    async def settle(self) -> None:
        """Wait for all readings under way."""
        with self._lock:
            flights = dict(self._flights)
        await self._landed(flights, self._max_wait_s)

    def _refuse_what_fails_often(self, secrets: Sequence[Secret]) -> None:
        """Raise the last VaultError of an unknown secret that has failed too often just now."""
        now = self._clock.monotonic()
        for secret in secrets:
            failures = self._failures.get(secret)
            if failures is None or len(failures) < MAX_FAILURES or secret in self._readings:
                continue
            if now - failures[0][0] < FAILURES_PERIOD_S:
                error = failures[-1][1]
                raise VaultError(error.detail) from error

    def _renew(self, secrets: Sequence[Secret]) -> dict[Secret, Future[Outcome]]:
        """Start reading what is unknown or old; return the readings that there is no value for."""
        now = self._clock.monotonic()
        old = [s for s in secrets if s not in self._readings or self._is_old(s, now)]
        flights = self._fly(old) if old else {}
        return {s: flight for s, flight in flights.items() if not self._has_value(s)}

    def _is_old(self, secret: Secret, now: float) -> bool:
        return now >= self._readings[secret].fresh_until

    def _has_value(self, secret: Secret) -> bool:
        reading = self._readings.get(secret)
        return reading is not None and reading.value is not None

    def _fly(self, secrets: Sequence[Secret]) -> dict[Secret, Future[Outcome]]:
        """Start reading the secrets that nobody is reading yet; return the readings under way."""
        with self._lock:
            new = [secret for secret in secrets if secret not in self._flights]
            self._flights.update((secret, Future[Outcome]()) for secret in new)
            flights = {secret: self._flights[secret] for secret in secrets}
        if new:
            self._threads.submit(self._read_all, new)
        return flights

    async def _landed(
        self, flights: Mapping[Secret, Future[Outcome]], max_wait_s: float
    ) -> dict[Secret, Outcome]:
        """Wait for readings; giving up (VaultError) or being cancelled ends them for nobody."""
        if not flights:
            return {}
        # asyncio.wait neither cancels what it waits for nor cares which event loop reads.
        waiting = [asyncio.wrap_future(flight) for flight in flights.values()]
        await asyncio.wait(waiting, timeout=max_wait_s)
        late = VaultError(f"Key Vault did not answer within {max_wait_s:g} seconds")
        return {s: flight.result() if flight.done() else late for s, flight in flights.items()}

    def _read_all(self, secrets: Sequence[Secret]) -> None:
        """Read the first secret, which signs in at the vault, then the others at the same time."""
        first, *others = secrets
        outcome = self._read(first)
        for secret in others:
            if isinstance(outcome, VaultError):
                self._land(secret, outcome)
            else:
                self._threads.submit(self._read, secret)

    def _read(self, secret: Secret) -> Outcome:
        outcome: Outcome
        try:
            value = self._source.read(secret)
            outcome = value.strip() if value else None
        except VaultError as error:
            log.warning("%s cannot be read: %s", secret, error.detail)
            outcome = error
        except Exception:  # whatever happened: those who wait must hear of it
            log.exception("%s cannot be read", secret)
            outcome = VaultError("Key Vault could not be asked; the log says why")
        self._land(secret, outcome)
        return outcome

    def _land(self, secret: Secret, outcome: Outcome) -> None:
        """Keep what was read, or what was known before; then wake those who wait."""
        with self._lock:
            if not isinstance(outcome, VaultError):
                lifetime_s = self._time_to_live_s if outcome else self._refresh_interval_s
                self._readings[secret] = _Reading(outcome, self._clock.monotonic() + lifetime_s)
            elif secret in self._readings:
                self._keep(secret)
            else:
                failures = self._failures.setdefault(secret, deque(maxlen=MAX_FAILURES))
                failures.append((self._clock.monotonic(), outcome))
            flight = self._flights.pop(secret)
        flight.set_result(outcome)

    def _keep(self, secret: Secret, failure: VaultError | None = None) -> None:
        """Let what is known of a secret, if it is but its absence, stand for one more interval.

        Of one that was never read only the `failure` is known.
        """
        known = self._readings.get(secret) or _Reading(None, 0, failure)
        until = self._clock.monotonic() + self._refresh_interval_s
        self._readings[secret] = known._replace(fresh_until=until)
