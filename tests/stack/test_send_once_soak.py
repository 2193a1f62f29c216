"""Sends under faults and kills, retried by the callers: none doubled or missing."""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Iterator

import aiohttp
import pytest

from local_stack.testing import HANDSET, LocalStack
from local_stack.values import FUNCTION_KEY
from tests.stack.callers import Callers, Send

pytestmark = pytest.mark.soak

SENDS = 1_000
KILLS = 50
"""At most."""
TEN_PERCENT = (
    {"service": "twilio", "kind": "429", "probability": 0.1},
    {"service": "twilio", "kind": "500", "probability": 0.1},
    {"service": "twilio", "kind": "lost", "probability": 0.1},
)


def reminders() -> Iterator[Send]:
    """Yield texts with unique bodies.

    Two identical texts that are lost, along with their reports and the host, stay unknown forever,
    as docs/use/delivery.md says.
    """
    for number in range(SENDS):
        body = {"to": HANDSET, "body": f"Reminder {number:04}"}
        yield Send(f"reminder-{number}", "SendSms", body)


def happened(stack: LocalStack) -> dict[str, int]:
    """Return how often each fault was applied."""
    return {fault["kind"]: fault["happened"] for fault in stack.look("faults")["faults"]}


def test_a_thousand_sends_under_faults_and_kills_are_each_made_once(
    short_window: LocalStack,
) -> None:
    stack = short_window
    kills = {"service": "host", "kind": "killed", "probability": 0.06, "count": KILLS}
    with stack.faults(*TEN_PERCENT, kills, seed=4):
        callers = Callers(lambda _: stack.functions_url)
        callers.run(reminders())
        applied = happened(stack)
    sent = [text["sid"] for text in stack.texts() if text["direction"] == "outbound-api"]
    words = Counter(text["body"] for text in stack.texts())

    sys.stdout.write(
        f"\n{SENDS} keys in {callers.passed_s:.0f} s; faults {applied}; "
        f"answers {dict(callers.answers)}; texts {len(sent)}, "
        f"doubled {sum(count > 1 for count in words.values())}, missing {SENDS - len(words)}\n"
    )
    assert applied["killed"] > KILLS // 2  # their number depends on chance
    assert callers.unclear == []
    assert sorted(final_answer.sid for [final_answer] in callers.final_answers.values()) == sorted(
        sent
    )
    assert set(words.values()) == {1}
    assert len(set(sent)) == SENDS


def test_a_thousand_concurrent_requests_with_one_key_send_one_text(
    running_stack: LocalStack,
) -> None:
    running_stack.reset()
    url = f"{running_stack.functions_url}/api/SendSms"
    headers = {"x-functions-key": FUNCTION_KEY, "Idempotency-Key": "one-text"}

    async def ask(session: aiohttp.ClientSession) -> tuple[int, bool, str]:
        body = {"to": HANDSET, "body": "Only once"}
        async with session.post(url, json=body, headers=headers) as answer:
            sid = (await answer.json(content_type=None)).get("sid", "")
            return answer.status, "Idempotent-Replayed" in answer.headers, sid

    async def ask_all() -> list[tuple[int, bool, str]]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            return await asyncio.gather(*(ask(session) for _ in range(1_000)))

    answers = asyncio.run(ask_all())

    running_stack.advance(1)  # Twilio reports to the one claim
    texts = [text["sid"] for text in running_stack.texts()]
    statuses = Counter((status, replayed) for status, replayed, _ in answers)
    claims = {
        webhook["url"]
        for webhook in itertools.chain(*(running_stack.webhooks(sid) for sid in texts))
    }
    sys.stdout.write(f"\n1,000 requests with one key: {dict(statuses)}, texts {len(texts)}\n")
    assert len(texts) == 1
    assert statuses[201, False] == 1
    assert {status for status, _, _ in answers} <= {201, 409}
    assert {sid for status, _, sid in answers if status == 201} == set(texts)
    assert len(claims) == 1
