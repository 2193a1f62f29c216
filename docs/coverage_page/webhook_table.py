"""The table of requests to an app that are compared with recorded ones."""

import json
from itertools import groupby

from docs.coverage_page.covering_tests import TESTS

RECORDED = TESTS / "stack" / "recorded" / "webhooks.json"
DOCUMENTS_ONLY = (
    "conference reports, speech, callbacks of machine detection, the call events `initiated` and "
    "`ringing`, queue announcements, replies' `action`"
)


def webhook_table() -> str:
    """Return the kinds of requests by the year of their newest recording."""
    newest: dict[str, int] = {}
    for recording in json.loads(RECORDED.read_text("utf-8")):
        kind, year = recording["kind"], recording["year"]
        newest[kind] = max(year, newest.get(kind, 0))
    rows = [
        "## Webhooks compared with recorded ones\n",
        "[A test](../../tests/stack/test_recorded_webhooks.py) compares fields and their order",
        "with requests that Twilio sent, and lists what may differ.\n",
        "| Newest | Requests |",
        "|---|---|",
    ]
    kinds_by_year = groupby(sorted(newest, key=lambda kind: -newest[kind]), key=newest.__getitem__)
    for year, kinds in kinds_by_year:
        rows.append(f"| {year} | {'; '.join(kinds)} |")
    rows.append(f"| from documentation only | {DOCUMENTS_ONLY} |")
    return "\n".join(rows) + "\n"
