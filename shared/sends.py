"""One send under one claim: taken before Twilio is called, and kept until it is known how it ended.

What Twilio surely did not do frees the key. Where its answer is lost nothing is sent again before
the settle window is over and neither a report nor Twilio's list shows what was sent.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

from shared.claims import Claim, Claims, HiddenClaimError
from shared.clock import Clock
from shared.errors import (
    RETRY_AFTER_OUTAGE_S,
    ConfigurationError,
    InvalidRequestError,
    LedgerError,
    TwilioError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioUnreachableError,
    VaultError,
)
from shared.idempotency import Key
from shared.ledger import Ledger
from shared.lookups import AmbiguousError, Listed, Lookups
from shared.outcomes import ambiguous, unknown
from shared.settings import Settings
from shared.sid_owners import SidOwners
from shared.twilio_account import TwilioAccount

# After these nothing was done. A refusal with a 5xx is made an unknown outcome before.
NOTHING_DONE = (
    InvalidRequestError,
    ConfigurationError,
    VaultError,
    TwilioUnreachableError,
    TwilioRefusedError,
)

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
    for what an attempt of a claim has made, as Lookups does.
    """

    create: Callable[[str], Awaitable[Accepted]]
    find: Callable[[Lookups, Claim], Awaitable[Listed | None]]


class Records(NamedTuple):
    """Where is written, and found, what was sent."""

    claims: Claims
    owners: SidOwners
    lookups: Lookups

    @classmethod
    def of(
        cls, ledger: Ledger, account: TwilioAccount, clock: Clock, config: Settings
    ) -> "Records":
        """Those of one ledger and one account."""
        owners = SidOwners(ledger)
        return cls(Claims(ledger, clock, config), owners, Lookups(account, owners, config))


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
        try:
            records = self._records()
        except ConfigurationError:
            if self._is_refused_without_ledger(key):
                raise
            return await self._unclaimed(send, "")
        draft = records.claims.draft(key.text, key.function, key.fingerprint)
        try:
            claim = await records.claims.take(draft)
        except HiddenClaimError:
            raise
        except LedgerError as error:
            if self._is_refused_without_ledger(key):
                raise
            log.warning("Sent without a claim, which cannot be stored: %s", error.log_text)
            # The claim may be stored all the same, and then the reports settle it.
            return await self._unclaimed(send, draft.reference)
        if claim.state == "unknown":
            claim = await self._looked_up(send, claim, records)
        if claim.state == "sent":
            return _replayed(claim)
        return await self._attempted(send, claim, records)

    def _is_refused_without_ledger(self, key: Key) -> bool:
        is_binding = key.is_binding and self._outage != "send_all"
        return is_binding or self._outage == "refuse_all"

    async def _unclaimed(self, send: Send, reference: str) -> Accepted:
        try:
            return await _create(send, reference, self._limit_s)
        except TwilioOutcomeUnknownError as error:
            raise unknown(error) from error

    async def _attempted(self, send: Send, claim: Claim, records: Records) -> Accepted:
        """Send what is claimed, in what is left of its time, and write down how it ended."""
        claims = records.claims
        try:
            accepted = await _create(send, claim.reference, self._time_left_s(claim))
        except (*NOTHING_DONE, LedgerError):
            await _recorded(claims.free(claim))
            raise
        except TwilioOutcomeUnknownError as error:
            known = await _recorded(claims.leave_unknown(claim))
            if known is not None and known.state == "sent":  # a report was faster than the answer
                return _replayed(known)._replace(is_replay=False)
            raise unknown(error, retry_after_s=self._rest_s(claims, claim)) from error
        except BaseException:  # ended from outside, or a mistake of ours: it may have left
            await _recorded(claims.leave_unknown(claim))
            raise
        await self._finished(claim, accepted, records)
        return accepted

    async def _finished(self, claim: Claim, accepted: Accepted, records: Records) -> None:
        """Write down what was sent; where that fails, a report does it later."""
        _, is_owner = await asyncio.gather(
            _recorded(records.claims.finish(claim, *accepted[:3])),
            _recorded(records.owners.own(accepted.sid, claim.reference)),
        )
        if is_owner is False:
            log.error("Another claim has taken %s for its own", accepted.sid)

    async def _looked_up(self, send: Send, claim: Claim, records: Records) -> Claim:
        """Settle an unknown claim by Twilio's list, or begin a new attempt: `sent` or `sending`."""
        claims = records.claims
        if claims.rest_of_window_s(claim) > 0:
            raise unknown(retry_after_s=self._rest_s(claims, claim))
        try:
            found = await send.find(records.lookups, claim)
        except AmbiguousError:
            raise ambiguous(self._window_s) from None
        except (TwilioError, VaultError, ConfigurationError) as error:
            raise unknown(error, retry_after_s=RETRY_AFTER_OUTAGE_S) from error
        if found is not None:
            return await claims.finish(claim, found.sid, found.status, found.sender or "")
        claim = await claims.retake(claim)
        if claim.state == "unknown":  # somebody else was first, and got no answer either
            raise unknown(retry_after_s=self._rest_s(claims, claim))
        return claim

    def _time_left_s(self, claim: Claim) -> float:
        passed_s = max(0.0, (self._clock.now() - claim.attempted_at).total_seconds())
        if passed_s >= self._limit_s:
            raise LedgerError("The storage answered too late, so nothing was sent.")
        return self._limit_s - passed_s

    def _rest_s(self, claims: Claims, claim: Claim) -> int:
        return max(1, math.ceil(claims.rest_of_window_s(claim)))


async def _create(send: Send, reference: str, limit_s: float) -> Accepted:
    """Call Twilio, for so many seconds at most."""
    try:
        async with asyncio.timeout(limit_s):
            return await send.create(reference)
    except TimeoutError as error:
        raise TwilioOutcomeUnknownError("Twilio did not answer in time.") from error
    except TwilioRefusedError as error:
        if error.twilio_status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise TwilioOutcomeUnknownError(
            error.detail, code=error.code, log_text=error.log_text
        ) from error


async def _recorded[Result](change: Awaitable[Result]) -> Result | None:
    """What is known by now does not depend on whether it can be written down; None if not."""
    try:
        return await change
    except LedgerError as error:
        log.warning("The end of a send cannot be stored: %s", error.log_text)
        return None


def _replayed(claim: Claim) -> Accepted:
    return Accepted(claim.sid, claim.status, claim.sender, is_replay=True)
