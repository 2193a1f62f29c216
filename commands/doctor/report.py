"""Show the findings, one line each or as JSON."""

import json
from collections.abc import Sequence

from commands.doctor.findings import Result, State
from commands.doctor.subject import Subject

STATE_WIDTH = 5
WORDS = {State.OK: "ok", State.WARNING: "to review", State.WRONG: "wrong"}


def heading(subject: Subject) -> str:
    """Return the first line: what is being checked."""
    return f"{subject.app_url} ({subject.place})"


def line_of(result: Result) -> str:
    """Return the line for one check."""
    state, text, cure = result.finding
    line = f"{state:{STATE_WIDTH}} {result.item}: {text}"
    return f"{line} -> {cure}" if cure else line


def summary(results: Sequence[Result]) -> str:
    """Return the number of checks in each state."""
    states = [result.finding.state for result in results]
    counted = [f"{states.count(state)} {word}" for state, word in WORDS.items()]
    return f"{', '.join(counted)}, {states.count(State.SKIPPED)} skipped"


def as_json(subject: Subject, results: Sequence[Result]) -> str:
    """Return the findings as JSON."""
    items = [
        {"item": item, "state": finding.state, "text": finding.text, "cure": finding.cure}
        for item, finding in results
    ]
    document = {"app": subject.app_url, "place": subject.place, "items": items}
    return json.dumps(document, indent=2)


def exit_status(results: Sequence[Result]) -> int:
    """Return 1 if anything is wrong, otherwise 0."""
    return int(any(result.finding.state is State.WRONG for result in results))
