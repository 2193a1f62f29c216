"""What every REST resource shares: the verbs, filters and pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from emulator.twilio.errors import TwilioRefusalError
from emulator.twilio.parameters import Parameters
from emulator.twilio.records import Call, Message, PhoneNumber
from emulator.twilio.wire import Json

type Row = Message | Call | PhoneNumber

PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000


def not_allowed() -> TwilioRefusalError:
    """The resource has no such verb (20004)."""
    return TwilioRefusalError(20004, "Method not allowed", 405)


class Resource:
    """One kind of resource below the account; a verb that it does not define is refused."""

    key = ""
    """The name of the list in Twilio's JSON."""
    filters: tuple[str, ...] = ()
    """The query parameters by which the list can be narrowed, beside those of paging."""

    def create(self, parameters: Parameters) -> Json:
        raise not_allowed()

    def rows(self, parameters: Parameters) -> Sequence[Row]:
        """Return the matching records, newest first."""
        raise not_allowed()

    def to_json(self, row: Row) -> Json:
        raise not_allowed()

    def fetch(self, sid: str) -> Json:
        raise not_allowed()

    def update(self, sid: str, parameters: Parameters) -> Json:
        raise not_allowed()

    def delete(self, sid: str) -> None:
        raise not_allowed()


@dataclass(frozen=True)
class Page:
    """Which rows a list answer shows. `after` is the SID of the last row of the page before."""

    number: int
    size: int
    after: str


def page_of(resource: Resource, path: str, parameters: Parameters) -> Json:
    """Return one page of a list with Twilio's envelope; its URIs are relative."""
    size = parameters.whole("PageSize", 20001, PAGE_SIZE, 1, PAGE_SIZE_MAX)
    number = parameters.whole("Page", 20001, 0, 0, 10**8)
    after = parameters.text("PageToken").removeprefix("PA")
    rows = resource.rows(parameters)
    start = _start(rows, Page(number, size, after))
    shown = rows[start : start + size]

    def uri(page: int, token: str = "") -> str:
        query = [(name, value) for name in resource.filters for value in parameters.texts(name)]
        query += [("PageSize", str(size)), ("Page", str(page))]
        if token:
            query.append(("PageToken", f"PA{token}"))
        return f"{path}?{urlencode(query)}"

    more = start + size < len(rows)
    return {
        resource.key: [resource.to_json(row) for row in shown],
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1, shown[-1].sid) if more and shown else None,
        "previous_page_uri": uri(number - 1) if number else None,
        "page": number,
        "page_size": size,
        "start": start,
        "end": max(start + len(shown) - 1, start),
        "uri": uri(number),
    }


def _start(rows: Sequence[Row], page: Page) -> int:
    """New rows may have come since the last page, so the token counts, not the number."""
    if page.after:
        for index, row in enumerate(rows):
            if row.sid == page.after:
                return index + 1
    return page.number * page.size


def by_date(
    parameters: Parameters, name: str, value_of: Callable[[Row], datetime | None]
) -> Callable[[Row], bool]:
    """Return a filter for `name`, `name<` and `name>`; dates are YYYY-MM-DD or ISO 8601, in UTC."""
    exact, before, after = (_moment(parameters.text(name + sign)) for sign in ("", "<", ">"))

    def matches(row: Row) -> bool:
        value = value_of(row)
        if value is None:
            return not (exact or before or after)
        return (
            (exact is None or value.date() == exact.date())
            and (before is None or value <= before)
            and (after is None or value >= after)
        )

    return matches


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.combine(date.fromisoformat(text[:10]), datetime.min.time())
        except ValueError as error:
            raise TwilioRefusalError(20001, f"{text!r} is not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
