"""Lookups in Twilio's lists: matching, different, and ambiguous entries."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from twilio.base import values

from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row
from shared.sending.claim import IdempotencyClaim
from shared.sending.lookups import MAX_LISTED, PRECISION, SKEW, AmbiguousError, Lookups
from shared.sending.sid_owners import OWNER, STATE, SidOwners

if TYPE_CHECKING:
    from tests.shared.conftest import ManualClock

LINE, TO = "+12025550100", "+12025550123"
SERVICE = "MG" + "a" * 32


class Lists:
    """A fake of the SDK's lists; records the filters."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.asked: dict[str, Any] = {}
        self.messages = self.calls = self

    async def list_async(self, **filters: Any) -> list[Any]:
        self.asked = filters
        return self.entries[: filters["limit"]]

    async def run(self, operation: Any) -> Any:
        return await operation(self)


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def claim(clock: ManualClock) -> IdempotencyClaim:
    """A claim whose window has ended."""
    begun_at = clock.now()
    clock.advance(60)
    times = (begun_at, begun_at + timedelta(seconds=40), clock.now())
    return IdempotencyClaim("a" * 32, "SendSms", "f", "b" * 16, *times, "unknown")


class Search:
    """Looks for the claim's text "Hello" to the handset."""

    def __init__(self, lookups: Lookups, claim: IdempotencyClaim) -> None:
        self.lookups = lookups
        self.claim = claim

    def message(self, body: str = "Hello", sender: str = LINE, service: str = "") -> str | None:
        claim = self.claim._replace(sender=sender, service=service)
        found = asyncio.run(self.lookups.message(claim, to=TO, body=body))
        return found.sid if found else None


@pytest.fixture
def search(
    lists: Lists, ledger: MemoryLedger, clock: ManualClock, claim: IdempotencyClaim
) -> Search:
    owners = SidOwners(ledger)
    return Search(Lookups(cast("Any", lists), owners, clock), claim)


def sid(number: int) -> str:
    return f"SM{number:032}"


def entry(created_at: datetime, number: int = 1, **changes: Any) -> Any:
    known = {
        "sid": sid(number),
        "status": "sent",
        "body": "Hello",
        "from_": LINE,
        "direction": "outbound-api",
        "date_created": created_at,
        "messaging_service_sid": None,
    }
    return SimpleNamespace(**known | changes)


def test_the_matching_entry_is_found(search: Search, lists: Lists) -> None:
    lists.entries = [entry(search.claim.attempted_at)]

    assert search.message() == sid(1)
    assert (lists.asked["to"], lists.asked["from_"]) == (TO, LINE)


def test_an_empty_list_shows_that_nothing_was_sent(search: Search) -> None:
    assert search.message() is None


def test_a_clock_that_is_five_seconds_ahead_hides_nothing(search: Search, lists: Lists) -> None:
    begun_at = search.claim.attempted_at - timedelta(seconds=4.1)
    search.claim = search.claim._replace(attempted_at=begun_at + timedelta(seconds=5))
    lists.entries = [entry(begun_at.replace(microsecond=0))]  # Twilio's times are whole seconds

    assert search.message() == sid(1)


@pytest.mark.parametrize("seconds", [-7, 66])
def test_an_entry_created_at_another_time_does_not_match(
    search: Search, lists: Lists, seconds: int
) -> None:
    lists.entries = [entry(search.claim.attempted_at + timedelta(seconds=seconds))]

    assert search.message() is None


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "Hello you"},
        {"body": "Hello?"},
        {"direction": "outbound-reply"},
        {"direction": "inbound"},
    ],
)
def test_an_entry_that_differs_does_not_match(
    search: Search, lists: Lists, changes: dict[str, Any]
) -> None:
    lists.entries = [entry(search.claim.attempted_at, **changes)]

    assert search.message() is None


def test_a_text_that_twilio_changed_is_recognized(search: Search, lists: Lists) -> None:
    lists.entries = [entry(search.claim.attempted_at, body="\u2026")]

    assert search.message("...") == sid(1)


def test_a_message_with_only_media_does_not_match_a_text(search: Search, lists: Lists) -> None:
    lists.entries = [entry(search.claim.attempted_at, body="Good day")]

    assert search.message("") is None


@pytest.mark.parametrize("hidden", [{"body": ""}, {"date_created": None}, {"body": "Oh, Hello"}])
def test_an_entry_that_may_match_is_ambiguous(
    search: Search, lists: Lists, hidden: dict[str, Any]
) -> None:
    lists.entries = [entry(search.claim.attempted_at, **hidden)]

    with pytest.raises(AmbiguousError):
        search.message()


def test_a_messaging_service_may_have_picked_any_sender(search: Search, lists: Lists) -> None:
    at = search.claim.attempted_at
    lists.entries = [entry(at, 1), entry(at, 2, messaging_service_sid=SERVICE, from_=None)]

    assert search.message(sender="", service=SERVICE) == sid(2)
    assert lists.asked["from_"] is values.unset  # the SDK would look for "None"


def test_two_matching_entries_are_ambiguous(search: Search, lists: Lists) -> None:
    lists.entries = [entry(search.claim.attempted_at, number) for number in (1, 2)]

    with pytest.raises(AmbiguousError) as caught:
        search.message()
    assert caught.value.wait_s == 0


@pytest.mark.parametrize("kind", [OWNER, STATE])
@pytest.mark.parametrize("owner", ["", "another"])
def test_an_entry_owned_by_another_claim_is_skipped(
    search: Search, lists: Lists, ledger: MemoryLedger, kind: str, owner: str
) -> None:
    asyncio.run(ledger.insert(Row(kind, sid(1), {"claim": owner})))
    lists.entries = [entry(search.claim.attempted_at, number) for number in (1, 2)]

    assert search.message() == sid(2)


def test_an_entry_that_a_report_named_is_picked_from_many(
    search: Search, lists: Lists, ledger: MemoryLedger
) -> None:
    asyncio.run(ledger.insert(Row(STATE, sid(3), {"claim": search.claim.reference})))
    lists.entries = [entry(search.claim.attempted_at, number) for number in range(5)]

    assert search.message() == sid(3)


def test_an_entry_of_a_send_in_flight_is_not_taken_yet(search: Search, lists: Lists) -> None:
    lists.entries = [entry(search.claim.attempted_at + timedelta(seconds=30))]

    with pytest.raises(AmbiguousError) as caught:
        search.message()
    assert caught.value.wait_s == 10


def test_an_entry_created_after_the_timeout_is_found(
    search: Search, lists: Lists, clock: ManualClock
) -> None:
    lists.entries = [entry(search.claim.attempted_at + timedelta(seconds=59))]
    clock.advance(40)

    assert search.message() == sid(1)


def older(search: Search, *, newest_s: float) -> list[Any]:
    """Return a full list, newest first, of other texts."""
    newest = search.claim.attempted_at + timedelta(seconds=newest_s)
    return [
        entry(newest - timedelta(seconds=number), number, body="Good day")
        for number in range(MAX_LISTED)
    ]


def test_a_full_list_that_reaches_back_far_enough_is_complete(search: Search, lists: Lists) -> None:
    lists.entries = older(search, newest_s=60)

    assert search.message() is None


def test_a_full_list_that_does_not_reach_back_far_enough_settles_nothing(
    search: Search, lists: Lists
) -> None:
    # The oldest entry is from the first relevant second, so others from it may be missing.
    lists.entries = older(search, newest_s=MAX_LISTED - 1 - (SKEW + PRECISION).total_seconds())

    with pytest.raises(AmbiguousError):
        search.message()


@pytest.mark.parametrize("spoil", ["order", "time"])
def test_a_full_unsorted_list_settles_nothing(search: Search, lists: Lists, spoil: str) -> None:
    lists.entries = older(search, newest_s=60)
    if spoil == "order":
        lists.entries.reverse()
    else:
        lists.entries[7].date_created = None

    with pytest.raises(AmbiguousError):
        search.message()


def test_a_call_is_matched_by_its_numbers_and_its_time(search: Search, lists: Lists) -> None:
    at = search.claim.attempted_at
    lists.entries = [entry(at, 1, direction="outbound-dial"), entry(at, 2)]

    claim = search.claim._replace(sender=LINE)
    found = asyncio.run(search.lookups.call(claim, to=TO))

    assert found is not None
    assert (found.sid, found.sender) == (sid(2), LINE)
    assert (lists.asked["to"], lists.asked["from_"]) == (TO, LINE)
