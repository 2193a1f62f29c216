"""The page about the functions matches their folders and their inputs."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.delivery import status as delivery
from shared.media import files as media
from shared.media import links
from shared.recordings import sound as recordings
from shared.sending import call_options, calls
from shared.sending import timing as message_timing
from shared.twilio_limits import MAX_BODY_CHARS, MAX_MEDIA, MAX_MEDIA_BYTES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "use" / "functions.md").read_text()
TRIGGERS: dict[str, Any] = {
    path.parent.name: json.loads(path.read_text())["bindings"][0]
    for path in ROOT.glob("*/function.json")
}
# A function's inputs are its FIELDS, with two exceptions.
INPUTS = {
    name: fields
    for name in sorted(TRIGGERS)
    if (fields := getattr(importlib.import_module(name), "FIELDS", None))
} | {
    "GetStatus": delivery.FIELDS,
    "GetSharedRecording": (*recordings.FIELDS, *links.FIELDS),
    "GetSharedMedia": (*media.FIELDS, *links.FIELDS),
}
SECTIONS = dict(
    re.findall(r"^###? `?([^`\n]+)`?\n(.*?)(?=^###? |\Z)", PAGE, re.DOTALL | re.MULTILINE)
)
ROWS = re.findall(r"^\| \[`(\w+)`\]", SECTIONS["All functions"], re.MULTILINE)
BEGINNING = PAGE.partition("\n## ")[0]
# The allowed callers and methods of a function, by the first word of its name.
WORDS = {
    word: (callers, methods)
    for words, callers, methods in re.findall(
        r"^\| (`[^|]+`) \| ([^|]+) \| ([A-Z, ]+) \|", BEGINNING, re.MULTILINE
    )
    for word in re.findall(r"\w+", words)
}
EXCEPTIONS = set(re.findall(r"`([A-Z]\w+)`", BEGINNING.partition("exceptions")[2]))


def allowed_callers(name: str) -> str:
    """Return the allowed callers of a function, read from its folder; "" for anyone."""
    if TRIGGERS[name]["authLevel"] == "function":
        return "your code"
    code = (ROOT / name / "__init__.py").read_text()
    return "Twilio" if re.search("^@(answer|report)$", code, re.MULTILINE) else ""


def test_the_page_has_each_function_once() -> None:
    assert sorted(ROWS) == sorted(TRIGGERS)


@pytest.mark.parametrize("name", sorted(TRIGGERS))
def test_the_first_word_of_a_name_gives_methods_and_callers(name: str) -> None:
    callers, methods = WORDS.get(name) or WORDS[re.findall("[A-Z][a-z]+", name)[0]]

    assert methods.lower().split(", ") == TRIGGERS[name]["methods"]
    assert allowed_callers(name) == ("" if name in EXCEPTIONS else callers)


@pytest.mark.parametrize("name", INPUTS)
def test_a_table_of_inputs_matches_the_function(name: str) -> None:
    documented = re.findall(r"^\| `(\w+)` \|", SECTIONS[name], re.MULTILINE)

    assert sorted(documented) == sorted(INPUTS[name])


def test_every_function_with_inputs_has_a_table() -> None:
    with_inputs = {
        name
        for name in TRIGGERS
        if re.search(r"\bread_(inputs|query)\(", (ROOT / name / "__init__.py").read_text())
    }

    assert with_inputs == {*INPUTS}


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
        "GetSharedMedia": {MAX_MEDIA_BYTES // 1_000_000},
    }
    missing = {
        f"{name}: {number}"
        for name, numbers in limits.items()
        for number in numbers
        if not re.search(rf"\b{number}\b", SECTIONS[name])
    }

    assert missing == set()
