"""Paged lists: Twilio's envelope around the rows of a resource."""

import re
from urllib.parse import urlencode

from deskphone.rest.bookmarks import Bookmarks
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, R, Resource

PAGING = ("PageSize", "Page", "PageToken")
PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000


def page_of(resource: Resource[R], path: str, parameters: Parameters, bookmarks: Bookmarks) -> Json:
    """Return one page of a list; its URIs are relative."""
    if re.fullmatch(r"\d+", asked := parameters.text("PageSize")) and int(asked) > PAGE_SIZE_MAX:
        raise TwilioRefusalError(20007, "Page size too large")
    size = parameters.whole("PageSize", UNNUMBERED, PAGE_SIZE, 1, PAGE_SIZE_MAX)
    number = parameters.whole("Page", UNNUMBERED, 0, 0, 10**8)
    parameters.check((*resource.filters, *PAGING), resource.missing_filters)
    rows = resource.rows(parameters)
    sids = [row.sid for row in rows]
    filters = [(name, value) for name in resource.filters for value in parameters.texts(name)]
    listing = f"{path}?{urlencode(filters)}"
    start = number * size
    end = start + size
    if token := parameters.text("PageToken"):
        place = bookmarks.place_of(listing, token[2:], sids, newest_first=resource.newest_first)
        start, end = _bounds(token, place, size)
    shown = rows[start:end]
    row_before = sids[start - 1] if 0 < start <= len(sids) else ""

    def uri(page: int, kind: str = "", sid: str = "") -> str:
        query = [*filters, ("PageSize", str(size)), ("Page", str(page))]
        if sid:
            bookmarks.keep(listing, sid, sids)
            query.append(("PageToken", kind + sid))
        return f"{path}?{urlencode(query)}"

    first = shown[0].sid if shown else ""
    last = shown[-1].sid if shown and end < len(rows) else ""
    has_before = number > 0 and (shown or start > 0)
    # An empty page has no row to name in a token: before it is the last page that has rows.
    page_before = (min(start, len(rows)) - 1) // size if not shown and rows else number - 1
    return {
        resource.key: [resource.to_json(row) for row in shown],
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1, "PA", last) if last else None,
        "previous_page_uri": uri(page_before, "PB", first) if has_before else None,
        "page": number,
        "page_size": size,
        "start": start,
        "end": max(start + len(shown) - 1, start),
        "uri": uri(number, "PA", row_before if number else ""),
    }


def _bounds(token: str, place: tuple[int, int] | None, size: int) -> tuple[int, int]:
    """Return the index of a page's first row, and the one behind its last.

    The token has the SID of the row before the page (PA) or after it (PB); `place` is how many
    rows are before that one, and through it. Raise 21481 for a token that isn't one of ours.
    """
    match token[:2], place:
        case "PA", (_, through):
            return through, through + size
        case "PB", (before, _):
            return max(before - size, 0), before
        case _:
            raise TwilioRefusalError(21481, "Invalid PageToken")
