"""Claims: who may send what an idempotency key stands for, and what became of it.

            take             Twilio says yes
    no row ──────► sending ──────────────────► sent
      ▲              │ │                        ▲
      └─ free ───────┘ └─ no answer ► unknown ──┤ a report, or Twilio's list, shows it
         nothing                        │       │
         was done                       └─ retake: it is not there ─► sending, a new attempt

Each arrow is one write that only succeeds when the row is as it was read, so one of several callers
wins. A worker that dies leaves `sending`, which counts as `unknown` after the longest send.
"""

import hashlib
import logging
import re
import secrets
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.config.settings import Settings
from shared.errors import KeyReusedError, LedgerError, StillRunningError
from shared.ledger.rows import Ledger, Row, RowChangedError, RowExistsError
from shared.sending.claim import CLAIM, IdempotencyClaim
from shared.sending.sid_owners import SidOwners

TOO_OFTEN = "A claim changes more often than it can be read."
ROUNDS = 10  # more than ever meet at one row; a broken store shall keep no worker busy

_REFERENCE = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})")

log = logging.getLogger(__name__)


class HiddenClaimError(LedgerError):
    """The key has a claim, but the ledger cannot be read now: nobody may send under the key."""


class Claims:
    """The claims in a ledger. Every method raises LedgerError when that cannot be used."""

    def __init__(self, ledger: Ledger, clock: Clock, config: Settings) -> None:
        self._ledger = ledger
        self._owners = SidOwners(ledger)
        self._clock = clock
        self._limit = timedelta(seconds=config.send_limit_s)
        self._window = timedelta(seconds=config.settle_window_s)

    def draft(
        self, key: str, function: str, fingerprint: str, sender: str = "", service: str = ""
    ) -> IdempotencyClaim:
        """Return a claim to take, begun now; nothing is stored yet."""
        attempt = self._new_attempt()
        return IdempotencyClaim(
            _name(key), function, fingerprint, *attempt, sender=sender, service=service
        )

    async def take(self, draft: IdempotencyClaim) -> IdempotencyClaim:
        """Claim a key before Twilio is called; return the claim that the key has from now on.

        `sending`: it is the draft, and the caller sends. `sent`: the answer is there. `unknown`:
        see `rest_of_window_s`. Raise KeyReusedError, StillRunningError, HiddenClaimError; any
        other LedgerError comes before it is known whether the key has a claim.
        """
        for _ in range(ROUNDS):
            try:
                row = await self._ledger.insert(draft.to_row())
            except RowExistsError as error:
                known = await self._in_the_way(draft.name, error.row)
                if known is not None:
                    return self._judged(known, draft)
            else:
                return IdempotencyClaim.from_row(row)
        raise LedgerError(TOO_OFTEN)

    async def retake(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        """Begin a new attempt of an unknown send that is known by now not to have happened.

        Return what `take` returns, and raise the same: somebody else may have been first.
        """
        again = claim.tried_again(*self._new_attempt())
        try:
            return IdempotencyClaim.from_row(await self._ledger.replace(again.to_row()))
        except RowChangedError:
            known = await self._read(claim.name)
        if known is None:  # somebody was first, and was refused: the key is free
            raise _still_running()
        return self._judged(known, again)

    async def finish(
        self, claim: IdempotencyClaim, sid: str, status: str, sender: str
    ) -> IdempotencyClaim:
        """Twilio has it: from now on this is the key's answer. Return the claim as it is: `sent`.

        It stays `unknown` when the SID is another claim's, and has the SID of another attempt when
        that was first. A report may have told the SID already; the answer that the caller gets
        stands above it.
        """
        # First, not meanwhile: what is `sent` but not owned could be found by another claim.
        if not await self._owners.own(sid, claim.references):
            log.error("%s belongs to another claim", sid)
            return await self.leave_unknown(claim)
        known = claim
        for _ in range(ROUNDS):
            done = known._replace(
                state="sent", sid=sid, status=status, sender=sender or known.sender
            )
            try:
                return IdempotencyClaim.from_row(await self._ledger.replace(done.to_row()))
            except RowChangedError:
                known = await self._read_of(claim)
            if known is None:
                log.error("The claim of %s belongs to another send by now", sid)
                return done
            if known.state == "sent" and known.sid != sid:
                log.error("%s was sent as well as %s, under one claim", sid, known.sid)
                return known
            if known == done._replace(version=known.version):  # the store's answer was lost
                return known
        raise LedgerError(TOO_OFTEN)

    async def confirm(self, claim: IdempotencyClaim) -> None:
        """Make sure that a new attempt is still to be made; raise StillRunningError when not.

        A report may have told meanwhile that an earlier attempt was successful after all.
        """
        if not claim.earlier:
            return
        known = await self._read(claim.name)
        if known is None or (known.attempt, known.state) != (claim.attempt, "sending"):
            raise _still_running()

    async def leave_unknown(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        """No usable answer came back. Return the claim as it is: a report may have settled it."""
        unknown = claim._replace(state="unknown")
        try:
            return IdempotencyClaim.from_row(await self._ledger.replace(unknown.to_row()))
        except RowChangedError:
            known = await self._read_of(claim)
        return known if known and known.state != "sending" else unknown

    async def free(self, claim: IdempotencyClaim) -> IdempotencyClaim | None:
        """Nothing was done, so the key may be used anew, for anything; return None.

        The claim stays where there were earlier attempts, since a report may still name one. It is
        returned as it is, too, when it is no longer this attempt: another may have sent it.
        """
        try:
            if claim.earlier:
                before = claim.without_attempt(self._clock.now())
                return IdempotencyClaim.from_row(await self._ledger.replace(before.to_row()))
            await self._ledger.delete(claim.to_row())
        except RowChangedError:  # freed already, or a report says that it was sent after all
            log.warning("A claim that was to be freed has changed")
            return await self._read_of(claim)
        return None

    async def settle(self, reference: str, sid: str, status: str) -> None:
        """A signed report names its claim: what was unknown, or not answered yet, was sent.

        It may name an earlier attempt, which Twilio has finished late: then no other is made. A
        reference that is malformed, or of no claim, or of an attempt that its claim does not know,
        is logged, and so is a SID that another claim has found first.
        """
        named = _REFERENCE.fullmatch(reference)
        for _ in range(ROUNDS):
            claim = await self._read(named[1]) if named else None
            if claim is None or reference not in claim.references:
                log.warning("A report of %s names no claim that is known", sid)
                return
            if claim.state == "sent" and claim.sid == sid:
                return
            if claim.state == "sent" or not await self._owners.own(
                sid, [reference, *claim.references]
            ):
                log.error("The claim that a report of %s names has, or is of, another", sid)
                return
            try:
                settled = claim._replace(state="sent", sid=sid, status=status)
                await self._ledger.replace(settled.to_row())
            except RowChangedError:
                continue
            return
        raise LedgerError(TOO_OFTEN)

    async def find(self, key: str) -> IdempotencyClaim | None:
        """What is known of a key; `sending` for longer than a send may take is shown as unknown."""
        claim = await self._read(_name(key))
        return claim.as_of(self._clock.now()) if claim else None

    def rest_of_window_s(self, claim: IdempotencyClaim) -> float:
        """For how many seconds Twilio may still report an unknown send by itself; 0 when over."""
        rest = claim.unsettled_until - self._clock.now()
        return max(0.0, rest.total_seconds())

    async def _read(self, name: str) -> IdempotencyClaim | None:
        row = await self._ledger.read(CLAIM, name)
        return IdempotencyClaim.from_row(row) if row else None

    async def _read_of(self, claim: IdempotencyClaim) -> IdempotencyClaim | None:
        """The claim as it is now; None when it was freed, even if the key is taken anew."""
        known = await self._read(claim.name)
        return known if known and claim.reference in known.references else None

    async def _in_the_way(self, name: str, row: Row | None) -> IdempotencyClaim | None:
        try:
            return IdempotencyClaim.from_row(row) if row else await self._read(name)
        except LedgerError as error:
            raise HiddenClaimError(error.detail) from error

    def _judged(self, known: IdempotencyClaim, draft: IdempotencyClaim) -> IdempotencyClaim:
        """What a request may do about the claim that its key has."""
        if (known.function, known.fingerprint) != (draft.function, draft.fingerprint):
            raise KeyReusedError(
                "The Idempotency-Key belongs to a request with other fields or to another "
                "function. Repeat that request unchanged. To send something else, use a new key.",
                field="Idempotency-Key",
            )
        if known.attempt == draft.attempt:  # the answer of the store was lost, the row is ours
            return known
        known = known.as_of(self._clock.now())
        if known.state == "sending":
            raise _still_running()
        return known

    def _new_attempt(self) -> tuple[str, datetime, datetime, datetime]:
        """The name and the times of an attempt that begins now."""
        now = self._clock.now()
        return secrets.token_hex(8), now, now + self._limit, now + self._window


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _still_running() -> StillRunningError:
    detail = "A request with this Idempotency-Key is running, or was cut off a moment ago."
    return StillRunningError(detail, retry_after_s=1)
