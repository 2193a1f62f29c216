"""Reading function.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_stack.host.app.function_file import (
    is_disabled,
    read_endpoint,
    read_function_definition,
)
from local_stack.host.app.json_file import AppFileError

TRIGGER = {"type": "httpTrigger", "direction": "in", "name": "req"}
ANSWER = {"type": "http", "direction": "out", "name": "$return"}


def folder(tmp_path: Path, document: object) -> Path:
    """Return the folder of a function called Greet."""
    path = tmp_path / "Greet"
    path.mkdir()
    (path / "__init__.py").touch()
    (path / "function.json").write_text(json.dumps(document), "utf-8")
    return path


def test_the_defaults_are_those_of_azure(tmp_path: Path) -> None:
    path = folder(tmp_path, {"bindings": [TRIGGER, ANSWER]})

    definition = read_function_definition(path)
    endpoint = read_endpoint(definition)

    assert endpoint.route == "Greet"
    assert endpoint.methods is None
    assert endpoint.auth_level == "function"
    assert definition.script == path / "__init__.py"
    assert definition.entry_point is None


def test_methods_and_auth_level_are_case_insensitive(tmp_path: Path) -> None:
    trigger = {**TRIGGER, "methods": ["get", "Post"], "authLevel": "Anonymous"}
    path = folder(tmp_path, {"bindings": [trigger, ANSWER]})

    endpoint = read_endpoint(read_function_definition(path))

    assert endpoint.methods == {"GET", "POST"}
    assert endpoint.auth_level == "anonymous"


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = folder(tmp_path, {})
    text = json.dumps({"bindings": [TRIGGER, ANSWER]})
    (path / "function.json").write_text(text, "utf-8-sig")

    assert read_function_definition(path).trigger == "req"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "expected a JSON object"),
        ({}, '"bindings" must be a list'),
        ({"bindings": [1]}, "a binding must be an object"),
        ({"bindings": [{"type": "http"}]}, 'needs a "name" and a "type"'),
        ({"bindings": [ANSWER]}, "exactly one trigger"),
        ({"bindings": [{**TRIGGER, "direction": "up"}]}, "invalid direction up"),
        ({"bindings": [{"type": "httpTrigger", "name": "req"}]}, '"direction" of req'),
        ({"bindings": [{**TRIGGER, "authLevel": "users"}]}, '"authLevel" must be'),
        ({"bindings": [{**TRIGGER, "methods": "get"}]}, '"methods" must be a list'),
        ({"bindings": [{**TRIGGER, "type": "httpTriger"}]}, 'Did you mean "httpTrigger"'),
        ({"bindings": [TRIGGER, {**ANSWER, "type": "queue"}]}, 'doesn\'t support "queue" '),
        ({"bindings": [TRIGGER], "scriptFile": "other.py"}, "other.py doesn't exist"),
    ],
)
def test_an_invalid_file_is_explained(tmp_path: Path, document: Any, reason: str) -> None:
    with pytest.raises(AppFileError, match=reason):
        read_endpoint(read_function_definition(folder(tmp_path, document)))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, False),
        ({"AzureWebJobs.Greet.Disabled": "True"}, True),
        ({"AzureWebJobs_Greet_Disabled": "1"}, True),
        ({"AzureWebJobs__Greet__Disabled": "1"}, False),
        ({"AzureWebJobs.Greet.Disabled": "yes"}, False),
        ({"AzureWebJobs.Other.Disabled": "1"}, False),
    ],
)
def test_a_setting_can_disable_a_function(settings: dict[str, str], expected: bool) -> None:
    assert is_disabled("Greet", settings) is expected
