"""Remember where pages begin and end, so that lists continue there even when that row is gone."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

MAX_BOOKMARKS = 256
"""The most bookmarks to remember; the oldest are forgotten first."""


class Bookmarks:
    """The rows of lists by the time a page was shown, as SIDs in their order."""

    def __init__(self) -> None:
        self._orders: OrderedDict[tuple[str, str], Sequence[str]] = OrderedDict()

    def keep(self, listing: str, sids: Iterable[str], order: Sequence[str]) -> None:
        """Bookmark rows of a list, which is named by its path and its filters."""
        for sid in sids:
            self._orders[listing, sid] = order
            self._orders.move_to_end((listing, sid))
        while len(self._orders) > MAX_BOOKMARKS:
            self._orders.popitem(last=False)

    def rows_through(
        self, listing: str, sid: str, now: Sequence[str], *, newest_first: bool
    ) -> int | None:
        """Return how many rows of the list now stand at or before a bookmarked row.

        Rows that came since count as before it if the list has the newest first, as after it
        otherwise. Return None for a row that is neither in the list nor bookmarked.
        """
        if sid in now:
            return now.index(sid) + 1
        order = self._orders.get((listing, sid))
        if order is None:
            return None
        place = order.index(sid)
        if newest_first:
            later = set(order[place + 1 :])
            return next((index for index, one in enumerate(now) if one in later), len(now))
        earlier = set(order[:place])
        return next((len(now) - i for i, one in enumerate(reversed(now)) if one in earlier), 0)
