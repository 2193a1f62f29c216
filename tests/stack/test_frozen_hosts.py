"""A host is frozen while another one settles its keys, with real signals.

A freeze may fall into the microseconds between the last look at the clock and the write; about one
in a few hundred does. Then the text is doubled, and the host logs it (docs/use/delivery.md).
"""

import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
import requests

from local_stack.testing import HANDSET, LocalStack
from local_stack.testing.second_host import SecondHost
from local_stack.values import FUNCTION_KEY
from tests.stack.callers import claim_name, left_too_late

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(os.name != "posix", reason="stop signals are POSIX only"),
]

ROUNDS, KEYS = 10, 32
WARM_UP = "Warm"


def process_of(host: SecondHost) -> int:
    """Return the process that runs the functions."""
    headers = {"x-functions-key": FUNCTION_KEY}
    answer = host.http.get(f"{host.url}/admin/host/status", headers=headers, timeout=10)
    return int(answer.json()["instanceId"])


def ask(url: str, words: str) -> requests.Response:
    """Send a text with this body under a unique key."""
    return requests.post(
        f"{url}/api/SendSms",
        json={"to": HANDSET, "body": words},
        headers={"x-functions-key": FUNCTION_KEY, "Idempotency-Key": words},
        timeout=60,
    )


def ask_until_sent(url: str, words: str) -> str:
    """Retry the request until the text is sent; return the SID."""
    while (answer := ask(url, words)).status_code != 201:
        time.sleep(min(float(answer.headers["Retry-After"]), 0.5))
    return answer.json()["sid"]


def test_a_frozen_hosts_pending_sends_are_sent_only_by_the_other_host(
    short_window: LocalStack, capfd: pytest.CaptureFixture[str]
) -> None:
    stack, random = short_window, Random(13)  # noqa: S311 - moments, no secrets
    answered: dict[str, set[str]] = {}
    answers: Counter[int] = Counter()
    with stack.second_host({"DAILY_SEGMENT_LIMIT": "0"}) as other:
        process = process_of(other)
        answered[WARM_UP] = {ask_until_sent(other.url, WARM_UP)}
        for number in range(ROUNDS):
            keys = [f"Reminder {number}-{key}" for key in range(KEYS)]
            with ThreadPoolExecutor(2 * KEYS) as threads:
                frozen = {words: threads.submit(ask, other.url, words) for words in keys}
                while len(stack.texts()) < len(answered) + random.randrange(KEYS // 2):
                    time.sleep(0.001)
                os.kill(process, signal.SIGSTOP)
                try:
                    sent = {
                        words: threads.submit(ask_until_sent, stack.functions_url, words)
                        for words in keys
                    }
                    answered |= {words: {sid.result()} for words, sid in sent.items()}
                finally:
                    os.kill(process, signal.SIGCONT)
            for words, answer in ((words, asked.result()) for words, asked in frozen.items()):
                answers[answer.status_code] += 1
                if answer.status_code == 201:
                    answered[words].add(answer.json()["sid"])
    texts = Counter(text["body"] for text in stack.texts())

    log = "".join(capfd.readouterr())
    late = left_too_late(log)
    sys.stdout.write(f"\n{len(answered)} keys; answers of the frozen host {dict(answers)}\n")
    assert {claim_name(words) for words, count in texts.items() if count > 1} <= late
    assert {claim_name(words) for words, sids in answered.items() if len(sids) > 1} <= late
    assert texts.keys() >= answered.keys()
