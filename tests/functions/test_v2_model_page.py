"""The page about the v2 programming model: its example loads, is equivalent, and works."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.conftest import FakeTwilio, Run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "change" / "v2-model.md").read_text()
FILES = dict(re.findall(r"^`(\w+\.py)`\n\n```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The function in the page's app, as Microsoft's library registers it."""
    for name, code in FILES.items():
        (tmp_path / name).write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    [found] = importlib.import_module("function_app").app.get_functions()
    yield found
    for name in FILES:
        del sys.modules[name.removesuffix(".py")]


def test_the_example_registers_the_same_as_function_json(function: Any) -> None:
    document = json.loads((ROOT / "SendSms" / "function.json").read_text())
    trigger, output = function.get_dict_repr()["bindings"]
    trigger_v1, output_v1 = document["bindings"]

    assert function.get_function_name() == trigger["route"] == "SendSms"
    assert [method.value.lower() for method in trigger["methods"]] == trigger_v1["methods"]
    assert trigger["authLevel"].value == trigger_v1["authLevel"]
    assert (trigger["type"], trigger["name"]) == (trigger_v1["type"], trigger_v1["name"])
    assert (output["type"], output["name"]) == (output_v1["type"], output_v1["name"])


@pytest.mark.usefixtures("app", "function")
def test_the_example_sends_a_text_when_its_name_is_called(run: Run, twilio: FakeTwilio) -> None:
    send_sms = sys.modules["send_sms"].send_sms
    body = json.dumps({"to": "+12025550123", "body": "Hello"}).encode()

    response = run(send_sms, func.HttpRequest("POST", "https://inner/api/SendSms", body=body))

    assert type(send_sms).__name__ == "FunctionBuilder"
    assert response.status_code == 201
    assert [request["data"]["Body"] for request in twilio.requests] == ["Hello"]


def test_the_table_matches_the_example() -> None:
    table = PAGE.split("## How v1 maps to v2", 1)[1].split("## ", 1)[0]
    written = re.findall(r"\| [^|]*\| `(?:@blueprint\.)?(\w+=[^`]+)`", table)

    assert "auth_level=func.AuthLevel.ANONYMOUS" in written
    others = [text for text in written if "ANONYMOUS" not in text]
    assert len(others) == 3
    assert [text for text in others if text not in FILES["send_sms.py"]] == []


def test_a_v2_app_requires_the_function_key_by_default() -> None:
    default = inspect.signature(func.FunctionApp).parameters["http_auth_level"].default

    assert default == func.AuthLevel.FUNCTION
