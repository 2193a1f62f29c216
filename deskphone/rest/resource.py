"""What all REST resources share: methods, date filters and files."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar

from deskphone.account.account import Account
from deskphone.account.store import Record, Store
from deskphone.clock import Clock
from deskphone.records.conference import Participant
from deskphone.records.key import Key
from deskphone.records.message import Media
from deskphone.records.queue import Member
from deskphone.rest.errors import TwilioRefusalError, not_allowed
from deskphone.rest.parameters import INVALID_FILTER, Parameters

Json = dict[str, object]
Row = Record | Member | Participant | Media | Key | Account
"""The rows of a list: records, queue members, conference participants, media or keys."""
R = TypeVar("R", bound=Row)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Content:
    """A file that belongs to a resource: its content, or its URL."""

    body: bytes = b""
    content_type: str = ""
    location: str = ""


@dataclass
class Resource(Generic[R]):
    """One kind of resource below the account; methods that it doesn't define are refused."""

    store: Store
    clock: Clock
    key: ClassVar[str] = ""
    """The list's name in Twilio's JSON."""
    filters: ClassVar[tuple[str, ...]] = ()
    """The query parameters that filter the list, except those for paging."""
    missing_filters: ClassVar[tuple[str, ...]] = ()
    """Filters that Twilio has and the emulator doesn't."""
    missing_in_fetch: ClassVar[tuple[str, ...]] = ()
    """Query parameters of a single record that Twilio has and the emulator doesn't."""
    newest_first: ClassVar[bool] = True
    """Whether new rows come at the beginning of the list."""
    created_status: ClassVar[int] = 201
    """The HTTP status of a successful `create`."""

    def create(self, parameters: Parameters) -> Json:
        raise not_allowed()

    def rows(self, parameters: Parameters) -> Sequence[R]:
        """Return the matching records, newest first."""
        raise not_allowed()

    def serial(self, row: R) -> int:
        """Return a number that is higher for newer rows, and that no other row ever gets."""
        raise not_allowed()

    def to_json(self, row: R) -> Json:
        raise not_allowed()

    def found(self, sid: str) -> R:
        """Return the record; raise 20404 if it does not exist."""
        raise not_allowed()

    def fetch(self, sid: str) -> Json:
        return self.to_json(self.found(sid))

    def update(self, sid: str, parameters: Parameters) -> Json:
        raise not_allowed()

    def delete(self, sid: str) -> None:
        raise not_allowed()

    def content(self, name: str, parameters: Parameters) -> Content:
        """Return a resource's file; `name` is its SID, optionally with an extension like .wav."""
        raise not_allowed()


def by_date(
    parameters: Parameters, name: str, *, includes_day: bool = False
) -> Callable[[datetime | None], bool]:
    """Return a filter for `name`, `name<` and `name>`; dates are YYYY-MM-DD or ISO 8601, in UTC.

    A day in `name<` is its midnight or, with `includes_day`, its end. Times are compared in whole
    seconds, like the resources show them.
    """
    exact, before, after = (_moment(parameters.text(name + sign)) for sign in ("", "<", ">"))
    if before and includes_day and DAY.fullmatch(parameters.text(f"{name}<")):
        before = before.replace(hour=23, minute=59, second=59)

    def matches(value: datetime | None) -> bool:
        if value is None:
            return not (exact or before or after)
        shown = value.replace(microsecond=0)
        return (
            (exact is None or shown.date() == exact.date())
            and (before is None or shown <= before)
            and (after is None or shown >= after)
        )

    return matches


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise TwilioRefusalError(INVALID_FILTER, "Invalid date value.") from error
