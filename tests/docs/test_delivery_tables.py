"""The tables and the diagram of the page about sending once match the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from xml.etree import ElementTree

from docs.drawings import DRAWINGS, STATES
from shared import errors, guard_errors
from shared.browser_calls.rates import KIND as CLIENT
from shared.config import settings
from shared.delivery import statuses
from shared.guards.daily import KIND as DAY
from shared.guards.recipients import KIND as RECIPIENT
from shared.live_settings.row import KIND as LIVE
from shared.sending.claim import CLAIM, ClaimState
from shared.sending.sid_owners import OWNER, STATE
from shared.twilio_api import dispatch

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "use" / "delivery.md").read_text()
SVG = "{http://www.w3.org/2000/svg}"
# Errors that no send ends with.
OTHERS = {
    errors.NotFoundError,
    errors.RangeError,
    errors.ForgedRequestError,
    errors.ForbiddenLinkError,
    errors.NotHealthyError,
    errors.TwilioTimeoutError,
    errors.FileTooLongError,
}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table after a line that starts with this heading."""
    table = PAGE.split(f"\n{heading}", 1)[1].split("\n\n|", 1)[1].split("\n\n", 1)[0]
    lines = table.splitlines()
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[2:]]


def quoted(cell: str) -> list[str]:
    """Return the code words in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_table_of_answers_has_every_error_of_a_send() -> None:
    shown_on_page = {
        (int(row[0][:3]), row[1]) for row in rows("## What each response means") if row[1]
    }

    assert shown_on_page == {
        (int(status), error.title) for error in sendable() for status in statuses_of(error)
    }


def test_the_table_of_answers_says_what_to_retry() -> None:
    for answer, title, meaning in rows("## What each response means"):
        waits = answer[:3] in {"409", "429", "503", "504"} or title == "Twilio is unreachable"
        assert ("**Retry" in meaning) == waits


def sendable() -> Iterator[type[errors.AppError]]:
    """Yield the error classes that a send may end with; each has its own title."""
    for value in (vars(errors) | vars(guard_errors) | vars(dispatch)).values():
        if not isinstance(value, type) or not issubclass(value, errors.AppError):
            continue
        if "title" in vars(value) and value not in OTHERS | {errors.AppError, errors.TwilioError}:
            yield value


def statuses_of(error: type[errors.AppError]) -> set[int]:
    """Return the HTTP statuses that an error can have."""
    if error is errors.TwilioRefusedError:
        return {error("", code=None, twilio_status=status).status for status in (400, 401, 429)}
    return {error.status}


def test_the_diagram_shows_every_state_and_its_answer() -> None:
    picture = ElementTree.fromstring(STATES)  # noqa: S314 - our own drawing
    shown = {
        group.get("id"): " ".join(group.itertext())
        for group in picture.iter(f"{SVG}g")
        if str(group.get("class")).startswith("box")
    }

    assert set(shown) == {"free", *get_args(ClaimState)}
    assert str(int(errors.StillRunningError.status)) in shown["sending"]
    assert str(int(errors.TwilioOutcomeUnknownError.status)) in shown["unknown"]
    assert all(f"**{state}**" in PAGE for state in shown)
    title, description = (picture.find(f"{SVG}{name}") for name in ("title", "desc"))
    assert title is not None
    assert description is not None
    assert all(str(state) in str(description.text) for state in shown)
    assert picture.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_diagrams_are_up_to_date() -> None:
    for name, drawing in DRAWINGS.items():
        assert (DOCS / "images" / f"{name}.svg").read_text("utf-8") == drawing


def test_the_page_says_which_statuses_are_final() -> None:
    shown_on_page = {
        status: final == "yes"
        for cell, final, _ in rows("## Check the status")
        for status in quoted(cell)
    }

    inbound = {"receiving", "received"}
    lives = (statuses.MESSAGE, statuses.CALL)
    known = {status: False for life in lives for status in life.passing}
    known |= {status: True for life in lives for status in life.final}
    assert shown_on_page == {status: known[status] for status in known.keys() - inbound}


def test_the_page_says_what_each_choice_in_an_outage_means() -> None:
    values = [quoted(row[0])[0] for row in rows("`STORAGE_OUTAGE`")]

    assert values == list(get_args(settings.StorageOutage))


def test_the_page_names_every_kind_of_row() -> None:
    kinds = [CLAIM, OWNER, STATE, CLIENT, RECIPIENT, DAY, LIVE]

    assert [quoted(row[0])[0] for row in rows("## What is stored")] == kinds
