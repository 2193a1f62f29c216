"""What the page says of Twilio's REST API: one row for each thing that can be asked for."""

import json
from http import HTTPStatus

from deskphone.cli.rest_rows import NOT_EMULATED, RESOURCES, rest_rows
from docs.coverage_page.covering_tests import TESTS
from docs.coverage_page.tables import in_code

RECORDED = TESTS / "recorded" / "rest.json"


def rest_table() -> str:
    """Return the table as Markdown, with its heading."""
    lines = ["## Twilio's REST API\n", "| Resource | Parameters |", "|---|---|"]
    same: dict[str, list[str]] = {}
    for what, has, lacks in rest_rows():
        not_emulated = f"; not emulated: {in_code(lacks)}" if lacks else ""
        same.setdefault(in_code(has) + not_emulated, []).append(what)
    plain = "; ".join(what.replace(": ", " (") + ")" for what in same.pop(""))
    lines += [f"| {'; '.join(names)} | {cell} |" for cell, names in same.items()]
    lines.append(f"\nEmulated, without parameters: {plain}.")
    lines.append(
        f"\nNot emulated at all (501): subaccounts, {in_code(NOT_EMULATED)}, everything else below "
        "a single message, call or number, channels other than SMS, XML responses, and Twilio's"
        " other products and versions, such as `/messaging/v1` and `/verify/v2`.\n"
    )
    lines.append(f"{_recorded()}\n")
    return "\n".join(lines)


def _recorded() -> str:
    """Return which resources are compared with recorded responses, and the newest one's year."""
    years: dict[str, int] = {}
    for one in json.loads(RECORDED.read_text("utf-8")):
        name = one["path"].strip("/").partition(".json")[0].partition("/")[0]
        if name in RESOURCES and one["status"] < HTTPStatus.BAD_REQUEST:
            years[name] = max(one["year"], years.get(name, 0))
    newest = ", ".join(f"`{name}` ({year})" for name, year in sorted(years.items()))
    return (
        f"[A test](../../tests/deskphone/test_recorded_rest.py) compares {newest} and many errors "
        "with recorded responses. The others follow Twilio's OpenAPI document."
    )
