"""Remember where pages begin and end, so that lists continue there even when that row is gone."""

from collections import OrderedDict
from collections.abc import Sequence

MAX_BOOKMARKS = 256
"""The most bookmarks to remember; the oldest are forgotten first."""


class Bookmarks:
    """The rows of lists by the time a page was shown, as SIDs in their order."""

    def __init__(self) -> None:
        self._orders: OrderedDict[tuple[str, str], Sequence[str]] = OrderedDict()

    def keep(self, listing: str, sid: str, order: Sequence[str]) -> None:
        """Bookmark a row of a list, which is named by its path and its filters."""
        self._orders[listing, sid] = order
        self._orders.move_to_end((listing, sid))
        while len(self._orders) > MAX_BOOKMARKS:
            self._orders.popitem(last=False)

    def place_of(
        self, listing: str, sid: str, now: Sequence[str], *, newest_first: bool
    ) -> tuple[int, int] | None:
        """Return where a bookmarked row stands: how many rows are before it, and through it.

        Both are the same for a row that is gone, or that left the list and came back as a new one.
        Rows that came since count as before it if the list has the newest first, as after it
        otherwise. Return None for a row that is neither in the list nor bookmarked.
        """
        order = self._orders.get((listing, sid), ())
        place = order.index(sid) if order else 0
        earlier, later = set(order[:place]), set(order[place + 1 :])
        if sid in now:
            here = now.index(sid)
            if newest_first:
                passed = earlier.intersection(now[here:])
            else:
                passed = later.intersection(now[:here])
            if not passed:
                return here, here + 1
        elif not order:
            return None
        behind = [index + 1 for index, one in enumerate(now) if one in earlier][-1:]
        ahead = [index for index, one in enumerate(now) if one in later][:1]
        places = [*behind, *ahead] or [len(now) if newest_first else 0]
        through = places[0 if newest_first else -1]
        return through, through
