"""The functions as Microsoft's own runtime loads and runs them, in process."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from emulator.host.definitions import read_function_definition
from emulator.host.functions import (
    FunctionAnswer,
    FunctionRequest,
    invoke,
    load_function,
    start_runtime,
)
from shared import signatures

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

ROOT = Path(__file__).parents[2]
DEFINITIONS = {
    path.parent.name: read_function_definition(path.parent)
    for path in sorted(ROOT.glob("*/function.json"))
}

pytestmark = pytest.mark.usefixtures("app", "runtime")


@pytest.fixture(scope="module")
def runtime() -> None:
    """All functions, loaded by the runtime."""
    start_runtime()
    for definition in DEFINITIONS.values():
        load_function(definition)


def run(name: str, method: str, body: bytes = b"", **headers: str) -> FunctionAnswer:
    request = FunctionRequest(
        method=method,
        url=f"http://127.0.0.1:7071/api/{name}",
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        params={},
        route_params={},
        body=body,
    )
    return asyncio.run(invoke(DEFINITIONS[name], request))


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_runtime_takes_each_function_as_a_coroutine(name: str) -> None:
    assert inspect.iscoroutinefunction(sys.modules[f"__app__.{name}"].main)


def test_there_is_one_copy_of_the_library() -> None:
    assert [name for name in sys.modules if name.endswith(".shared.clients")] == []


def test_a_text_is_sent(twilio: FakeTwilio) -> None:
    answer = run("SendSms", "POST", b'{"to": "(202) 555-0123", "body": "Hello"}')

    assert answer.status == 201
    assert json.loads(answer.body)["to"] == "+12025550123"
    assert twilio.requests[0]["data"]["Body"] == "Hello"


def test_a_call_is_placed(twilio: FakeTwilio) -> None:
    answer = run("PlaceCall", "POST", b"to=%2B12025550123", content_type="text/plain")

    assert answer.status == 400
    assert run("PlaceCall", "POST", b"to=%2B12025550123").status == 201
    assert twilio.requests[0]["data"]["Url"] == "https://app.example/api/TwimlHello"


def test_hello_is_twiml_each_time() -> None:
    answers = [run("TwimlHello", method) for method in ("GET", "POST", "GET")]

    assert {answer.status for answer in answers} == {200}
    assert {answer.headers["content-type"] for answer in answers} == {"text/xml; charset=utf-8"}
    assert {answer.body for answer in answers} == {
        b'<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello World</Say></Response>'
    }


@pytest.mark.parametrize(
    ("name", "status"), [("TwimlReply", 200), ("OnMessageStatus", 204), ("OnCallStatus", 204)]
)
def test_a_signed_form_passes_and_an_unsigned_one_does_not(name: str, status: int) -> None:
    form = [("Body", "Grüße & more"), ("FromCity", ""), ("a", "2"), ("a", "1")]
    body = urlencode(form).encode()
    signature = signatures.sign("primary", f"https://app.example/api/{name}", form).decode()
    form_type = "application/x-www-form-urlencoded; charset=UTF-8"

    signed = run(name, "POST", body, content_type=form_type, x_twilio_signature=signature)
    unsigned = run(name, "POST", body, content_type=form_type)

    assert (signed.status, unsigned.status) == (status, 403)
    assert unsigned.headers["content-type"] == "application/problem+json"


def test_health_is_told(twilio: FakeTwilio) -> None:
    twilio.answer(200, {"messages": []})

    assert run("GetHealth", "GET").status == 200
