"""One text for one key, over HTTP and through the runtime, with Twilio's signed reports."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from local_stack.testing import HANDSET, LocalStack
from local_stack.values import FUNCTION_KEY

SEND = {"to": "(202) 555-0123", "body": "Hello"}
RING = {"to": HANDSET, "message": "Hello"}


@pytest.fixture
def key() -> str:
    """An unused key, because the ledger may survive a reset."""
    return str(uuid4())


def act(
    stack: LocalStack, key: str, body: dict[str, Any] = SEND, name: str = "SendSms"
) -> requests.Response:
    return stack.function(name, body, **{"Idempotency-Key": f'"{key}"'})


@pytest.mark.parametrize(("name", "body"), [("SendSms", SEND), ("PlaceCall", RING)])
def test_a_repeated_request_changes_nothing(
    stack: LocalStack, key: str, name: str, body: dict[str, Any]
) -> None:
    first, again = (act(stack, key, body, name) for _ in range(2))

    handset = stack.look(f"handsets/{HANDSET}")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(handset["texts"]) + len(handset["calls"]) == 1


def test_a_key_belongs_to_one_request(stack: LocalStack, key: str) -> None:
    act(stack, key)

    answer = act(stack, key, {**SEND, "body": "Bye"})

    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")
    assert [text["body"] for text in stack.texts()] == ["Hello"]


def test_many_concurrent_requests_with_one_key_send_one_text(stack: LocalStack, key: str) -> None:
    headers = {"x-functions-key": FUNCTION_KEY, "Idempotency-Key": key}
    url = f"{stack.functions_url}/api/SendSms"

    def ask(_: int) -> requests.Response:
        return requests.post(url, json=SEND, headers=headers, timeout=20)

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(ask, range(64)))

    [text] = stack.texts()
    statuses = Counter(answer.status_code for answer in answers)
    sent = [answer for answer in answers if answer.status_code == 201]
    assert set(statuses) <= {201, 409}
    assert {answer.json()["sid"] for answer in sent} == {text["sid"]}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in sent) == 1


@pytest.mark.parametrize(("name", "body"), [("SendSms", SEND), ("PlaceCall", RING)])
def test_twilios_report_settles_a_send_with_a_lost_answer(
    stack: LocalStack, key: str, name: str, body: dict[str, Any]
) -> None:
    with stack.faults({"service": "twilio", "kind": "lost", "count": 1}):
        lost = act(stack, key, body, name)
    stack.advance(1)

    found = act(stack, key, body, name)

    handset = stack.look(f"handsets/{HANDSET}")
    [sid] = [item["sid"] for item in (*handset["texts"], *handset["calls"])]
    assert (lost.status_code, lost.json()["outcome"]) == (504, "unknown")
    assert int(lost.headers["Retry-After"]) in range(1, 61)
    assert (found.status_code, found.json()["sid"]) == (201, sid)
    assert found.headers["Idempotent-Replayed"] == "true"


def test_the_reports_of_a_send_name_its_claim_and_its_fragment_stays_with_twilio(
    stack: LocalStack, key: str
) -> None:
    sid = act(stack, key).json()["sid"]
    stack.advance(1)

    reports = stack.webhooks(sid)
    queries = {urlsplit(report["url"]).query.partition("=")[0] for report in reports}
    assert (queries, {report["status"] for report in reports}) == ({"claim"}, {204})
    assert {report["signed"] for report in reports} == {True}


@pytest.mark.soak
@pytest.mark.parametrize(("name", "body"), [("SendSms", SEND), ("PlaceCall", RING)])
@pytest.mark.parametrize("kind", ["lost", "500"])
def test_twilios_list_settles_a_send_without_reports(
    monkeypatch: pytest.MonkeyPatch, key: str, name: str, body: dict[str, Any], kind: str
) -> None:
    monkeypatch.setenv("SETTLE_WINDOW_SECONDS", "3")
    stack = LocalStack.start(clock="system")
    try:
        silence = {"service": "webhooks", "kind": "dropped"}
        with stack.faults({"service": "twilio", "kind": kind, "count": 1}, silence):
            lost = act(stack, key, body, name)
            while (found := act(stack, key, body, name)).status_code == 504:
                time.sleep(int(found.headers["Retry-After"]))
        handset = stack.look(f"handsets/{HANDSET}")
    finally:
        stack.stop()

    [sid] = [item["sid"] for item in (*handset["texts"], *handset["calls"])]
    assert (lost.status_code, found.status_code, found.json()["sid"]) == (504, 201, sid)
    assert ("Idempotent-Replayed" in found.headers) == (kind == "lost")
