"""The outbox: pass a text or a call through the guards to Twilio, once per idempotency key.

Claim the key before calling Twilio, then record the outcome. Free the key if Twilio certainly did
nothing. If its answer is lost, send again only after the settle window, and only if neither a
report nor Twilio's list shows that it was sent.
"""

import logging
import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

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
    VaultError,
)
from shared.guards.guards import Guards
from shared.http.idempotency import UNNAMED, Key
from shared.http.urls import PublicUrls
from shared.sending.claim import IdempotencyClaim
from shared.sending.claims import Claims, HiddenClaimError
from shared.sending.lookups import AmbiguousError, Lookups
from shared.sending.request import Request
from shared.sending.sent import Sent
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.dispatch import Dispatch
from shared.twilio_api.outcomes import ambiguous, did_nothing, present, unknown

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance
    from twilio.rest.api.v2010.account.message import MessageInstance

log = logging.getLogger(__name__)


class Records(NamedTuple):
    """Where to record and to find what was sent."""

    claims: Claims
    lookups: Lookups


class Posting(NamedTuple):
    """A request, the URL that it came in on (reports go next to it), and its deadline."""

    request: Request
    request_url: str
    dispatch: Dispatch


class Outbox:
    """Sends texts and places calls for one account."""

    def __init__(
        self,
        account: TwilioAccount,
        guards: Guards,
        records: Callable[[], Records],
        urls: PublicUrls,
        clock: Clock,
        config: Settings,
    ) -> None:
        """`records` is called only if the ledger is needed, and may raise ConfigurationError."""
        self._account = account
        self._guards = guards
        self._records = records
        self._urls = urls
        self._clock = clock
        self._config = config
        self._outage = config.storage_outage

    async def send(self, request: Request, request_url: str, key: Key | None = None) -> Sent:
        """Send, or return what was sent before under the same key.

        Without a key, record nothing, unless STORAGE_OUTAGE=refuse_all always requires a claim.
        Raise ConfigurationError, VaultError, InvalidRequestError, NotAllowedError,
        LimitReachedError, KeyReusedError, StillRunningError, LedgerError, TooLateError or a
        TwilioError.
        """
        request = request.with_sender(self._config)
        if self._config.guards.dry_run:
            request.require_possible(self._clock.now(), self._config.guards)
            await self._guards.check(request)
            checked = Sent.of(request, "", "dry_run", request.sender)
            return checked._replace(is_dry_run=True)
        dispatch = Dispatch(self._clock, self._config.send_limit_s)
        return await self._once(Posting(request, request_url, dispatch), key)

    async def _once(self, posting: Posting, key: Key | None) -> Sent:
        if key is None:
            if self._outage != "refuse_all":
                return await self._unclaimed(posting, "")
            key = Key.unnamed()
        records, claim = await self._take(posting.request, key)
        if records is None or claim is None:
            return await self._unclaimed(posting, claim.reference if claim else "")
        if claim.state == "unknown":
            claim = await self._look_up(posting, claim, records)
        if claim.state == "sent":
            return Sent.before(posting.request, claim)
        return await self._attempt(posting, claim, records.claims)

    async def _take(
        self, request: Request, key: Key
    ) -> tuple[Records | None, IdempotencyClaim | None]:
        """Claim a key; return None for the records to send without them in an outage.

        Even then the claim may have been stored, so reports should name it.
        """
        draft = None
        try:
            records = self._records()
            draft = records.claims.draft(
                *key[:3], request.sender or "", request.messaging_service_sid or ""
            )
            return records, await records.claims.take(draft)
        except (ConfigurationError, LedgerError) as error:
            if isinstance(error, HiddenClaimError) or self._is_refused_without_ledger(key, error):
                raise
            log.warning("Sending without a claim: %s", error.log_text)
            return None, draft

    def _is_refused_without_ledger(self, key: Key, error: AppError) -> bool:
        is_outage = isinstance(error, LedgerError)
        is_binding = key.is_binding and not (is_outage and self._outage == "send_all")
        return is_binding or self._outage == "refuse_all"

    async def _unclaimed(self, posting: Posting, reference: str) -> Sent:
        try:
            return await self._create(posting, reference)
        except TwilioOutcomeUnknownError as error:
            raise unknown(error) from error

    async def _attempt(self, posting: Posting, claim: IdempotencyClaim, claims: Claims) -> Sent:
        """Send under the claim, before its deadline, and record the outcome."""
        request = posting.request
        try:
            sent = await self._create(posting, claim.reference, lambda: claims.confirm(claim))
        except TwilioOutcomeUnknownError as error:
            known = await _recorded(claims.leave_unknown(claim))
            if known is not None and known.state == "sent":  # a report was faster than the answer
                return Sent.before(request, known)._replace(is_replay=False)
            raise self._unknown(claims, claim, error) from error
        except BaseException as error:
            # Any other error is a cancellation or our bug: the request may have gone out.
            end = claims.free if did_nothing(error) else claims.leave_unknown
            known = await _recorded(end(claim))
            if did_nothing(error) and known is not None and known.state == "sent":
                return Sent.before(request, known)  # by another attempt
            raise
        # If this cannot be recorded now, a report settles the claim later.
        done = await _recorded(claims.finish(claim, sent.sid, sent.status, sent.sender))
        if done is not None and done.state == "unknown":
            raise self._unknown(claims, claim)
        # Every caller gets the same answer, even if another attempt succeeded too.
        return sent if done is None or done.sid == sent.sid else Sent.before(request, done)

    async def _create(
        self,
        posting: Posting,
        reference: str,
        confirm: Callable[[], Awaitable[None]] | None = None,
    ) -> Sent:
        """Call Twilio before the deadline, once the guards admit the request.

        `confirm` runs before each attempt and raises if the request must no longer be sent.
        """
        request, guards = posting.request, self._config.guards
        posting.dispatch.left_s()
        request.require_possible(self._clock.now(), guards)
        creation = request.creation(self._urls, posting.request_url, reference, guards)

        async def create(client: "Client") -> "MessageInstance | CallInstance":
            if confirm is not None:
                await confirm()
            return await creation(client)

        try:
            async with self._guards.admitted(request):
                made = await posting.dispatch.run(lambda: self._account.run(create), reference)
        except TwilioRefusedError as error:
            if did_nothing(error):
                raise
            raise TwilioOutcomeUnknownError(
                error.detail, code=error.code, log_text=error.log_text
            ) from error
        # The SDK doesn't expose the `from` of a call.
        sender = getattr(made, "from_", None) or request.sender
        return Sent.of(request, present(made.sid), present(made.status), sender)

    async def _look_up(
        self, posting: Posting, claim: IdempotencyClaim, records: Records
    ) -> IdempotencyClaim:
        """Settle an unknown claim from Twilio's list (`sent`), or start an attempt (`sending`)."""
        request, claims = posting.request, records.claims
        if claims.window_left_s(claim) > 0:
            raise self._unknown(claims, claim)
        try:
            found = await request.find(records.lookups, claim)
        except AmbiguousError as error:
            if error.wait_s > 0:
                raise unknown(settled_in_s=math.ceil(error.wait_s)) from None
            raise ambiguous(self._config.settle_window_s) from None
        except (TwilioError, VaultError, ConfigurationError) as error:
            raise unknown(error, settled_in_s=RETRY_AFTER_OUTAGE_S) from error
        if found is not None:
            claim = await claims.finish(claim, found.sid, found.status, found.sender or "")
        else:
            posting.dispatch.restart()
            claim = await claims.retry(
                claim._replace(
                    sender=request.sender or "", service=request.messaging_service_sid or ""
                )
            )
        if claim.state == "unknown":  # another request was faster
            raise self._unknown(claims, claim)
        return claim

    def _unknown(
        self, claims: Claims, claim: IdempotencyClaim, cause: AppError | None = None
    ) -> TwilioOutcomeUnknownError:
        """Return the caller's error; without the caller's own key, it can't say to retry."""
        if claim.function == UNNAMED:
            return unknown(cause)
        return unknown(cause, settled_in_s=max(1, math.ceil(claims.window_left_s(claim))))


async def _recorded[Result](change: Awaitable[Result]) -> Result | None:
    """Record an outcome; log a warning and return None if the ledger is unavailable."""
    try:
        return await change
    except (ConfigurationError, LedgerError) as error:
        log.warning("Could not record the outcome of a send: %s", error.log_text)
        return None
