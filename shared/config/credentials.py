"""The app's secrets: each read once however many ask, and kept while the vault is down.

What is known of one secret, and what changes it:

    unknown ─ get, find ─► being read ┬─ a value ───────────► fresh, for an hour
                                      ├─ no such secret ────► missing, for a minute
                                      ├─ VaultError to find ► unreadable, for a minute
                                      └─ VaultError to get ─► unknown

    fresh, missing, unreadable
      │ └─ time over ─► due ─ get, find ─► being read ┬─ value or no such secret ─► as above
      └─ refresh ─────────────────────────────┘       └─ VaultError ─► as it was, for a minute

A secret with a value is used while it is read again, so a vault that is slow or down delays only
those who ask for a secret without one. After 5 failures within 5 seconds `get` raises the last one
without reading.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Mapping, Sequence
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
WAIT_STEPS = 10

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


class _Known(NamedTuple):
    value: str | None  # None: there is no such secret, or it could not be read
    due_at: float  # on the clock, seconds
    failure: VaultError | None = None  # why it is not known whether there is one


class Credentials:
    """A cache of secrets. It belongs to one event loop; secrets are read in threads."""

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
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="secrets")
        self._known: dict[Secret, _Known] = {}
        self._being_read: dict[Secret, asyncio.Task[Outcome]] = {}
        self._refreshed_at: dict[Secret, float] = {}
        self._failures: dict[Secret, deque[tuple[float, VaultError]]] = {}

    async def get(self, *secrets: Secret) -> tuple[str, ...]:
        """Return the secrets' values, in the order asked for.

        Raise VaultError when one cannot be read and is not known from before, ConfigurationError
        naming all of those that do not exist. After some failures in a row, raise the last one
        without reading.
        """
        self._refuse_what_fails_often(secrets)
        outcomes = await self._wait_for(self._read_due(secrets), self._max_wait_s)
        for secret, outcome in outcomes.items():
            if isinstance(outcome, VaultError) and secret not in self._known:
                raise VaultError(outcome.detail) from outcome
        known = [self._known[secret] for secret in secrets]
        for one in known:
            if one.failure is not None:
                raise VaultError(one.failure.detail) from one.failure
        missing = [s for s, one in zip(secrets, known, strict=True) if not one.value]
        if missing:
            raise ConfigurationError(
                f"missing secrets: {', '.join(missing)} (without Key Vault the settings "
                f"{', '.join(secret.setting for secret in missing)})"
            )
        return tuple(one.value for one in known if one.value)

    async def find(self, secret: Secret) -> str | None:
        """Return an optional secret, None when it does not exist or cannot be read now.

        A failure counts for an interval, so that it makes neither work for the vault nor a delay.
        """
        outcomes = await self._wait_for(self._read_due((secret,)), self._optional_wait_s)
        outcome = outcomes.get(secret)
        if isinstance(outcome, VaultError):
            self._keep(secret, outcome)
        return self._known[secret].value

    def known(self, secret: Secret) -> str | None:
        """Return the value of a secret that has been read before; read nothing."""
        known = self._known.get(secret)
        return known.value if known else None

    async def refresh(self, *secrets: Secret) -> None:
        """Read secrets again because a value no longer works: at most once per interval each.

        Wait, but not for long, and also for a reading that is under way. A vault that is slow or
        down changes nothing.
        """
        now = self._clock.monotonic()
        last = self._refreshed_at
        stale = [s for s in secrets if now - last.get(s, -math.inf) >= self._refresh_interval_s]
        last.update(dict.fromkeys(stale, now))
        waited_for = [s for s in secrets if s in stale or s in self._being_read]
        await self._wait_for(self._start_reading(waited_for), self._optional_wait_s)

    async def settle(self) -> None:
        """Wait for all readings under way."""
        await self._wait_for(self._being_read.copy(), self._max_wait_s)

    def _refuse_what_fails_often(self, secrets: Sequence[Secret]) -> None:
        """Raise the last VaultError of an unknown secret that has failed too often just now."""
        now = self._clock.monotonic()
        for secret in secrets:
            failures = self._failures.get(secret)
            if failures is None or len(failures) < MAX_FAILURES or secret in self._known:
                continue
            if now - failures[0][0] < FAILURES_PERIOD_S:
                error = failures[-1][1]
                raise VaultError(error.detail) from error

    def _read_due(self, secrets: Sequence[Secret]) -> dict[Secret, asyncio.Task[Outcome]]:
        """Start reading what is unknown or due; return the readings of what has no value."""
        now = self._clock.monotonic()
        due = [s for s in secrets if s not in self._known or now >= self._known[s].due_at]
        readings = self._start_reading(due)
        return {secret: reading for secret, reading in readings.items() if not self.known(secret)}

    def _start_reading(self, secrets: Sequence[Secret]) -> dict[Secret, asyncio.Task[Outcome]]:
        """Start reading the secrets that are not being read yet; return all their readings."""
        first: asyncio.Task[Outcome] | None = None
        for secret in secrets:
            if secret not in self._being_read:
                reading = asyncio.create_task(self._read(secret, first))
                self._being_read[secret] = reading
                first = first or reading
        return {secret: self._being_read[secret] for secret in secrets}

    async def _wait_for(
        self, readings: Mapping[Secret, asyncio.Task[Outcome]], max_wait_s: float
    ) -> dict[Secret, Outcome]:
        """Wait for readings; giving up (VaultError) or being cancelled does not end them."""
        if not readings:
            return {}
        # In steps, so that a worker that was too busy reads what was answered before it gives up.
        for _ in range(WAIT_STEPS):
            if not (await asyncio.wait(readings.values(), timeout=max_wait_s / WAIT_STEPS))[1]:
                break
        late = VaultError(f"Key Vault did not answer within {max_wait_s:g} seconds")
        return {s: reading.result() if reading.done() else late for s, reading in readings.items()}

    async def _read(self, secret: Secret, first: asyncio.Task[Outcome] | None) -> Outcome:
        """Read a secret and keep the outcome.

        The `first` of several signs in at the vault, so the others wait for it and fail with it.
        """
        try:
            outcome = await first if first else None
            if not isinstance(outcome, VaultError):
                outcome = await self._ask(secret)
            self._finish(secret, outcome)
            return outcome
        finally:
            del self._being_read[secret]

    async def _ask(self, secret: Secret) -> Outcome:
        """Ask the source, in a thread."""
        loop = asyncio.get_running_loop()
        try:
            value = await loop.run_in_executor(self._threads, self._source.read, secret)
        except VaultError as error:
            if self._is_news(secret):
                log.warning("%s cannot be read: %s", secret, error.detail)
            return error
        except Exception:  # whatever happened: those who wait must hear of it
            if self._is_news(secret):
                log.exception("%s cannot be read", secret)
            return VaultError("Key Vault could not be asked; the log says why")
        return value.strip() if value else None

    def _is_news(self, secret: Secret) -> bool:
        """Whether it did not fail just before: in an outage each request, forged or not, asks."""
        failures = self._failures.get(secret)
        return not failures or self._clock.monotonic() - failures[-1][0] >= self._refresh_interval_s

    def _finish(self, secret: Secret, outcome: Outcome) -> None:
        """Keep what was read, or what was known before."""
        now = self._clock.monotonic()
        if not isinstance(outcome, VaultError):
            lifetime_s = self._time_to_live_s if outcome else self._refresh_interval_s
            self._known[secret] = _Known(outcome, now + lifetime_s)
        elif secret in self._known:
            self._keep(secret)
        else:
            failures = self._failures.setdefault(secret, deque(maxlen=MAX_FAILURES))
            failures.append((now, outcome))

    def _keep(self, secret: Secret, failure: VaultError | None = None) -> None:
        """Let what is known of a secret, even that it is missing, count for one more interval.

        Of one that was never read only the `failure` is known.
        """
        known = self._known.get(secret) or _Known(None, 0, failure)
        due_at = self._clock.monotonic() + self._refresh_interval_s
        self._known[secret] = known._replace(due_at=due_at)
