"""Paged lists: Twilio's envelope around the rows of a resource."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError
from deskphone.rest.page_tokens import serial_in, token_of
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, R, Resource

PAGING = ("PageSize", "Page", "PageToken")
PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000
TOO_LARGE = re.compile("0*(?:100[1-9]|10[1-9][0-9]|1[1-9][0-9]{2}|[2-9][0-9]{3}|[1-9][0-9]{4,})")
"""Numbers greater than PAGE_SIZE_MAX, with any number of digits."""


def page_of(resource: Resource[R], path: str, parameters: Parameters) -> Json:
    """Return one page of a list; its URIs are relative."""
    if TOO_LARGE.fullmatch(parameters.text("PageSize")):
        raise TwilioRefusalError(20007, "Page size too large")
    size = parameters.whole("PageSize", UNNUMBERED, PAGE_SIZE, 1, PAGE_SIZE_MAX)
    number = parameters.whole("Page", UNNUMBERED, 0, 0, 10**8)
    parameters.check((*resource.filters, *PAGING), resource.missing_filters)
    rows = resource.rows(parameters)
    filters = [(name, value) for name in resource.filters for value in parameters.texts(name)]
    start = number * size
    end = start + size
    if token := parameters.text("PageToken"):
        start, end = _bounds(token, path, resource, rows, size)
    shown = rows[start:end]
    row_before = rows[start - 1] if number and 0 < start <= len(rows) else None

    def uri(page: int, kind: str = "", row: R | None = None) -> str:
        query = [*filters, ("PageSize", str(size)), ("Page", str(page))]
        if row is not None:
            query.append(("PageToken", token_of(kind, row.sid, resource.serial(row), path)))
        return f"{path}?{urlencode(query)}"

    first = shown[0] if shown else None
    last = shown[-1] if shown and end < len(rows) else None
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
        "uri": uri(number, "PA", row_before),
    }


def _bounds(
    token: str, path: str, resource: Resource[R], rows: Sequence[R], size: int
) -> tuple[int, int]:
    """Return the index of a page's first row, and the one behind its last.

    The token names the row before the page (PA) or after it (PB). Raise 21481 for a token that
    isn't one of this list's.
    """
    serial = serial_in(token, path)
    if serial is None:
        raise TwilioRefusalError(21481, "Invalid PageToken")
    serials = [resource.serial(row) for row in rows]
    if resource.newest_first:
        before = sum(one > serial for one in serials)
    else:
        before = sum(one < serial for one in serials)
    if token.startswith("PB"):
        return max(before - size, 0), before
    through = before + (serial in serials)
    return through, through + size
