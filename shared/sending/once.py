"""One send under one claim: taken before Twilio is called, and kept until it is known how it ended.

What Twilio surely did not do frees the key. Where its answer is lost nothing is sent again before
the settle window is over and neither a report nor Twilio's list shows what was sent.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from shared.clock import Clock
from shared.config.settings import Settings
from shared.errors import (
    RETRY_AFTER_OUTAGE_S,
    AppError,
    ConfigurationError,
    LedgerError,
    TwilioError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioTimeoutError,
    VaultError,
)
from shared.http.idempotency import NOBODY, Key
from shared.ledger.rows import Ledger
from shared.sending.claims import Claim, Claims, HiddenClaimError
from shared.sending.lookups import AmbiguousError, Listed, Lookups
from shared.sending.sid_owners import SidOwners
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.outcomes import ambiguous, did_nothing, unknown

log = logging.getLogger(__name__)


class Accepted(NamedTuple):
    """What Twilio has taken on; `sender` is "" where it is not known (yet)."""

    sid: str
    status: str
    sender: str = ""
    is_replay: bool = False


@dataclass(frozen=True, kw_only=True)
class Send:
    """A request to Twilio.

    `create` makes it, given the reference that its reports shall name ("" for none). `find` looks
    for what an attempt of a claim has made, as Lookups does. `sender` (a number) and `service` (a
    messaging service) are those that `create` asks for, "" for none.
    """

    create: Callable[[str], Awaitable[Accepted]]
    find: Callable[[Lookups, Claim], Awaitable[Listed | None]]
    sender: str = ""
    service: str = ""


class Records(NamedTuple):
    """Where is written, and found, what was sent."""

    claims: Claims
    lookups: Lookups

    @classmethod
    def of(
        cls, ledger: Ledger, account: TwilioAccount, clock: Clock, config: Settings
    ) -> "Records":
        """Those of one ledger and one account."""
        lookups = Lookups(account, SidOwners(ledger), clock, config)
        return cls(Claims(ledger, clock, config), lookups)


class Sends:
    """Sends what somebody asks for, once for each key."""

    def __init__(self, records: Callable[[], Records], clock: Clock, config: Settings) -> None:
        """`records` is called only when the ledger is needed; it may raise ConfigurationError."""
        self._records = records
        self._clock = clock
        self._limit_s = config.send_limit_s
        self._window_s = config.settle_window_s
        self._outage = config.storage_outage

    async def once(self, send: Send, key: Key | None) -> Accepted:
        """Send, or return what was sent under the key before.

        Raise KeyReusedError, StillRunningError, LedgerError, ConfigurationError, VaultError or a
        TwilioError. Without a key nothing is remembered, unless the settings want a claim always.
        """
        if key is None:
            if self._outage != "refuse_all":
                return await self._unclaimed(send, "")
            key = Key.of_nobody()
        records, claim = await self._taken(send, key)
        if records is None or claim is None:
            return await self._unclaimed(send, claim.reference if claim else "")
        if claim.state == "unknown":
            claim = await self._looked_up(send, claim, records)
        if claim.state == "sent":
            return _replayed(claim)
        return await self._attempted(send, claim, records.claims)

    async def _taken(self, send: Send, key: Key) -> tuple[Records | None, Claim | None]:
        """The claim of a key; no records where it shall be sent although they cannot be used.

        Even then the claim may be stored, so its reports name it.
        """
        draft = None
        try:
            records = self._records()
            draft = records.claims.draft(*key[:3], send.sender, send.service)
            return records, await records.claims.take(draft)
        except (ConfigurationError, LedgerError) as error:
            if isinstance(error, HiddenClaimError) or self._is_refused_without_ledger(key, error):
                raise
            log.warning("Sent without a claim: %s", error.log_text)
            return None, draft

    def _is_refused_without_ledger(self, key: Key, error: AppError) -> bool:
        is_outage = isinstance(error, LedgerError)
        is_binding = key.is_binding and not (is_outage and self._outage == "send_all")
        return is_binding or self._outage == "refuse_all"

    async def _unclaimed(self, send: Send, reference: str) -> Accepted:
        try:
            return await _create(send, reference, self._limit_s)
        except TwilioOutcomeUnknownError as error:
            raise unknown(error) from error

    async def _attempted(self, send: Send, claim: Claim, claims: Claims) -> Accepted:
        """Send what is claimed, in what is left of its time, and write down how it ended."""
        try:
            accepted = await _create(send, claim.reference, self._time_left_s(claim))
        except TwilioOutcomeUnknownError as error:
            known = await _recorded(claims.leave_unknown(claim))
            if known is not None and known.state == "sent":  # a report was faster than the answer
                return _replayed(known)._replace(is_replay=False)
            raise self._unknown(claims, claim, error) from error
        except BaseException as error:
            # What shows nothing was ended from outside, or is a mistake of ours: it may have left.
            end = claims.free if did_nothing(error) else claims.leave_unknown
            await _recorded(end(claim))
            raise
        # Where this cannot be written down, a report does it later.
        done = await _recorded(claims.finish(claim, *accepted[:3]))
        if done is not None and done.state == "unknown":
            raise self._unknown(claims, claim)
        return accepted

    async def _looked_up(self, send: Send, claim: Claim, records: Records) -> Claim:
        """Settle an unknown claim by Twilio's list, or begin a new attempt: `sent` or `sending`."""
        claims = records.claims
        if claims.rest_of_window_s(claim) > 0:
            raise self._unknown(claims, claim)
        try:
            found = await send.find(records.lookups, claim)
        except AmbiguousError as error:
            if error.wait_s > 0:
                raise unknown(settled_in_s=math.ceil(error.wait_s)) from None
            raise ambiguous(self._window_s) from None
        except (TwilioError, VaultError, ConfigurationError) as error:
            raise unknown(error, settled_in_s=RETRY_AFTER_OUTAGE_S) from error
        if found is not None:
            claim = await claims.finish(claim, found.sid, found.status, found.sender or "")
        else:
            claim = await claims.retake(claim._replace(sender=send.sender, service=send.service))
        if claim.state == "unknown":  # somebody else was first
            raise self._unknown(claims, claim)
        return claim

    def _time_left_s(self, claim: Claim) -> float:
        passed_s = max(0.0, (self._clock.now() - claim.attempted_at).total_seconds())
        if passed_s >= self._limit_s:
            raise LedgerError("The storage answered too late, so nothing was sent.")
        return self._limit_s - passed_s

    def _unknown(
        self, claims: Claims, claim: Claim, cause: AppError | None = None
    ) -> TwilioOutcomeUnknownError:
        """What the caller is told; nobody can repeat a request that has no key of its own."""
        if claim.function == NOBODY:
            return unknown(cause)
        return unknown(cause, settled_in_s=max(1, math.ceil(claims.rest_of_window_s(claim))))


async def _create(send: Send, reference: str, limit_s: float) -> Accepted:
    """Call Twilio, for so many seconds at most."""
    try:
        async with asyncio.timeout(limit_s):
            return await send.create(reference)
    except (TimeoutError, TwilioTimeoutError) as error:
        raise TwilioOutcomeUnknownError("Twilio did not answer in time.") from error
    except TwilioRefusedError as error:
        if did_nothing(error):
            raise
        raise TwilioOutcomeUnknownError(
            error.detail, code=error.code, log_text=error.log_text
        ) from error


async def _recorded[Result](change: Awaitable[Result]) -> Result | None:
    """What is known by now does not depend on whether it can be written down; None if not."""
    try:
        return await change
    except (ConfigurationError, LedgerError) as error:
        log.warning("The end of a send cannot be stored: %s", error.log_text)
        return None


def _replayed(claim: Claim) -> Accepted:
    return Accepted(claim.sid, claim.status, claim.sender, is_replay=True)
