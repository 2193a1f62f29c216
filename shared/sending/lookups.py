"""Looking in Twilio's lists for something whose answer was lost.

Twilio keeps no name of ours with a message or a call, so one is known by whom it went to, by its
words, and by when it was created. `DateSent` of what is still queued is empty and the order of a
list is promised nowhere, so times are compared here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from shared.clock import Clock
from shared.sending.claim import IdempotencyClaim
from shared.sending.sid_owners import SidOwners
from shared.sending.wording import is_same_text
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.outcomes import present

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance
    from twilio.rest.api.v2010.account.message import MessageInstance

# By how much two clocks may differ.
SKEW = timedelta(seconds=5)
# For how long Twilio may still work on a request that nobody waits for any more.
AFTERMATH = timedelta(seconds=20)
# Twilio's times are cut to whole seconds.
PRECISION = timedelta(seconds=1)
# Twilio's largest page, and how many entries are read at most: more than one number gets in a day.
PAGE_SIZE = 1_000
MAX_LISTED = 5_000
BY_API = "outbound-api"


class AmbiguousError(Exception):
    """What is in the list may be the one that is looked for, or not.

    It may be clear in `wait_s` seconds; 0 where time changes nothing.
    """

    def __init__(self, wait_s: float = 0) -> None:
        super().__init__()
        self.wait_s = wait_s


class Listed(NamedTuple):
    """An entry of a list; `sender` is None until a messaging service has chosen one.

    `fits` is whether it has the right words, None when that cannot be told.
    """

    sid: str
    status: str
    sender: str | None
    direction: str
    created_at: datetime | None
    fits: bool | None = True


class Lookups:
    """Finds what a claim has sent; every method raises a TwilioError, VaultError or LedgerError.

    Each returns None when it surely was not sent, and raises AmbiguousError when that is not sure.
    """

    def __init__(self, account: TwilioAccount, owners: SidOwners, clock: Clock) -> None:
        self._account = account
        self._owners = owners
        self._clock = clock

    async def message(self, claim: IdempotencyClaim, *, to: str, body: str) -> Listed | None:
        """Look for a message.

        It may be a moment of bad luck: the same words to the same number, sent without a key and
        not reported yet, cannot be told from what is looked for.
        """

        async def listed(client: "Client") -> "list[MessageInstance]":
            from twilio.base import values

            given = claim.sender or values.unset
            return await client.messages.list_async(
                to=to, from_=given, limit=MAX_LISTED, page_size=PAGE_SIZE
            )

        def read(entry: "MessageInstance") -> Listed:
            is_right_service = claim.service in ("", entry.messaging_service_sid)
            fits = is_same_text(entry.body or "", body) if is_right_service else False
            return _read(entry, entry.from_, fits=fits)

        return await self._only([read(entry) for entry in await self._account.run(listed)], claim)

    async def call(self, claim: IdempotencyClaim, *, to: str) -> Listed | None:
        """Look for a call."""

        async def listed(client: "Client") -> "list[CallInstance]":
            return await client.calls.list_async(
                to=to, from_=claim.sender, limit=MAX_LISTED, page_size=PAGE_SIZE
            )

        calls = await self._account.run(listed)
        return await self._only([_read(call, claim.sender, fits=True) for call in calls], claim)

    async def _only(self, listed: Sequence[Listed], claim: IdempotencyClaim) -> Listed | None:
        """The one entry that can be the claim's."""
        begin = claim.begun_at - SKEW - PRECISION
        end = claim.sendable_until + AFTERMATH + SKEW
        unowned: list[Listed] = []
        for entry in listed:
            if not _is_possible(entry, begin, end):
                continue
            owner = await self._owners.find(entry.sid)
            if owner in claim.references:
                return entry
            if owner is None:
                unowned.append(entry)
        if len(unowned) > 1 or _may_be_cut_off(listed, begin):
            raise AmbiguousError
        limit = claim.sendable_until - claim.attempted_at
        return self._ripe(unowned[0], limit) if unowned else None

    def _ripe(self, entry: Listed, limit: timedelta) -> Listed:
        """An entry that nobody waits for any more: a send under way may still get it as answer."""
        if entry.fits is None or entry.created_at is None:
            raise AmbiguousError
        rest = entry.created_at + limit - self._clock.now()
        if rest > timedelta():
            raise AmbiguousError(rest.total_seconds())
        return entry


def _is_possible(entry: Listed, begin: datetime, end: datetime) -> bool:
    is_in_time = entry.created_at is None or begin <= entry.created_at <= end
    return entry.fits is not False and entry.direction == BY_API and is_in_time


def _read(
    entry: "MessageInstance | CallInstance", sender: str | None, *, fits: bool | None
) -> Listed:
    return Listed(
        present(entry.sid),
        present(entry.status),
        sender,
        str(entry.direction),
        entry.date_created,
        fits,
    )


def _may_be_cut_off(listed: Sequence[Listed], begin: datetime) -> bool:
    """Whether entries from `begin` on may be missing; a list from new to old shows that none is."""
    if len(listed) < MAX_LISTED:
        return False
    times = [entry.created_at for entry in listed if entry.created_at is not None]
    is_sorted = times == sorted(times, reverse=True)
    return len(times) < len(listed) or not is_sorted or times[-1] >= begin
