"""The names of Twilio's fields, compared with what it sends and what the app reads."""

import ast
from pathlib import Path

import pytest

from bench.how_to_app import FORM
from shared.http.twilio_fields import is_twilio_field
from tests.functions.conftest import TEXT

ROOT = Path(__file__).parents[3]
OTHERS = ("MediaUrl9", "DialCallStatus", "OptOutType", "CallToken", "CalledVia", "msg")
READERS = {"entries", "text", "table", "flag", "choice", "seconds", "phone_numbers", "phone_number"}


def names_read(*functions: str) -> set[str]:
    """Return the literal names that the app's code passes to these functions."""
    calls = [
        node
        for path in ROOT.glob("shared/**/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and len(node.args) > 0
    ]
    return {
        argument.value
        for call in calls
        if ast.unparse(call.func).rpartition(".")[2] in functions
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


@pytest.mark.parametrize("name", [*FORM, *dict(TEXT), *OTHERS])
def test_the_fields_of_a_call_and_of_a_text_are_known(name: str) -> None:
    assert is_twilio_field(name)


def test_each_field_that_the_app_reads_is_known() -> None:
    others = {"Dial", "MediaUrl", "MediaContentType"}  # the app's own marker; numbered names
    read = {
        name for name in names_read("posted", "steering", "denying") - others if name[0].isupper()
    }

    assert len(read) > 10
    assert {name for name in read if not is_twilio_field(name)} == set()


def test_no_functions_parameter_has_the_name_of_a_twilio_field() -> None:
    parameters = names_read(*READERS, "next_url", "parameter", "owner_number") | {
        "Dial",
        "MediaUrl",
    }

    assert {"FailUrl", "Notify", "Moderators"} <= parameters
    assert {name for name in parameters if is_twilio_field(name)} == set()
