"""The page about the functions, held to their folders and to the inputs that they take."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from local_stack.testing import LocalStack
from shared.delivery import status as delivery
from shared.recordings import links
from shared.recordings import sound as recordings
from shared.sending import call_options, calls
from shared.sending import timing as message_timing
from shared.twilio_limits import MAX_BODY_CHARS, MAX_MEDIA

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "use" / "functions.md").read_text()
TRIGGERS: dict[str, Any] = {
    path.parent.name: json.loads(path.read_text())["bindings"][0]
    for path in ROOT.glob("*/function.json")
}
# What a function takes is what it calls FIELDS, with two exceptions.
INPUTS = {
    name: fields
    for name in sorted(TRIGGERS)
    if (fields := getattr(importlib.import_module(name), "FIELDS", None))
} | {"GetStatus": delivery.FIELDS, "GetSharedRecording": (*recordings.FIELDS, *links.FIELDS)}
SECTIONS = dict(
    re.findall(r"^###? `?([^`\n]+)`?\n(.*?)(?=^###? |\Z)", PAGE, re.DOTALL | re.MULTILINE)
)
ROWS = re.findall(
    r"^\| \[`(\w+)`\]\(([^)]+)\) \| ([A-Z, ]+) \| ([^|]+) \|", SECTIONS["All functions"], re.M
)
EXAMPLES = re.findall(
    r"^\| `(\w+)` \| `(.+)` \|$", SECTIONS["Answers to calls and texts"], re.MULTILINE
)
CALL = {"CallSid": "CA" + "0" * 32, "From": "+12025550125", "To": "+12025550100"}


def who_comes_in(name: str) -> str:
    """Whom a function lets in, by its folder."""
    if TRIGGERS[name]["authLevel"] == "function":
        return "your code"
    code = (ROOT / name / "__init__.py").read_text()
    if "require_link" in code:
        return "whoever has the link"
    return "Twilio" if re.search("^@(answer|report)$", code, re.MULTILINE) else "anybody"


def test_the_page_has_each_function_once() -> None:
    assert sorted(name for name, *_ in ROWS) == sorted(TRIGGERS)


@pytest.mark.parametrize(("name", "methods", "who"), [(row[0], *row[2:]) for row in ROWS])
def test_a_row_says_methods_and_who_comes_in(name: str, methods: str, who: str) -> None:
    assert methods.lower().split(", ") == TRIGGERS[name]["methods"]
    assert who == who_comes_in(name)


@pytest.mark.parametrize("name", INPUTS)
def test_a_table_of_inputs_has_what_the_function_takes(name: str) -> None:
    told = re.findall(r"^\| `(\w+)` \|", SECTIONS[name], re.MULTILINE)

    assert sorted(told) == sorted(INPUTS[name])


def test_every_function_for_code_has_a_table_or_takes_nothing() -> None:
    reading = {
        name
        for name in TRIGGERS
        if re.search(r"\bread_(inputs|query)\(", (ROOT / name / "__init__.py").read_text())
    }

    assert reading == {*INPUTS}


def test_the_limits_of_inputs_are_on_the_page() -> None:
    limits = {
        "SendSms": {
            MAX_BODY_CHARS,
            MAX_MEDIA,
            message_timing.LEAST_AHEAD.seconds // 60,
            message_timing.MOST_AHEAD.days,
            message_timing.MAX_VALIDITY_S,
        },
        "PlaceCall": {
            calls.MAX_TWIML_CHARS,
            call_options.MAX_TIMEOUT_S,
            call_options.MAX_TIME_LIMIT_S,
        },
        "GetRecording": {recordings.MAX_BYTES // 1_000_000},
    }
    missing = {
        f"{name}: {number}"
        for name, numbers in limits.items()
        for number in numbers
        if not re.search(rf"\b{number}\b", SECTIONS[name])
    }

    assert missing == set()


def test_every_answer_has_an_example() -> None:
    assert [name for name, _ in EXAMPLES] == [name for name, *_ in ROWS if name.startswith("Twiml")]


@pytest.mark.parametrize(("name", "address"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_answered_with_twiml(stack: LocalStack, name: str, address: str) -> None:
    # As the client writes it: what is signed has to be what is sent.
    answer = stack.webhook(address.replace("[", "%5B").replace("]", "%5D"), CALL)

    assert address.partition("?")[0] == name
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert "<Response><" in answer.text
