"""Sends under faults and kills, by callers who repeat until they know: none doubled or missing."""

import asyncio
import itertools
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import aiohttp
import pytest
import requests

from local_stack.testing import HANDSET, LocalStack
from local_stack.values import FUNCTION_KEY

pytestmark = pytest.mark.soak

SENDS = 1_000
KILLS = 50
CALLERS = 40
WINDOW_S = 6
TEN_PERCENT = (
    {"service": "twilio", "kind": "429", "probability": 0.1},
    {"service": "twilio", "kind": "500", "probability": 0.1},
    {"service": "twilio", "kind": "lost", "probability": 0.1},
)


@pytest.fixture
def short_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStack]:
    """A stack in real time whose settle window is over soon."""
    monkeypatch.setenv("SETTLE_WINDOW_SECONDS", str(WINDOW_S))
    # A thousand texts and those that got lost are more than the app lets a day have by itself.
    stack = LocalStack.start(clock="system", environment={"DAILY_SEGMENT_LIMIT": "0"})
    yield stack
    stack.stop()


@dataclass
class Callers:
    """Callers that repeat each send with its key until they are told that it is sent."""

    url: str
    texts: Iterator[int] = field(default_factory=lambda: iter(range(SENDS)))
    sids: list[str] = field(default_factory=list[str])
    answers: Counter[str] = field(default_factory=Counter[str])
    unclear: list[str] = field(default_factory=list[str])
    """Answers that leave the caller without knowing what to do."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """Send one text after the other, each with a key of its own."""
        session = requests.Session()
        session.trust_env = False
        while (number := self._next()) is not None:
            self.sids.append(self._send(session, number))

    def _next(self) -> int | None:
        with self.lock:
            return next(self.texts, None)

    def _send(self, session: requests.Session, number: int) -> str:
        # Words of its own: two lost texts that look alike, their reports lost with the host as
        # well, stay unknown for ever, as docs/delivery.md says.
        body = {"to": HANDSET, "body": f"Reminder {number:04}"}
        headers = {"x-functions-key": FUNCTION_KEY, "Idempotency-Key": f"reminder-{number}"}
        while True:
            try:
                answer = session.post(self.url, json=body, headers=headers, timeout=60)
            except requests.ConnectionError:  # the host was killed: nobody knows anything
                self.answers["no answer"] += 1
                time.sleep(0.1)
                continue
            self.answers[self._name(answer)] += 1
            if answer.status_code == 201:
                return answer.json()["sid"]
            time.sleep(min(float(answer.headers["Retry-After"]), 1.0))

    def _name(self, answer: requests.Response) -> str:
        if answer.status_code == 504 and answer.json().get("outcome") == "unknown":
            return "504 unknown"
        replayed = " replayed" if "Idempotent-Replayed" in answer.headers else ""
        if answer.status_code != 201 and "Retry-After" not in answer.headers:
            self.unclear.append(f"{answer.status_code} {answer.text}")
        return f"{answer.status_code}{replayed}"


def happened(stack: LocalStack) -> dict[str, int]:
    """How often each fault struck."""
    return {fault["kind"]: fault["happened"] for fault in stack.look("faults")["faults"]}


def test_a_thousand_sends_under_faults_and_kills_are_each_made_once(
    short_window: LocalStack,
) -> None:
    stack = short_window
    kills = {"service": "host", "kind": "killed", "probability": 0.06, "count": KILLS}
    with stack.faults(*TEN_PERCENT, kills, seed=4):
        callers = Callers(f"{stack.functions_url}/api/SendSms")
        began = time.monotonic()
        with ThreadPoolExecutor(CALLERS) as threads:
            for done in [threads.submit(callers.work) for _ in range(CALLERS)]:
                done.result()
        struck = happened(stack)
    sent = [text["sid"] for text in stack.texts() if text["direction"] == "outbound-api"]
    words = Counter(text["body"] for text in stack.texts())

    sys.stdout.write(
        f"\n{SENDS} keys in {time.monotonic() - began:.0f} s; faults {struck}; "
        f"answers {dict(callers.answers)}; texts {len(sent)}, "
        f"doubled {sum(count > 1 for count in words.values())}, missing {SENDS - len(words)}\n"
    )
    assert struck["killed"] == KILLS
    assert callers.unclear == []
    assert sorted(callers.sids) == sorted(sent)
    assert set(words.values()) == {1}
    assert len(set(sent)) == SENDS


def test_a_thousand_requests_with_one_key_at_once_send_one_text(running_stack: LocalStack) -> None:
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
