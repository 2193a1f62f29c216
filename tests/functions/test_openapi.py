"""Check docs/use/openapi.yaml against the functions, their inputs and their responses."""

import importlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local_stack.testing import HANDSET, FaultsOn, LocalStack

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "use" / "openapi.yaml").read_text("utf-8")
API: dict[str, Any] = yaml.safe_load(TEXT)
TRIGGERS: dict[str, Any] = {
    path.parent.name: json.loads(path.read_text())["bindings"][0]
    for path in ROOT.glob("*/function.json")
}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
KEYS = [{"functionKey": []}, {"functionKeyInQuery": []}]
SIGNATURE = [{"twilioSignature": []}]
# The pages that explain the parameters of answers, and their tables.
PAGES = "".join(
    (ROOT / "docs" / name).read_text("utf-8")
    for name in ("use/twimlets.md", "begin/phone-line.md", "begin/browser-calls.md")
)
EXPLAINED = {
    name: re.findall(r"^\| `(\w+)(?:\[(\w+)\])?` \| ([^|]+) \|", text, re.MULTILINE)
    for name, text in re.findall(r"^### `(Twiml\w+)`\n(.*?)(?=^##|\Z)", PAGES, re.M | re.S)
}
# Functions that need neither a key nor Twilio's signature.
OPEN = {
    "GetHoldMusic",
    "GetMyClientToken",
    "GetSharedMedia",
    "GetSharedRecording",
    "GetSoftphone",
    "TwimlHello",
}
NAMES = sorted(TRIGGERS)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference; keep its siblings."""
    reference = node.get("$ref")
    if reference is None:
        return node
    target: Any = API
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return {**resolved(target), **{key: value for key, value in node.items() if key != "$ref"}}


def operations(name: str) -> dict[str, dict[str, Any]]:
    """Return a function's operations by method."""
    item = resolved(API["paths"][f"/{name}"])
    return {method: value for method, value in item.items() if method in METHODS}


def inputs_of(operation: dict[str, Any]) -> set[str]:
    """Return the input names of an action or a question."""
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        return set(resolved(schema)["properties"])
    parameters = [resolved(parameter) for parameter in operation.get("parameters", ())]
    return {parameter["name"] for parameter in parameters if parameter["in"] == "query"}


def inputs_in_code(name: str) -> set[str]:
    """Return the names that a function passes to read_inputs or read_query."""
    module = importlib.import_module(name)
    fields = {*getattr(module, "FIELDS", ())}
    return (
        fields
        | {*getattr(getattr(module, "links", None), "FIELDS", ())}
        | {*getattr(getattr(module, "delivery", None), "FIELDS", ())}
    )


def references(node: object) -> Iterator[str]:
    """Yield every reference in a part of the document."""
    if isinstance(node, dict):
        for key, value in node.items():  # pyright: ignore[reportUnknownVariableType] # any YAML
            yield from [value] if key == "$ref" and isinstance(value, str) else references(value)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType] # any YAML
            yield from references(value)  # pyright: ignore[reportUnknownArgumentType]


def check_answer(name: str, response: requests.Response) -> None:
    """Check the status, content type, headers and body of a response."""
    [method] = operations(name)
    answers = operations(name)[method]["responses"]
    described = resolved(answers.get(str(response.status_code)) or answers["default"])
    media_type = response.headers["Content-Type"].partition(";")[0]
    schema = described["content"][media_type]["schema"]

    Draft202012Validator({**schema, "components": API["components"]}).validate(response.json())
    for header in ("Retry-After", "Idempotent-Replayed"):
        if header in response.headers:
            assert header in described["headers"]


@pytest.mark.soak
def test_the_description_is_valid_openapi() -> None:
    assert API["openapi"].startswith("3.1.")
    assert [*OpenAPIV31SpecValidator(API).iter_errors()] == []


def test_the_description_has_no_merge_keys() -> None:
    # YAML 1.2, which OpenAPI uses, doesn't have them.
    assert "<<:" not in TEXT


def test_every_component_is_used() -> None:
    used = {*references(API)}
    parts = {
        f"#/components/{kind}/{name}"
        for kind, components in API["components"].items()
        for name in components
        if kind not in ("securitySchemes", "x-operations")
    }

    assert parts == used


def test_the_description_has_each_function() -> None:
    assert sorted(path.removeprefix("/") for path in API["paths"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_methods_match_the_function(name: str) -> None:
    methods = TRIGGERS[name]["methods"]

    # The description says once that HEAD works like GET.
    assert sorted([*operations(name), *["head"] * ("get" in methods)]) == sorted(methods)


@pytest.mark.parametrize("name", NAMES)
def test_security_matches_the_function(name: str) -> None:
    level = TRIGGERS[name]["authLevel"]
    expected = [] if name in OPEN else KEYS if level == "function" else SIGNATURE

    for operation in operations(name).values():
        assert operation.get("security", API["security"]) == expected


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith(("Twiml", "On"))])
def test_inputs_match_the_function(name: str) -> None:
    [operation] = operations(name).values()
    own = {"Bucket"} if name == "GetHoldMusic" else inputs_in_code(name)

    assert inputs_of(operation) == own


@pytest.mark.parametrize("name", sorted(EXPLAINED))
def test_parameters_of_an_answer_match_its_page(name: str) -> None:
    described = {
        (parameter["name"].removesuffix("[]"), parameter.get("required", False))
        for parameter in API["paths"][f"/{name}"].get("parameters", ())
    }

    assert described == {
        (parameter, default.strip() == "required") for parameter, _, default in EXPLAINED[name]
    }


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("Send", "Place"))])
def test_an_action_accepts_an_idempotency_key_and_can_replay(name: str) -> None:
    operation = operations(name)["post"]
    headers = [resolved(parameter)["name"] for parameter in operation["parameters"]]

    assert headers == ["Idempotency-Key"]
    assert "Idempotent-Replayed" in resolved(operation["responses"]["201"])["headers"]


def test_the_answers_of_actions_are_as_described(stack: LocalStack) -> None:
    text = {"to": HANDSET, "body": "Hello"}
    key = {"Idempotency-Key": "described"}
    answers = [
        ("SendSms", stack.function("SendSms", text, **key), 201),
        ("SendSms", stack.function("SendSms", text, **key), 201),
        ("SendSms", stack.function("SendSms", {**text, "body": "Other"}, **key), 422),
        ("SendSms", stack.function("SendSms", {"to": "nobody", "body": "Hello"}), 400),
        ("PlaceCall", stack.function("PlaceCall", {"to": HANDSET}), 201),
        ("PlaceCall", stack.function("PlaceCall", {"to": HANDSET, "timeout": 0}), 400),
    ]

    assert [answer.status_code for _, answer, _ in answers] == [status for *_, status in answers]
    assert answers[1][1].headers["Idempotent-Replayed"] == "true"
    for name, answer, _ in answers:
        check_answer(name, answer)


def test_the_answers_of_a_restricted_app_are_as_described(stack: LocalStack) -> None:
    text, call = {"to": HANDSET, "body": "Hello"}, {"to": HANDSET}
    with stack.second_host({"DRY_RUN": "true"}) as host:
        answers = [("SendSms", host.function("SendSms", text), 200)]
        answers += [("PlaceCall", host.function("PlaceCall", call), 200)]
    with stack.second_host({"ALLOWED_COUNTRIES": "US", "RECIPIENT_LIMIT": "1"}) as host:
        answers += [("SendSms", host.function("SendSms", {**text, "to": "+4930123456"}), 403)]
        answers += [("PlaceCall", host.function("PlaceCall", call), 201)]
        answers += [("SendSms", host.function("SendSms", text), 429)]
        answers += [("PlaceCall", host.function("PlaceCall", call), 429)]

    assert [answer.status_code for _, answer, _ in answers] == [status for *_, status in answers]
    for name, answer, _ in answers:
        check_answer(name, answer)


def test_the_answers_of_questions_are_as_described(stack: LocalStack) -> None:
    text = {"to": HANDSET, "body": "Hello"}
    sid = stack.function("SendSms", text, **{"Idempotency-Key": "asked"}).json()["sid"]
    other = stack.rest(
        "POST", "Messages.json", {"To": HANDSET, "From": "+12025550100", "Body": "x"}
    )
    stack.advance(5)
    queries = [f"sid={sid}", f"sid={other.json()['sid']}", "key=asked", "key=unheard", "sid=1"]
    answers = [stack.function(f"GetStatus?{query}", method="GET") for query in queries]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 400]
    for answer in answers:
        check_answer("GetStatus", answer)
    check_answer("GetHealth", stack.function("GetHealth", method="GET"))


@pytest.mark.parametrize("signature", [None, "A" * 27 + "="])
def test_the_answer_to_a_forged_request_is_as_described(
    stack: LocalStack, signature: str | None
) -> None:
    url, form = f"{stack.functions_url}/api/OnCallStatus", {"CallStatus": "ringing"}
    headers = {"X-Twilio-Signature": signature} if signature else {}
    answer = stack.http.post(url, data=form, headers=headers, timeout=5)

    assert answer.status_code == 403
    check_answer("OnCallStatus", answer)


def test_the_answers_in_an_outage_are_as_described(
    stack: LocalStack, faults: Callable[..., FaultsOn]
) -> None:
    faults({"service": "twilio", "kind": "lost", "reads": True})
    lost = stack.function("SendSms", {"to": HANDSET, "body": "Hello"}, **{"Idempotency-Key": "l"})
    sick = stack.function("GetHealth", method="GET")

    assert (lost.status_code, lost.json()["outcome"]) == (504, "unknown")
    assert "Retry-After" in lost.headers
    check_answer("SendSms", lost)
    assert sick.status_code == 503
    check_answer("GetHealth", sick)
