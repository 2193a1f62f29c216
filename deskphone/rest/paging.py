"""Paged lists: Twilio's envelope around the rows of a resource."""

import re
from collections.abc import Sequence
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
    if token := parameters.text("PageToken"):
        place = bookmarks.rows_through(listing, token[2:], sids, newest_first=resource.newest_first)
        start = _start(token, place, sids, size)
    shown = rows[start : start + size]
    if shown:
        bookmarks.keep(listing, {shown[0].sid, shown[-1].sid, *sids[start - 1 : start]}, sids)
    after = f"PA{rows[start - 1].sid}" if 0 < start <= len(rows) else ""
    before = f"PB{shown[0].sid}" if shown else ""

    def uri(page: int, token: str = "") -> str:
        query = [*filters, ("PageSize", str(size)), ("Page", str(page))]
        if token:
            query.append(("PageToken", token))
        return f"{path}?{urlencode(query)}"

    more = start + size < len(rows)
    return {
        resource.key: [resource.to_json(row) for row in shown],
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1, f"PA{shown[-1].sid}") if more and shown else None,
        "previous_page_uri": uri(number - 1, before) if number else None,
        "page": number,
        "page_size": size,
        "start": start,
        "end": max(start + len(shown) - 1, start),
        "uri": uri(number, after if number else ""),
    }


def _start(token: str, place: int | None, sids: Sequence[str], size: int) -> int:
    """Return the index of a page's first row.

    The token has the SID of the row before the page (PA) or after it (PB); `place` is how many
    rows stand at or before that one. Raise 21481 for a token that isn't one of ours.
    """
    match token[:2], place:
        case "PA", int():
            return place
        case "PB", int():
            return max(place - (token[2:] in sids) - size, 0)
        case _:
            raise TwilioRefusalError(21481, "Invalid PageToken")
