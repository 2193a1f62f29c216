"""Paged lists: Twilio's envelope around the rows of a resource."""

from collections.abc import Sequence
from urllib.parse import urlencode

from deskphone.rest.errors import UNNUMBERED
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, R, Resource, Row

PAGING = ("PageSize", "Page", "PageToken")
PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000


def page_of(resource: Resource[R], path: str, parameters: Parameters) -> Json:
    """Return one page of a list; its URIs are relative."""
    size = parameters.whole("PageSize", UNNUMBERED, PAGE_SIZE, 1, PAGE_SIZE_MAX)
    number = parameters.whole("Page", UNNUMBERED, 0, 0, 10**8)
    parameters.check((*resource.filters, *PAGING), resource.missing_filters)
    rows = resource.rows(parameters)
    start = _start(rows, parameters.text("PageToken"), number * size, size)
    shown = rows[start : start + size]
    after = f"PA{rows[start - 1].sid}" if 0 < start <= len(rows) else ""
    before = f"PB{shown[0].sid}" if shown else ""

    def uri(page: int, token: str = "") -> str:
        query = [(name, value) for name in resource.filters for value in parameters.texts(name)]
        query += [("PageSize", str(size)), ("Page", str(page))]
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


def _start(rows: Sequence[Row], token: str, otherwise: int, size: int) -> int:
    """Return the index of a page's first row.

    The token has the SID of the row before the page (PA) or after it (PB), if it still exists. Rows
    may have been added since, so page numbers aren't enough.
    """
    indexes = (index for index, row in enumerate(rows) if row.sid == token[2:])
    match token[:2], next(indexes, None):
        case "PA", int(before):
            return before + 1
        case "PB", int(after):
            return max(after - size, 0)
        case _:
            return otherwise
