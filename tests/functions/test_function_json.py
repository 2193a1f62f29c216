"""The prefix of a function's name says who comes in: methods and auth level follow from it."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPECIFICATIONS = sorted(ROOT.glob("*/function.json"))
DOORS = {
    "Send": ("function", ["post"]),
    "Place": ("function", ["post"]),
    "Get": ("function", ["get"]),
    "Twiml": ("anonymous", ["get", "post"]),
    "On": ("anonymous", ["post"]),
}


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def test_every_function_is_here() -> None:
    assert [path.parent.name for path in SPECIFICATIONS] == [
        "GetHealth",
        "OnCallStatus",
        "OnMessageStatus",
        "PlaceCall",
        "SendSms",
        "TwimlHello",
        "TwimlMessage",
        "TwimlReply",
    ]


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=lambda path: path.parent.name)
def test_the_prefix_decides_methods_and_auth_level(path: Path) -> None:
    (prefix,) = [prefix for prefix in DOORS if path.parent.name.startswith(prefix)]
    auth_level, methods = DOORS[prefix]

    # No `route`: the URLs handed to Twilio end in the function's name.
    assert read(path) == {
        "bindings": [
            {
                "name": "req",
                "type": "httpTrigger",
                "direction": "in",
                "authLevel": auth_level,
                "methods": methods,
            },
            {"name": "$return", "type": "http", "direction": "out"},
        ]
    }


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=lambda path: path.parent.name)
def test_a_function_is_a_doorway_behind_one_decorator(path: Path) -> None:
    decorators = {
        "Send": "@action",
        "Place": "@action",
        "Get": "@question",
        "Twiml": "@answer",
        "On": "@report",
    }
    exceptions = {"TwimlHello": "@fixed_answer"}  # says one sentence to everybody, without effect
    name = path.parent.name
    (by_prefix,) = [d for prefix, d in decorators.items() if name.startswith(prefix)]

    lines = (path.parent / "__init__.py").read_text().splitlines()

    assert [line for line in lines if line.startswith("@")] == [exceptions.get(name, by_prefix)]
    assert len(lines) <= 25
