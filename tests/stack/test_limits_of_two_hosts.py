"""The limits over HTTP, with two hosts of one app that share a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from local_stack.testing import HANDSETS, LocalStack

if TYPE_CHECKING:
    import requests

HANDSET, OTHER = HANDSETS
LIMIT, SEGMENTS, CALLS = 5, 20, 8
LONG = "x" * 161  # two segments

type Post = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def strict_hosts(running_stack: LocalStack) -> Iterator[list[Post]]:
    """Two hosts that allow five texts and calls to each number."""
    settings = {"RECIPIENT_LIMIT": str(LIMIT), "DAILY_SEGMENT_LIMIT": "0", "DAILY_CALL_LIMIT": "0"}
    with (
        running_stack.second_host(settings) as one,
        running_stack.second_host(settings) as two,
    ):
        yield [one.function, two.function]


@pytest.fixture
def thrifty_hosts(stack: LocalStack) -> Iterator[list[Post]]:
    """Two hosts with daily limits of twenty segments and eight calls, and nothing sent yet."""
    settings = {"DAILY_SEGMENT_LIMIT": str(SEGMENTS), "DAILY_CALL_LIMIT": str(CALLS)}
    with stack.second_host(settings) as one, stack.second_host(settings) as two:
        yield [one.function, two.function]


def text(to: str = HANDSET, **inputs: str) -> dict[str, str]:
    return {"to": to, "body": "Hello", **inputs}


def at_once(hosts: list[Post], function: str, bodies: list[dict[str, str]]) -> Counter[int]:
    """Return the statuses of concurrent requests, each made to both hosts."""
    posts = [(host, body) for body in bodies for host in hosts]

    def status(post: tuple[Post, dict[str, str]]) -> int:
        host, body = post
        return host(function, body).status_code

    with ThreadPoolExecutor(len(posts)) as threads:
        return Counter(threads.map(status, posts))


def test_both_hosts_share_the_limit_of_a_number(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    one, two = strict_hosts
    sends = [one("SendSms", text()), two("PlaceCall", {"to": HANDSET})]
    sends += [one("PlaceCall", {"to": HANDSET})]
    sends += [two("SendSms", text()), one("SendSms", text())]

    refused = [one("SendSms", text()), two("PlaceCall", {"to": HANDSET})]

    assert [send.status_code for send in sends] == [201] * LIMIT
    assert [answer.status_code for answer in refused] == [429] * 2
    assert len(stack.texts(HANDSET)) == 3
    assert two("SendSms", text(OTHER)).status_code == 201


def test_a_refusal_names_the_limit_and_when_to_retry(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    one, two = strict_hosts
    for _ in range(LIMIT):
        one("SendSms", text())

    refused = two("SendSms", text())

    problem = refused.json()
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["field"]) == (429, "to")
    assert "RECIPIENT_LIMIT" in problem["detail"]
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert HANDSET[1:] not in refused.text


def test_concurrent_requests_to_both_hosts_pass_up_to_the_limit(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    statuses = at_once(strict_hosts, "SendSms", [text()] * 2 * LIMIT)

    assert statuses == {201: LIMIT, 429: 3 * LIMIT}
    assert len(stack.texts(HANDSET)) == LIMIT


def test_a_repeated_key_is_counted_once_and_never_refused(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    one, two = strict_hosts
    keyed = {"Idempotency-Key": "order-1"}
    first = one("SendSms", text(), **keyed)
    replayed = two("SendSms", text(), **keyed)
    others = [two("SendSms", text()) for _ in range(LIMIT)]

    late = one("SendSms", text(), **keyed)

    assert [answer.status_code for answer in others] == [201] * (LIMIT - 1) + [429]
    assert [answer.json() for answer in (replayed, late)] == [first.json()] * 2


def test_a_key_that_was_refused_can_be_used_again(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    one, two = strict_hosts
    for _ in range(LIMIT):
        one("SendSms", text())

    refused = [host("SendSms", text(), **{"Idempotency-Key": "order-2"}) for host in (one, two)]
    to_other_number = two("SendSms", text(OTHER), **{"Idempotency-Key": "order-2"})

    assert [answer.status_code for answer in refused] == [429] * 2
    assert to_other_number.status_code == 201


def test_sends_that_twilio_refuses_are_not_counted(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    one, two = strict_hosts
    not_mine = {"from": "+12025550177"}
    refused = [one("SendSms", text(**not_mine)) for _ in range(LIMIT)]

    sent = [two("SendSms", text()) for _ in range(LIMIT)]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (400, 21659)
    ] * LIMIT
    assert [answer.status_code for answer in sent] == [201] * LIMIT


def test_sends_with_an_unknown_outcome_stay_counted(
    stack: LocalStack, strict_hosts: list[Post]
) -> None:
    one, two = strict_hosts
    with stack.faults({"service": "twilio", "kind": "lost", "count": LIMIT}):
        unknown = [one("SendSms", text()) for _ in range(LIMIT)]

    refused = two("SendSms", text())

    assert [answer.status_code for answer in unknown] == [504] * LIMIT
    assert refused.status_code == 429
    assert len(stack.texts(HANDSET)) == LIMIT


def test_sends_continue_while_storage_is_down(stack: LocalStack, strict_hosts: list[Post]) -> None:
    one, _ = strict_hosts
    with stack.faults({"service": "storage", "kind": "503"}):
        sent = [one("SendSms", text()) for _ in range(LIMIT + 1)]

    assert [answer.status_code for answer in sent] == [201] * (LIMIT + 1)


def test_both_hosts_share_the_daily_limits(stack: LocalStack, thrifty_hosts: list[Post]) -> None:
    numbers = [f"+120255501{index}" for index in range(30, 30 + SEGMENTS)]

    texts = at_once(thrifty_hosts, "SendSms", [text(number, body=LONG) for number in numbers])
    calls = at_once(thrifty_hosts, "PlaceCall", [{"to": number} for number in numbers])
    refused = thrifty_hosts[0]("SendSms", text())

    # Blocks are one segment or call, so none is wasted.
    assert texts == {201: SEGMENTS // 2, 429: 2 * SEGMENTS - SEGMENTS // 2}
    assert calls == {201: CALLS, 429: 2 * SEGMENTS - CALLS}
    assert sum(len(stack.texts(number)) for number in numbers) == SEGMENTS // 2
    assert "DAILY_SEGMENT_LIMIT" in refused.json()["detail"]
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
