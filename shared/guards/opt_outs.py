"""Who wants no texts of which sender: a number of ours, or a messaging service."""

import asyncio
import logging
import math
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from shared.clock import Clock
from shared.config.setting_rules import MESSAGING_SERVICE_SID
from shared.errors import ConfigurationError, LedgerError
from shared.guards import opt_out_lists
from shared.guards.opt_out_lists import Entry, FullListError
from shared.ledger.rows import Ledger

# How long a worker goes by what it has read.
KEPT_S = 30.0
# How long it asks a storage no more that failed.
PAUSE_S = 30.0
# At a desk it reads each time: a reset of the emulator forgets opt-outs and ends outages at once.
DESK_S = 0.0
# A slow storage shall delay no alert for long: Twilio knows the opt-outs too.
MAX_WAIT_S = 2.5
# Twilio waits 15 s for the answer to a STOP.
MAX_WRITE_S = 5.0
# Callers may name senders as they like, so there is an end to what is kept. A list that is full
# has 32,000 characters.
MAX_KEPT = 1000

log = logging.getLogger(__name__)


class _Kept(NamedTuple):
    people: str
    as_of: float  # on the clock, seconds: nothing older is known


class OptOuts:
    """The opt-outs in the ledger; one for each worker, which remembers for a while what it read.

    While the ledger cannot be used only those count as opted out who were known to it before:
    Twilio refuses by itself. It serves all event loops and threads of the worker.
    """

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        clock: Clock,
        *,
        kept_s: float = KEPT_S,
        pause_s: float = PAUSE_S,
        max_wait_s: float = MAX_WAIT_S,
        max_write_s: float = MAX_WRITE_S,
    ) -> None:
        """`ledger` is called only when it is needed; it may raise ConfigurationError."""
        self._ledger = ledger
        self._clock = clock
        self._kept_s = kept_s
        self._pause_s = pause_s
        self._max_wait_s = max_wait_s
        self._max_write_s = max_write_s
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._readings: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Task[str]] = {}
        self._failed_at = -math.inf

    async def has_opted_out(self, person: str, senders: Sequence[str]) -> bool:
        """Whether a person (E.164) wants no texts of one of the senders."""
        entries = [Entry.of(person, sender) for sender in senders]
        try:
            async with asyncio.timeout(self._max_wait_s):
                for entry in entries:
                    if entry.is_in(await self._people(entry.shard)):
                        return True
        except TimeoutError:
            self._fail(f"storage did not answer within {self._max_wait_s:g} s")
        return False

    async def remember(self, person: str, senders: Sequence[str]) -> None:
        """The person has texted STOP to the senders. When it cannot be stored the log says so."""
        await self._write_all(person, senders, is_out=True)

    async def forget(self, person: str, senders: Sequence[str]) -> None:
        """The person has texted START to the senders. When it cannot be stored the log says so."""
        await self._write_all(person, senders, is_out=False)

    async def _people(self, shard: str) -> str:
        """The people of a shard; read once, however many of this event loop ask."""
        kept = self._kept.get(shard)
        now = self._clock.monotonic()
        if kept is not None and now - kept.as_of < self._kept_s:
            return kept.people
        if now - self._failed_at < self._pause_s:
            return self._known(shard)
        key = asyncio.get_running_loop(), shard
        reading = self._readings.get(key)
        if reading is None:
            reading = self._readings[key] = asyncio.create_task(self._read(shard))
            reading.add_done_callback(lambda done: self._readings.pop(key, None))
        return await asyncio.shield(reading)

    async def _read(self, shard: str) -> str:
        """The people as they are now, or as they were known where that cannot be read."""
        begun = self._clock.monotonic()
        try:
            people = await opt_out_lists.read(self._ledger(), shard)
        except (ConfigurationError, LedgerError) as error:
            self._fail(error.log_text)
            return self._known(shard)
        with self._lock:
            # A write of ours may have ended while an older state was on its way.
            known = self._kept.get(shard)
            if known is not None and known.as_of >= begun:
                return known.people
            self._keep(shard, people, begun)
        return people

    def _known(self, shard: str) -> str:
        """Who was on a list when it was read last; nobody if that has never been."""
        kept = self._kept.get(shard)
        return kept.people if kept is not None else ""

    def _keep(self, shard: str, people: str, as_of: float) -> None:
        """Keep what a shard is like, under the lock."""
        self._kept.pop(shard, None)
        self._kept[shard] = _Kept(people, as_of)
        if len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]

    def _fail(self, reason: str) -> None:
        """Ask no more for a while; one line in the log is enough for it."""
        now = self._clock.monotonic()
        if now - self._failed_at >= self._pause_s:
            self._failed_at = now
            log.warning("Opt-outs cannot be read, so it is Twilio that refuses: %s", reason)

    async def _write_all(self, person: str, senders: Sequence[str], *, is_out: bool) -> None:
        try:
            async with asyncio.timeout(self._max_write_s):
                for sender in senders:
                    await self._write(person, sender, is_out=is_out)
        except (ConfigurationError, LedgerError) as error:
            log.warning("%s was not noted: %s", _named(is_out), error.log_text)
        except TimeoutError:
            log.warning("%s was not noted: storage did not answer in time", _named(is_out))

    async def _write(self, person: str, sender: str, *, is_out: bool) -> None:
        entry = Entry.of(person, sender)
        try:
            people = await opt_out_lists.write(self._ledger(), entry, is_out=is_out)
        except FullListError:
            log.error(  # noqa: TRY400 - all there is to say is whose list it is
                "A list of opt-outs is full, of a %s: from now on Twilio alone refuses for those "
                "who are not on it",
                _kind_of(sender),
            )
        else:
            with self._lock:
                self._keep(entry.shard, people, self._clock.monotonic())


def _named(is_out: bool) -> str:
    return "An opt-out" if is_out else "The end of an opt-out"


def _kind_of(sender: str) -> str:
    """What a sender is, for the log."""
    if sender.startswith("+"):
        return "number"
    is_service = MESSAGING_SERVICE_SID.fullmatch(sender)
    return "messaging service" if is_service else "short code or name"
