"""How the findings are shown: a line each, or JSON."""

import json
from collections.abc import Sequence

from commands.doctor.findings import Result, State
from commands.doctor.subject import Subject

STATE_WIDTH = 5
WORDS = {State.OK: "in order", State.WARNING: "to look at", State.WRONG: "wrong"}


def heading(subject: Subject) -> str:
    """What is examined."""
    return f"{subject.app_url} ({subject.place})"


def line_of(result: Result) -> str:
    """One line for one item."""
    state, text, cure = result.finding
    line = f"{state:{STATE_WIDTH}} {result.item}: {text}"
    return f"{line} -> {cure}" if cure else line


def summary(results: Sequence[Result]) -> str:
    """How many items are how."""
    states = [result.finding.state for result in results]
    counted = [f"{states.count(state)} {word}" for state, word in WORDS.items()]
    return f"{', '.join(counted)}, {states.count(State.SKIPPED)} not checked"


def as_json(subject: Subject, results: Sequence[Result]) -> str:
    """The same for machines."""
    items = [
        {"item": item, "state": finding.state, "text": finding.text, "cure": finding.cure}
        for item, finding in results
    ]
    document = {"app": subject.app_url, "place": subject.place, "items": items}
    return json.dumps(document, indent=2)


def exit_status(results: Sequence[Result]) -> int:
    """1 if anything is wrong."""
    return int(any(result.finding.state is State.WRONG for result in results))
