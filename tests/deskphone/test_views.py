"""Records as the page sees them."""

from datetime import UTC, datetime
from typing import Any, cast

from deskphone.phone import views
from deskphone.records.call import Call, CallStatus, Entry
from deskphone.records.instructions import Instructions

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def lines(status: CallStatus, count: int) -> list[str]:
    """Return the timeline entries in the brief view of a call with this many of them."""
    call = Call(
        sid="CA1",
        to="+12025550123",
        sender="+12025550100",
        direction="outbound-api",
        status=status,
        created=NOW,
        updated=NOW,
        instructions=Instructions(),
        timeline=tuple(Entry(index, "verb", str(index)) for index in range(count)),
    )
    timeline = cast(list[dict[str, Any]], views.brief_call(call)["timeline"])
    return [entry["name"] for entry in timeline]


def test_long_ended_call_shows_only_its_start_and_end() -> None:
    shown = lines("completed", 300)

    assert (len(shown), shown[0], shown[9:11], shown[-1]) == (100, "0", ["9", "210"], "299")


def test_live_call_is_shown_in_full() -> None:
    assert len(lines("in-progress", 300)) == 300
