"""The settings in force: the app's settings, and the row of live settings over them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from shared.clock import Clock
from shared.config.guard_settings import GuardSettings
from shared.config.settings import Settings
from shared.errors import AppError, ConfigurationError, LedgerError
from shared.ledger.rows import Ledger
from shared.live_settings.row import KIND, NAME, LiveSettings

# How long a row counts before it is read again: how soon a change takes effect.
LIFETIME_S = 15.0
# How long anything waits for a read. Twilio waits 15 s for an answer.
PATIENCE_S = 5.0

log = logging.getLogger(__name__)


class Stop(NamedTuple):
    """What stops all sending: its name for the log, and a sentence with the way to undo it."""

    name: str
    detail: str


BY_SETTING = Stop(
    "KILL_SWITCH",
    "The app setting KILL_SWITCH turns off all calls and texts. To send again, set it to false.",
)
BY_ROW = Stop(
    "stop-sending",
    "The command stop-sending turned off all calls and texts. To send again, run: "
    "python3 dev.py resume-sending",
)


class InForce(NamedTuple):
    """What applies now.

    `guards` are the app's settings with the row's `limits` in their place, which are numbers by
    the name of their setting. `stop` is what stops all sending, if anything.
    """

    guards: GuardSettings
    stop: Stop | None = None
    limits: Mapping[str, int] = MappingProxyType({})


class LiveSettingsReader:
    """Reads the row of live settings at most every 15 seconds; one instance per worker.

    While it can't be read, the last one read counts; before that, the app's settings alone do.
    """

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        clock: Clock,
        config: Settings,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Take a `ledger` that is called only to read the row, and that may raise."""
        self._ledger = ledger
        self._clock = clock
        self._guards = config.guards
        # A small part of the time for a send, which goes on if the row can't be read.
        self._patience_s = min(patience_s, config.send_limit_s / 4)
        self._in_force = InForce(config.guards)
        self._fresh_until = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._patient_until = 0.0
        self._version = ""
        self._error: AppError | None = None

    async def in_force(self) -> InForce:
        """Return what applies to a text or call now; never raise.

        All requests that come during a read wait for it, up to `patience_s` seconds from its
        start, and none of them waits again for 15 seconds.
        """
        if self._guards.kill_switch:
            return self._in_force._replace(stop=BY_SETTING)
        if self._clock.monotonic() >= self._fresh_until:
            await self._refresh()
        return self._in_force

    async def stop_name(self) -> str:
        """Return the name of what stops all sending, for the log; "" if nothing does."""
        stop = (await self.in_force()).stop
        return stop.name if stop else ""

    async def examined(self) -> tuple[InForce, AppError | None]:
        """Read the row now; return what is in force, and why the row couldn't be read."""
        await self._refresh()
        return await self.in_force(), self._error

    async def _refresh(self) -> None:
        time = asyncio.get_running_loop().time
        if self._reading is None or self._reading.done():
            # In its own task, so that cancelling one request doesn't cancel the read for others.
            self._reading = asyncio.create_task(self._read())
            self._patient_until = time() + self._patience_s
        reading = self._reading
        await asyncio.wait({reading}, timeout=max(0.0, self._patient_until - time()))
        if not reading.done():  # its result counts as soon as it is there
            self._fail(LedgerError("The storage account did not answer in time."))

    async def _read(self) -> None:
        began = self._clock.monotonic()
        try:
            row = await self._ledger().read(KIND, NAME)
        except (ConfigurationError, LedgerError) as error:
            self._fail(error)
            return
        self._error = None
        # From its start, as the row may have changed since.
        self._fresh_until = began + LIFETIME_S
        version = row.version if row else ""
        if version != self._version:
            self._version = version
            self._use(LiveSettings.of_row(row))

    def _use(self, live: LiveSettings) -> None:
        for fault in live.faults:
            log.warning("Ignoring a limit in the row of live settings: %s", fault)
        stop = BY_ROW if live.is_stopped else None
        if stop != self._in_force.stop:
            log.warning("Sending is %s", "stopped by stop-sending" if stop else "no longer stopped")
        self._in_force = InForce(live.over(self._guards), stop, live.limits)

    def _fail(self, error: AppError) -> None:
        """Keep what is in force for as long as after a successful read."""
        self._fresh_until = self._clock.monotonic() + LIFETIME_S
        # One line per outage; without storage there is no row to miss.
        if self._error is None and isinstance(error, LedgerError):
            log.warning("Could not read the live settings: %s", error.log_text)
        self._error = error
