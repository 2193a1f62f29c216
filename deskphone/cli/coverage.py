"""`deskphone coverage`: what the emulator has of TwiML and of the REST API."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from deskphone.terminal import Terminal

if TYPE_CHECKING:
    from deskphone.twiml.coverage import Element


def main(arguments: Sequence[str]) -> int:
    """Print the tables and return 0."""
    parser = argparse.ArgumentParser(
        prog="deskphone coverage",
        description=(
            "List the TwiML and REST resources that are emulated. What isn't raises an alert that "
            "names it."
        ),
    )
    parser.add_argument(
        "name", nargs="?", default="", help="show only lines with this name, such as Dial"
    )
    wanted: str = parser.parse_args(arguments).name.lower()
    for heading, lines in _sections():
        shown = [line for line in lines if wanted in line.lower()]
        if shown:
            Terminal.print("\n".join([heading, *(f"  {line}" for line in shown), ""]))
    return 0


def _sections() -> Iterator[tuple[str, Iterable[str]]]:
    """Yield headings and their lines."""
    from deskphone.cli.rest_rows import NOT_EMULATED, rest_rows
    from deskphone.twiml.coverage import MESSAGING, NOT_EMULATED_INSIDE, VOICE

    gaps = {*NOT_EMULATED_INSIDE, *(name for name, one in VOICE.items() if one.level == "no")}
    yield "TwiML for calls", _elements(VOICE)
    yield "TwiML for texts", _elements(MESSAGING)
    yield "TwiML that isn't emulated", [f"<{name}>" for name in sorted(gaps)]
    rows = [
        f"{row.what}{_list(': ', row.parameters)}{_list('; not emulated: ', row.missing)}"
        for row in rest_rows()
    ]
    yield "REST API, below /2010-04-01/Accounts/SID/", rows
    others = "all other products and versions, such as verify.twilio.com"
    yield "REST API that isn't emulated", [*NOT_EMULATED, others]


def _elements(elements: Mapping[str, "Element"]) -> Iterator[str]:
    for name, element in elements.items():
        if element.level != "no":
            levels = element.attributes
            has = [one for one in levels if levels[one] == "yes"]
            partly = [one for one in levels if levels[one] == "partly"]
            lacks = [one for one in levels if levels[one] == "no"]
            yield (
                f"<{name}>{_list(' ', has)}{_list('; partly: ', partly)}"
                f"{_list('; not emulated: ', lacks)}"
            )


def _list(before: str, names: Iterable[str]) -> str:
    """Return names after some text, or "" if there are none."""
    shown = ", ".join(names)
    return f"{before}{shown}" if shown else ""
