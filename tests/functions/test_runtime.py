"""The functions in Microsoft's own runtime, in process."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from local_stack.host.triggers.http import FunctionAnswer, FunctionRequest, invoke
from shared.http.request_parts import FORM_TYPE
from shared.webhooks import signatures

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Runtime

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in ROOT.glob("*/function.json"))
Ask = Callable[..., FunctionAnswer]

pytestmark = pytest.mark.usefixtures("app", "runtime")


@pytest.fixture
def ask(runtime: Runtime) -> Ask:
    """Sends a request to a function by name; `_` in header names means `-`."""

    def answer(name: str, method: str, body: bytes = b"", **headers: str) -> FunctionAnswer:
        request = FunctionRequest(
            method=method,
            url=f"http://127.0.0.1:7071/api/{name}",
            headers={key.replace("_", "-"): value for key, value in headers.items()},
            params={},
            route_params={},
            body=body,
        )
        return asyncio.run(invoke(runtime[name], request))

    return answer


@pytest.mark.parametrize("name", NAMES)
def test_the_runtime_loads_each_function_as_a_coroutine(name: str) -> None:
    assert inspect.iscoroutinefunction(sys.modules[f"__app__.{name}"].main)


def test_there_is_one_copy_of_the_library() -> None:
    assert [name for name in sys.modules if name.endswith(".shared.clients")] == []


def test_a_text_is_sent(ask: Ask, twilio: FakeTwilio) -> None:
    answer = ask("SendSms", "POST", b'{"to": "(202) 555-0123", "body": "Hello"}')

    assert answer.status == 201
    assert json.loads(answer.body)["to"] == "+12025550123"
    assert twilio.requests[0]["data"]["Body"] == "Hello"


def test_a_call_is_placed(ask: Ask, twilio: FakeTwilio) -> None:
    answer = ask("PlaceCall", "POST", b"to=%2B12025550123", content_type="text/plain")

    assert answer.status == 400
    assert ask("PlaceCall", "POST", b"to=%2B12025550123").status == 201
    assert twilio.requests[0]["data"]["Url"] == "https://app.example/api/TwimlHello"


def test_hello_is_twiml_each_time(ask: Ask) -> None:
    answers = [ask("TwimlHello", method) for method in ("GET", "POST", "GET")]

    assert {answer.status for answer in answers} == {200}
    assert {answer.headers["content-type"] for answer in answers} == {"text/xml; charset=utf-8"}
    assert {answer.body for answer in answers} == {
        b'<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello World</Say></Response>'
    }


@pytest.mark.parametrize(
    ("name", "status"), [("TwimlReply", 200), ("OnMessageStatus", 204), ("OnCallStatus", 204)]
)
def test_a_signed_form_passes_and_an_unsigned_one_does_not(
    ask: Ask, name: str, status: int
) -> None:
    form = [("Body", "Grüße & more"), ("FromCity", ""), ("a", "2"), ("a", "1")]
    body = urlencode(form).encode()
    signature = signatures.sign("primary", f"https://app.example/api/{name}", form).decode()
    form_type = f"{FORM_TYPE}; charset=UTF-8"

    signed = ask(name, "POST", body, content_type=form_type, x_twilio_signature=signature)
    unsigned = ask(name, "POST", body, content_type=form_type)

    assert (signed.status, unsigned.status) == (status, 403)
    assert unsigned.headers["content-type"] == "application/problem+json"


def test_health_is_reported(ask: Ask, twilio: FakeTwilio) -> None:
    twilio.answer(200, {"messages": []})

    assert ask("GetHealth", "GET").status == 200
