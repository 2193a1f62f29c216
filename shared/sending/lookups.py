"""Look in Twilio's lists for a send whose answer was lost.

Twilio stores no reference of ours with a message or a call, so identify one by its recipient, its
text and its creation time. Compare the times here, since `DateSent` of a queued message is empty
and the order of a list isn't documented.
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

# How far apart two clocks may be.
SKEW = timedelta(seconds=5)
# How long Twilio may keep working on a request after the app stops waiting.
LATE_WORK = timedelta(seconds=20)
# Twilio truncates its times to whole seconds.
PRECISION = timedelta(seconds=1)
# Twilio's largest page, and how many entries to read: more than one number gets in a day.
PAGE_SIZE = 1_000
MAX_LISTED = 5_000
BY_API = "outbound-api"


class AmbiguousError(Exception):
    """The list doesn't show whether an entry is the send in question.

    It may be clear in `wait_s` seconds; 0 means that waiting doesn't help.
    """

    def __init__(self, wait_s: float = 0) -> None:
        super().__init__()
        self.wait_s = wait_s


class Listed(NamedTuple):
    """An entry of a list; `sender` is None until a messaging service has picked one.

    `fits` is whether its text is the right one, or None if that can't be told.
    """

    sid: str
    status: str
    sender: str | None
    direction: str
    created_at: datetime | None
    fits: bool | None = True


class Lookups:
    """Find what a claim has sent.

    Every method returns None if it certainly wasn't sent, and raises AmbiguousError if that is
    unclear, or a TwilioError, VaultError or LedgerError.
    """

    def __init__(self, account: TwilioAccount, owners: SidOwners, clock: Clock) -> None:
        self._account = account
        self._owners = owners
        self._clock = clock

    async def message(self, claim: IdempotencyClaim, *, to: str, body: str) -> Listed | None:
        """Find a message.

        One case cannot be told apart: the same text to the same number, sent without a key and not
        reported yet.
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
        """Find a call."""

        async def listed(client: "Client") -> "list[CallInstance]":
            return await client.calls.list_async(
                to=to, from_=claim.sender, limit=MAX_LISTED, page_size=PAGE_SIZE
            )

        calls = await self._account.run(listed)
        return await self._only([_read(call, claim.sender, fits=True) for call in calls], claim)

    async def _only(self, listed: Sequence[Listed], claim: IdempotencyClaim) -> Listed | None:
        """Return the one entry that can belong to the claim, or None."""
        begin = claim.begun_at - SKEW - PRECISION
        end = claim.sendable_until + LATE_WORK + SKEW
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
        return self._due(unowned[0], limit) if unowned else None

    def _due(self, entry: Listed, limit: timedelta) -> Listed:
        """Return an entry old enough that no send in flight can still get it as its answer."""
        if entry.fits is None or entry.created_at is None:
            raise AmbiguousError
        left = entry.created_at + limit - self._clock.now()
        if left > timedelta():
            raise AmbiguousError(left.total_seconds())
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
    """Whether entries since `begin` may be missing; a list sorted newest first can prove not."""
    if len(listed) < MAX_LISTED:
        return False
    times = [entry.created_at for entry in listed if entry.created_at is not None]
    is_sorted = times == sorted(times, reverse=True)
    return len(times) < len(listed) or not is_sorted or times[-1] >= begin
