"""Claims: which request may send under an idempotency key, and what became of it.

            take             Twilio accepts
    no row ──────► sending ──────────────────► sent
      ▲              │ │                        ▲
      └─ free ───────┘ └─ no answer ► unknown ──┤ a report or Twilio's list shows it
         nothing                        │       │
         was done                       └─ retry: not in the list ─► sending, a new attempt

Each arrow is one write that succeeds only if the row hasn't changed since it was read, so exactly
one of several callers wins. A worker that dies leaves `sending`, which counts as `unknown` once its
deadline has passed.
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

TOO_OFTEN = "Too many requests are changing this Idempotency-Key at once. Try again shortly."
# Give up after this many lost races, so that a broken store cannot keep a worker spinning.
ROUNDS = 10

_REFERENCE = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})")

log = logging.getLogger(__name__)


class HiddenClaimError(LedgerError):
    """The key has a claim that cannot be read now, so nothing may be sent under the key."""


class Claims:
    """The claims in a ledger. Every method raises LedgerError if the ledger is unavailable."""

    def __init__(self, ledger: Ledger, clock: Clock, config: Settings) -> None:
        self._ledger = ledger
        self._owners = SidOwners(ledger)
        self._clock = clock
        self._limit = timedelta(seconds=config.send_limit_s)
        self._window = timedelta(seconds=config.settle_window_s)

    def draft(
        self, key: str, function: str, fingerprint: str, sender: str = "", service: str = ""
    ) -> IdempotencyClaim:
        """Return a claim that begins now, without storing it yet."""
        attempt = self._new_attempt()
        return IdempotencyClaim(
            _name(key), function, fingerprint, *attempt, sender=sender, service=service
        )

    async def take(self, draft: IdempotencyClaim) -> IdempotencyClaim:
        """Claim a key before calling Twilio; return the claim that the key has from now on.

        `sending`: this is the draft, and the caller sends. `sent`: the answer is known. `unknown`:
        see `window_left_s`. Raise KeyReusedError, StillRunningError or HiddenClaimError; after any
        other LedgerError it is unknown whether the key has a claim.
        """
        for _ in range(ROUNDS):
            try:
                row = await self._ledger.insert(draft.to_row())
            except RowExistsError as error:
                known = await self._existing(draft.name, error.row)
                if known is not None:
                    return self._checked(known, draft)
            else:
                return IdempotencyClaim.from_row(row)
        raise LedgerError(TOO_OFTEN)

    async def retry(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        """Begin a new attempt, now that the unknown one turns out not to have happened.

        Return and raise the same as `take`, since another request may have been faster.
        """
        again = claim.retried(*self._new_attempt())
        try:
            return IdempotencyClaim.from_row(await self._ledger.replace(again.to_row()))
        except RowChangedError:
            known = await self._read(claim.name)
        if known is None:  # another request was faster and was refused: the key is free
            raise _still_running()
        return self._checked(known, again)

    async def finish(
        self, claim: IdempotencyClaim, sid: str, status: str, sender: str
    ) -> IdempotencyClaim:
        """Record Twilio's answer as the key's answer. Return the stored claim, which is `sent`.

        It stays `unknown` if the SID belongs to another claim, and keeps the SID of an earlier
        attempt that was recorded first. If a report has already set the status, the answer that
        the caller gets replaces it.
        """
        # Own the SID first: another claim could find one that is `sent` but not owned.
        if not await self._owners.own(sid, claim.references):
            log.error("%s already belongs to another claim", sid)
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
                log.error("%s was sent, but its claim now belongs to another send", sid)
                return done
            if known.state == "sent" and known.sid != sid:
                log.error("Sent twice under one claim: %s and %s", sid, known.sid)
                return known
            if known == done._replace(version=known.version):  # the store's answer was lost
                return known
        raise LedgerError(TOO_OFTEN)

    async def confirm(self, claim: IdempotencyClaim) -> None:
        """Check that a new attempt is still needed; raise StillRunningError if it isn't.

        A report may have shown in the meantime that an earlier attempt succeeded after all.
        """
        if not claim.earlier:
            return
        known = await self._read(claim.name)
        if known is None or (known.attempt, known.state) != (claim.attempt, "sending"):
            raise _still_running()

    async def leave_unknown(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        """Record that no usable answer came back; return the claim, which a report may settle."""
        unknown = claim._replace(state="unknown")
        try:
            return IdempotencyClaim.from_row(await self._ledger.replace(unknown.to_row()))
        except RowChangedError:
            known = await self._read_of(claim)
        return known if known and known.state != "sending" else unknown

    async def free(self, claim: IdempotencyClaim) -> IdempotencyClaim | None:
        """Free the key for any new request, because Twilio did nothing; return None.

        If there were earlier attempts, keep the claim and return it, since a report may still name
        one. Return it as well if it is no longer this attempt: another may have sent it.
        """
        try:
            if claim.earlier:
                before = claim.without_attempt(self._clock.now())
                return IdempotencyClaim.from_row(await self._ledger.replace(before.to_row()))
            await self._ledger.delete(claim.to_row())
        except RowChangedError:  # already freed, or a report says that it was sent after all
            log.warning("A claim changed before it could be freed")
            return await self._read_of(claim)
        return None

    async def settle(self, reference: str, sid: str, status: str) -> None:
        """Mark the claim that a signed report names as sent, if its outcome wasn't known yet.

        The report may name an earlier attempt that Twilio finished late; then no new one is made.
        Log a reference that is malformed or doesn't match a known claim and attempt, and a SID that
        already belongs to another claim.
        """
        named = _REFERENCE.fullmatch(reference)
        for _ in range(ROUNDS):
            claim = await self._read(named[1]) if named else None
            if claim is None or reference not in claim.references:
                log.warning("The report on %s doesn't name a known claim", sid)
                return
            if claim.state == "sent" and claim.sid == sid:
                return
            if claim.state == "sent" or not await self._owners.own(
                sid, [reference, *claim.references]
            ):
                log.error("The report on %s doesn't match the SID of its claim", sid)
                return
            try:
                settled = claim._replace(state="sent", sid=sid, status=status)
                await self._ledger.replace(settled.to_row())
            except RowChangedError:
                continue
            return
        raise LedgerError(TOO_OFTEN)

    async def find(self, key: str) -> IdempotencyClaim | None:
        """Return the claim of a key, or None; `sending` past its deadline becomes `unknown`."""
        claim = await self._read(_name(key))
        return claim.as_of(self._clock.now()) if claim else None

    def window_left_s(self, claim: IdempotencyClaim) -> float:
        """Return for how many more seconds to wait for a report on an unknown send; 0 if over."""
        left = claim.unsettled_until - self._clock.now()
        return max(0.0, left.total_seconds())

    async def _read(self, name: str) -> IdempotencyClaim | None:
        row = await self._ledger.read(CLAIM, name)
        return IdempotencyClaim.from_row(row) if row else None

    async def _read_of(self, claim: IdempotencyClaim) -> IdempotencyClaim | None:
        """Return the current claim; None if it was freed, even if the key has a new claim."""
        known = await self._read(claim.name)
        return known if known and claim.reference in known.references else None

    async def _existing(self, name: str, row: Row | None) -> IdempotencyClaim | None:
        try:
            return IdempotencyClaim.from_row(row) if row else await self._read(name)
        except LedgerError as error:
            raise HiddenClaimError(error.detail) from error

    def _checked(self, known: IdempotencyClaim, draft: IdempotencyClaim) -> IdempotencyClaim:
        """Return the key's existing claim, or raise if this request can't use it."""
        if (known.function, known.fingerprint) != (draft.function, draft.fingerprint):
            raise KeyReusedError(
                "This Idempotency-Key belongs to a request with other fields or to another "
                "function. Repeat that request unchanged, or use a new key to send something else.",
                field="Idempotency-Key",
            )
        if known.attempt == draft.attempt:  # the store's answer was lost, the row is ours
            return known
        known = known.as_of(self._clock.now())
        if known.state == "sending":
            raise _still_running()
        return known

    def _new_attempt(self) -> tuple[str, datetime, datetime, datetime]:
        """Return the name and the times of an attempt that begins now."""
        now = self._clock.now()
        return secrets.token_hex(8), now, now + self._limit, now + self._window


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _still_running() -> StillRunningError:
    detail = (
        "Another request with this Idempotency-Key is still running or was just interrupted. "
        "Try again shortly."
    )
    return StillRunningError(detail, retry_after_s=1)
