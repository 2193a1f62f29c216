"""Writes docs/emulator-coverage.md from the code: `python -m emulator.coverage_page`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from emulator.line.coverage import MESSAGING, NOT_EMULATED_INSIDE, VOICE, Element
from emulator.twilio import calls, messages, phone_numbers, wire

PAGE = Path(__file__).parent.parent / "docs" / "emulator-coverage.md"
EMULATED_RESOURCES = ("Accounts", "Calls", "IncomingPhoneNumbers", "Messages")

# ruff: noqa: E501 - the lines of the page are not the lines of the code

HEAD = """# What the emulator does, and what it does not

This page is made from the code by `python -m emulator.coverage_page`; a test keeps the two together.

The emulator is a stand-in for a desk and for tests. **It has no audio, no carriers, no prices and no
real numbers.** It does not check who owns a number, never loses a text by itself, and knows only one
account. What it does, it does by Twilio's documents; where they leave a choice, the choice is below.

There are three cases:

1. What is not TwiML or has a wrong value gets exactly Twilio's warning or error, with its number.
2. What is real Twilio but not emulated stops the call, or is answered with HTTP status 501, and shows
   an alert of kind `emulator` that names it. It never borrows one of Twilio's numbers.
3. Everything else works as described.
"""

CHOICES = """## Choices where Twilio's documents leave one

| Matter | What the emulator does | Why |
|---|---|---|
| Order of status callbacks | one after the other, in the order of the events | Twilio promises no order; this is one of those it can produce |
| Time between the states of a text | 0.1 s each | only the order is documented |
| Length of speech | 12 characters a second, at least one second | there is no audio |
| Keys before a `<Gather>` begins | dropped | not documented |
| Empty result with `actionOnEmptyResult` | `Digits` is sent empty | not documented |
| A `<Play>` whose file cannot be had | an alert, then the next verb | not documented |
| `Twiml` longer than 4,000 characters | status 400 with code 400 | the limit is documented, its number is not |
| Redirects from document to document in a call | at most 100 in a row in which nothing takes time, then the call ends with an alert | Twilio documents no limit |
| An empty answer to a call | the call is answered and ends | documented for chunked answers only |
| Fallback URL | used once in a call | not documented |

Sources: Twilio's OpenAPI description of the 2010-04-01 API, and the pages under twilio.com/docs on
voice/twiml, messaging/twiml, voice/api/call-resource, messaging/guides, usage/security and
usage/webhooks.
"""


def coverage_page() -> str:
    """Return the page as Markdown."""
    parts = [
        HEAD,
        "## TwiML in calls\n",
        _elements(VOICE),
        "## TwiML in answers to texts\n",
        _elements(MESSAGING),
        f"Not emulated, and found only inside verbs that are not: {_names(NOT_EMULATED_INSIDE)}.\n",
        _rest(),
        CHOICES,
    ]
    return "\n".join(parts)


def _elements(elements: Mapping[str, Element]) -> str:
    rows = ["| Element | Emulated | Attributes | Remark |", "|---|---|---|---|"]
    for name, element in elements.items():
        rows.append(f"| `<{name}>` | {element.level} | {_attributes(element)} | {element.remark} |")
    return "\n".join(rows) + "\n"


def _attributes(element: Element) -> str:
    by_level = {
        level: [name for name, found in element.attributes.items() if found == level]
        for level in ("yes", "partly", "no")
    }
    return "; ".join(f"{level}: {_names(names)}" for level, names in by_level.items() if names)


def _rest() -> str:
    rows = ["## Twilio's REST API\n", "| Resource | Parameters | Not emulated |", "|---|---|---|"]
    rows += [
        _row("Messages: create", messages.EMULATED, messages.NOT_EMULATED),
        _row("Messages: list", messages.Messages.filters, ()),
        _row("Messages: update (redact)", ("Body",), ("Status",)),
        _row("Messages: fetch, delete", (), ()),
        _row("Calls: create", calls.EMULATED, calls.NOT_EMULATED),
        _row("Calls: list", calls.Calls.filters, ()),
        _row("Calls: update (end, redirect)", calls.UPDATES, calls.NO_UPDATES),
        _row("Calls: fetch, delete", (), ()),
        _row(
            "IncomingPhoneNumbers: create, update",
            phone_numbers.EMULATED,
            phone_numbers.NOT_EMULATED,
        ),
        _row("IncomingPhoneNumbers: list", phone_numbers.PhoneNumbers.filters, ()),
        _row("IncomingPhoneNumbers: fetch, delete", (), ()),
        _row("Accounts: fetch, list, update", ("FriendlyName",), ("Status",)),
    ]
    missing = [name for name in wire.ACCOUNT_PARTS.values() if name not in EMULATED_RESOURCES]
    rows.append(
        f"\nNot emulated at all (501): subaccounts, {_names(missing)}, everything below a single"
        " message, call or number, other channels than SMS, and answers in XML.\n"
    )
    return "\n".join(rows)


def _row(what: str, emulated: Iterable[str], missing: Iterable[str]) -> str:
    return f"| {what} | {_names(emulated)} | {_names(missing)} |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(coverage_page())
