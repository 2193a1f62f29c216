"""A cache of the app's secrets: read each one once, and keep it while the vault is down.

The states of one secret:

    unknown ─ get, find ─► reading ┬─ a value ───────────► fresh, for an hour
                                   ├─ no such secret ────► missing, for a minute
                                   ├─ VaultError in find ► unreadable, for a minute
                                   └─ VaultError in get ─► unknown

    fresh, missing, unreadable
      │ └─ expired ─► due ─ get, find ─► reading ┬─ value or no such secret ─► as above
      └─ refresh ─────────────────────────┘      └─ VaultError ─► unchanged, for a minute

A secret with a value stays in use while it is read again, so a slow or broken vault delays only
requests for secrets that have no value yet. After 5 failures within 5 seconds `get` raises the
last one without reading.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from shared.clock import Clock
from shared.config.settings import Secret, require_valid
from shared.errors import ConfigurationError, VaultError

TIME_TO_LIVE_S = 3600.0
REFRESH_INTERVAL_S = 60.0
# After this many failures within the period, stop reading an unknown secret. Anyone on the
# internet can trigger a read, and a throttled vault stays throttled while requests keep coming.
MAX_FAILURES = 5
FAILURES_PERIOD_S = 5.0
# Twilio waits 15 s for a webhook's answer, so give up before that.
MAX_WAIT_S = 10.0
# For reads the app can do without: an optional secret, or a newer value of a known one.
OPTIONAL_WAIT_S = 3.0
WAIT_STEPS = 10

log = logging.getLogger(__name__)

Outcome = str | VaultError | None


class SecretSource(Protocol):
    """Where secrets come from; `read` runs in a thread and may block."""

    def read(self, secret: Secret) -> str | None:
        """Return the secret's value, or None if it doesn't exist; raise VaultError on failure."""
        ...


class AppSettings:
    """Secrets in plain app settings, for apps without a vault."""

    def __init__(self, secrets: Mapping[Secret, str]) -> None:
        self._secrets = secrets

    def read(self, secret: Secret) -> str | None:
        """Return the value of the secret's setting, or None if it isn't set."""
        return self._secrets.get(secret)


class _Known(NamedTuple):
    value: str | None  # None: the secret doesn't exist, or it could not be read
    due_at: float  # monotonic seconds
    failure: VaultError | None = None  # set if reading failed and nothing else is known


class Credentials:
    """A cache of secrets for one event loop; it reads secrets in threads."""

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
        self._in_flight: dict[Secret, asyncio.Task[Outcome]] = {}
        self._refreshed_at: dict[Secret, float] = {}
        self._failures: dict[Secret, deque[tuple[float, VaultError]]] = {}

    async def get(self, *secrets: Secret) -> tuple[str, ...]:
        """Return the secrets' values, in the order of the arguments.

        Raise VaultError if a secret cannot be read and isn't cached, and ConfigurationError naming
        all missing or malformed ones. After several failures in a row, don't read again.
        """
        self._raise_repeated_failure(secrets)
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
                f"Missing secrets: {', '.join(missing)}. Add them to Key Vault or, without a "
                f"vault, set {', '.join(secret.setting for secret in missing)}."
            )
        values = tuple(one.value for one in known if one.value)
        require_valid(zip(secrets, values, strict=True))
        return values

    async def find(self, secret: Secret) -> str | None:
        """Return an optional secret, or None if it doesn't exist or cannot be read now.

        A failure is cached for one interval, to spare the vault and avoid delays.
        """
        outcomes = await self._wait_for(self._read_due((secret,)), self._optional_wait_s)
        outcome = outcomes.get(secret)
        if isinstance(outcome, VaultError):
            self._keep(secret, outcome)
        return self._known[secret].value

    def known(self, secret: Secret) -> str | None:
        """Return the cached value of a secret, without reading anything."""
        known = self._known.get(secret)
        return known.value if known else None

    async def refresh(self, *secrets: Secret) -> None:
        """Read secrets again because a value no longer works: at most once per interval each.

        Wait briefly, also for reads already in flight. A slow or broken vault changes nothing.
        """
        now = self._clock.monotonic()
        last = self._refreshed_at
        stale = [s for s in secrets if now - last.get(s, -math.inf) >= self._refresh_interval_s]
        last.update(dict.fromkeys(stale, now))
        waited_for = [s for s in secrets if s in stale or s in self._in_flight]
        await self._wait_for(self._start_reading(waited_for), self._optional_wait_s)

    async def settle(self) -> None:
        """Wait for all reads in flight."""
        await self._wait_for(self._in_flight.copy(), self._max_wait_s)

    def _raise_repeated_failure(self, secrets: Sequence[Secret]) -> None:
        """Raise the last VaultError of an unknown secret that has just failed too often."""
        now = self._clock.monotonic()
        for secret in secrets:
            failures = self._failures.get(secret)
            if failures is None or len(failures) < MAX_FAILURES or secret in self._known:
                continue
            if now - failures[0][0] < FAILURES_PERIOD_S:
                error = failures[-1][1]
                raise VaultError(error.detail) from error

    def _read_due(self, secrets: Sequence[Secret]) -> dict[Secret, asyncio.Task[Outcome]]:
        """Read the unknown and the due secrets; return the reads of those without a value."""
        now = self._clock.monotonic()
        due = [s for s in secrets if s not in self._known or now >= self._known[s].due_at]
        reads = self._start_reading(due)
        return {secret: read for secret, read in reads.items() if not self.known(secret)}

    def _start_reading(self, secrets: Sequence[Secret]) -> dict[Secret, asyncio.Task[Outcome]]:
        """Start reading the secrets that aren't in flight yet; return all their reads."""
        first: asyncio.Task[Outcome] | None = None
        for secret in secrets:
            if secret not in self._in_flight:
                read = asyncio.create_task(self._read(secret, first))
                self._in_flight[secret] = read
                first = first or read
        return {secret: self._in_flight[secret] for secret in secrets}

    async def _wait_for(
        self, reads: Mapping[Secret, asyncio.Task[Outcome]], max_wait_s: float
    ) -> dict[Secret, Outcome]:
        """Wait for reads; a timeout (VaultError) or a cancellation doesn't stop them."""
        if not reads:
            return {}
        # In steps, so that a busy worker sees an answer that has arrived before it gives up.
        for _ in range(WAIT_STEPS):
            if not (await asyncio.wait(reads.values(), timeout=max_wait_s / WAIT_STEPS))[1]:
                break
        late = VaultError(f"Key Vault did not answer within {max_wait_s:g} seconds.")
        return {secret: read.result() if read.done() else late for secret, read in reads.items()}

    async def _read(self, secret: Secret, first: asyncio.Task[Outcome] | None) -> Outcome:
        """Read a secret and cache the outcome.

        The `first` of several signs in to the vault, so the others wait for it and fail with it.
        """
        try:
            outcome = await first if first else None
            if not isinstance(outcome, VaultError):
                outcome = await self._call_source(secret)
            self._finish(secret, outcome)
            return outcome
        finally:
            del self._in_flight[secret]

    async def _call_source(self, secret: Secret) -> Outcome:
        """Read the secret from its source, in a thread."""
        loop = asyncio.get_running_loop()
        try:
            value = await loop.run_in_executor(self._threads, self._source.read, secret)
        except VaultError as error:
            if self._should_log(secret):
                log.warning("%s cannot be read: %s", secret, error.detail)
            return error
        except Exception:  # every waiting caller must get an error, whatever the cause
            if self._should_log(secret):
                log.exception("%s cannot be read", secret)
            return VaultError("Reading from Key Vault failed. See the log for the cause.")
        return value.strip() if value else None

    def _should_log(self, secret: Secret) -> bool:
        """Log a failure once per interval: in an outage every request, even a forged one, reads."""
        failures = self._failures.get(secret)
        return not failures or self._clock.monotonic() - failures[-1][0] >= self._refresh_interval_s

    def _finish(self, secret: Secret, outcome: Outcome) -> None:
        """Cache the outcome of a read, or keep the known value if it failed."""
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
        """Keep the cached entry of a secret, even a missing one, for one more interval.

        For a secret that was never read, cache the `failure`.
        """
        known = self._known.get(secret) or _Known(None, 0, failure)
        due_at = self._clock.monotonic() + self._refresh_interval_s
        self._known[secret] = known._replace(due_at=due_at)
