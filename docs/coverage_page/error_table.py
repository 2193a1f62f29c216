"""Which codes of Twilio's error dictionary the emulator gives, and why it doesn't give the others.

error_codes.txt has the numbers of the dictionary (twilio.com/docs/api/errors, of 2023) that calls,
texts, their documents and their REST resources have, and those around them.
"""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import deskphone

HERE = Path(__file__).parent
EMULATOR = Path(deskphone.__file__).parent
LATER = (21266, 21659, 35111, 35114, 35118, 35126, 572005, 572006, 573005, 575001)
"""Codes that the emulator gives and that came after the dictionary of 2023."""
NO_CODES = frozenset({15000, 16000})
"""Numbers in the emulator's source that mean something else there."""

NOT_GIVEN = (
    (
        "SIP, SIMs, TaskRouter, `<Start>`, `<Refer>`, access tokens for other products, channels, "
        "templates, PCI, addresses, caller IDs, subaccounts, senders of messaging services and "
        "recordings' storage aren't emulated",
        "11300-11320 13110-13120 13241-13246 13249-13255 13258 13337 13340 13618-13620 13801-13804 "
        "14215-14300 16104-16107 16109-16112 20021-20161 21101-21102 21218-21233 21235-21261 "
        "21300-21302 21409-21420 21449-21450 21453-21456 21470-21474 21476 21478-21480 21502-21504 "
        "21627-21658 21702-21703 21708-21910 22221-22222 30010 30014-30016 30020-30031 32001-32012",
    ),
    (
        "there are no limits, carriers, prices, blocked numbers, filters, regulations or "
        "capabilities",
        "10004 13225 13247 14108 16021 20010 21202-21203 21407 21457 21613-21618 21621-21622 22005 "
        "22300-22403 30001-30009 30011 30017-30019 30032-30035 30410-30450 32013-32022",
    ),
    (
        "failures inside Twilio",
        "11251 12400 15000-15002 15009-16000 16010 16099 20162 22001",
    ),
    (
        "the emulator gives another code in the same case: 11205, 11100, 13214, 13224, 13237, "
        "13311, 16022, 20404, 21205, 21421, 10002, 21603, 21619, 21624",
        "11201-11202 13226 13236 13248 13310 15004 16001-16003 20423 21401 21404 21501 "
        "21601-21602 21607 30012-30013 30404",
    ),
    (
        "any voice, `speechModel` and rate is accepted; an invalid language in a `<Gather>` "
        "gives 13331",
        "13321 13334 13511-13513",
    ),
    ("an empty response ends a call; silent recordings are kept", "11770 16102"),
    (
        "titles, old versions, and codes whose cause Twilio doesn't describe",
        "12301 13211 13299 13750 20006 20011-20020 20403-20422 20426 21100 21200 21204 21207 21605 "
        "22500",
    ),
)
"""Reasons, and the codes that the emulator doesn't give, as ranges in the dictionary."""


def dictionary() -> list[int]:
    """Return the numbers of the error dictionary, in order."""
    return [int(code) for code in (HERE / "error_codes.txt").read_text().split()]


def given() -> set[int]:
    """Return the codes of the dictionary that are in the emulator's source."""
    numbers: set[object] = set()
    for path in EMULATOR.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        numbers |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {code for code in (*dictionary(), *LATER) if code in numbers - NO_CODES}


def not_given() -> list[tuple[str, set[int]]]:
    """Return the reasons, each with the codes that it is for."""
    known, there = given(), dictionary()
    found: list[tuple[str, set[int]]] = []
    for why, ranges in NOT_GIVEN:
        codes: set[int] = set()
        for part in ranges.split():
            first, _, last = part.partition("-")
            codes |= {code for code in there if int(first) <= code <= int(last or first)}
        found.append((why, codes - known))
    return found


def error_table() -> str:
    """Return the section as Markdown."""
    rows = [
        "## Twilio's error codes\n",
        "The emulator gives every error code for calls, texts and their resources, except the ones "
        f"below. It also gives {len(LATER)} newer ones.\n",
        "| Why not | Codes |",
        "|---|---|",
        *(f"| {why} | {_runs(missing)} |" for why, missing in not_given()),
        "| other products | the rest of 22000 to 29999, 30100 to 30399, 31000, 33000 and above |",
    ]
    return "\n".join(rows) + "\n"


def _runs(codes: Collection[int]) -> str:
    """Return codes as text; those that follow one another in the dictionary as a range."""
    return ", ".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in _runs_of(codes)
    )


def _runs_of(codes: Collection[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for code in dictionary():
        if code in codes:
            run.append(code)
        elif run:
            yield run
            run = []
    if run:
        yield run
