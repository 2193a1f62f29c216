"""What every REST resource shares: the verbs, filters and pages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.records import Key, Media, Member, Participant, Record
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.parameters import Parameters
from deskphone.rest.wire import Json

PAGING = ("PageSize", "Page", "PageToken")
PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000
UNNUMBERED = 400
"""The code of a refusal whose number Twilio does not publish: the status, as its SDK has it."""


Row = Record | Member | Participant | Media | Key
"""What a list shows: records, who waits in a queue or takes part in a conference, media, keys."""

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Content:
    """A file that belongs to a resource: what is in it, or the URL where it is."""

    body: bytes = b""
    content_type: str = ""
    location: str = ""


def not_allowed() -> TwilioRefusalError:
    """The resource has no such verb (20004)."""
    return TwilioRefusalError(20004, "Method not allowed", 405)


@dataclass
class Resource(Generic[R]):
    """One kind of resource below the account; a verb that it does not define is refused."""

    store: Store
    clock: Clock
    key: ClassVar[str] = ""
    """The name of the list in Twilio's JSON."""
    filters: ClassVar[tuple[str, ...]] = ()
    """The query parameters by which the list can be narrowed, beside those of paging."""
    missing_filters: ClassVar[tuple[str, ...]] = ()
    """Those that Twilio has and the emulator has not."""
    created_status: ClassVar[int] = 201
    """The HTTP status of an answer to `create`."""

    def create(self, parameters: Parameters) -> Json:
        raise not_allowed()

    def rows(self, parameters: Parameters) -> Sequence[R]:
        """Return the matching records, newest first."""
        raise not_allowed()

    def to_json(self, row: R) -> Json:
        raise not_allowed()

    def found(self, sid: str) -> R:
        """Return the record; raise 20404 when there is none."""
        raise not_allowed()

    def fetch(self, sid: str) -> Json:
        return self.to_json(self.found(sid))

    def update(self, sid: str, parameters: Parameters) -> Json:
        raise not_allowed()

    def delete(self, sid: str) -> None:
        raise not_allowed()

    def content(self, name: str) -> Content:
        """Return the file of a resource; `name` is its SID, perhaps with .wav or the like."""
        raise not_allowed()

    def check(
        self, parameters: Parameters, emulated: Iterable[str], not_emulated: Iterable[str]
    ) -> None:
        """Refuse (501) what only the real Twilio has; warn (20001) of what nobody has."""
        unknown = parameters.only_emulated(emulated, not_emulated)
        if unknown:
            names = ", ".join(name[:40] for name in unknown[:5])
            self.store.alert("", 20001, f"Unknown parameters were ignored: {names}", "warning")


@dataclass(frozen=True)
class Page:
    """Which rows a list answer shows. `after` is the SID of the last row of the page before."""

    number: int
    size: int
    after: str


def page_of(resource: Resource[R], path: str, parameters: Parameters) -> Json:
    """Return one page of a list with Twilio's envelope; its URIs are relative."""
    size = parameters.whole("PageSize", UNNUMBERED, PAGE_SIZE, 1, PAGE_SIZE_MAX)
    number = parameters.whole("Page", UNNUMBERED, 0, 0, 10**8)
    after = parameters.text("PageToken").removeprefix("PA")
    resource.check(parameters, (*resource.filters, *PAGING), resource.missing_filters)
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


def by_date(parameters: Parameters, name: str) -> Callable[[datetime | None], bool]:
    """Return a filter for `name`, `name<` and `name>`; dates are YYYY-MM-DD or ISO 8601, in UTC."""
    exact, before, after = (_moment(parameters.text(name + sign)) for sign in ("", "<", ">"))

    def matches(value: datetime | None) -> bool:
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
            raise TwilioRefusalError(UNNUMBERED, f"{text!r} is not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
