"""The page as a whole. What people wrote stands in the folder text, the tables are made."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from deskphone.twiml.coverage import MESSAGING, NOT_EMULATED_INSIDE, VOICE, Element, Level
from docs.coverage_page.error_table import error_table
from docs.coverage_page.rest_table import rest_table
from docs.coverage_page.tables import in_code
from docs.coverage_page.webhook_table import webhook_table

WRITTEN = Path(__file__).parent / "text"
TEXTS = "texts:"
"""Before the name of an element that stands in the answer to a text, in the marks of tests."""
INSIDE = "Not emulated inside other elements"
TESTED = "Every emulated element and attribute has a test, marked with `covers` in `tests/`.\n"


def coverage_page() -> str:
    """Return the page as Markdown."""
    parts = [
        _written("introduction"),
        "## TwiML in calls\n",
        _elements(VOICE),
        "## TwiML in replies to texts\n",
        _elements(MESSAGING),
        f"{INSIDE}: {in_code(NOT_EMULATED_INSIDE)}.\n",
        rest_table(),
        webhook_table(),
        _written("gaps"),
        error_table(),
        _written("choices"),
        _written("others"),
        _written("host"),
        TESTED,
    ]
    return "\n".join(parts)


def _written(name: str) -> str:
    return (WRITTEN / f"{name}.md").read_text()


def _elements(elements: Mapping[str, Element]) -> str:
    rows = ["| Element | Emulated | Attributes | Remark |", "|---|---|---|---|"]
    for names in _rows(elements):
        first = elements[names[0]]
        attributes = dict(pair for name in names for pair in elements[name].attributes.items())
        what = in_code(f"<{name}>" for name in names)
        rows.append(f"| {what} | {first.level} | {_by_level(attributes)} | {first.remark} |")
    return "\n".join(rows) + "\n"


def _rows(elements: Mapping[str, Element]) -> Iterator[list[str]]:
    """Yield the names in each row: neighbors with limits and the same remark share one."""

    def shared(name: str) -> tuple[str, str]:
        known = elements[name]
        return (name, "") if known.level == "yes" else (known.level, known.remark)

    for _, names in groupby(elements, key=shared):
        yield list(names)


def _by_level(attributes: Mapping[str, Level]) -> str:
    by_level = {
        level: [name for name, found in attributes.items() if found == level]
        for level in ("yes", "partly", "no")
    }
    return "; ".join(f"{level}: {in_code(names)}" for level, names in by_level.items() if names)


def names_of(prefix: str, elements: Mapping[str, Element], *levels: Level) -> list[str]:
    """Return elements and attributes at these levels as tests name them, e.g. Dial.timeout."""
    return [
        name
        for element, known in elements.items()
        if known.level in ("yes", "partly")
        for name in (
            prefix + element,
            *(f"{prefix}{element}.{a}" for a, level in known.attributes.items() if level in levels),
        )
    ]
