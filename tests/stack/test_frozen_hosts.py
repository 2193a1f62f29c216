"""A host that stands still while another one settles its keys, with the real signals.

A freeze may fall into the microseconds between the last look at the clock and the write: one of
some hundred does. Then the text is doubled, and the host says so in its log (docs/use/delivery.md).
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
    pytest.mark.skipif(os.name != "posix", reason="signals that stop are a matter of POSIX"),
]

ROUNDS, KEYS = 10, 32
WARM_UP = "Warm"


def process_of(host: SecondHost) -> int:
    """The process that runs the functions."""
    headers = {"x-functions-key": FUNCTION_KEY}
    answer = host.http.get(f"{host.url}/admin/host/status", headers=headers, timeout=10)
    return int(answer.json()["instanceId"])


def ask(url: str, words: str) -> requests.Response:
    """Send the text with these words, under a key of its own."""
    return requests.post(
        f"{url}/api/SendSms",
        json={"to": HANDSET, "body": words},
        headers={"x-functions-key": FUNCTION_KEY, "Idempotency-Key": words},
        timeout=60,
    )


def ask_until_sent(url: str, words: str) -> str:
    """Repeat the request until the answer says that it is sent; return the SID."""
    while (answer := ask(url, words)).status_code != 201:
        time.sleep(min(float(answer.headers["Retry-After"]), 0.5))
    return answer.json()["sid"]


def test_what_a_frozen_host_was_about_to_send_is_sent_by_the_other_one_only(
    short_window: LocalStack, capfd: pytest.CaptureFixture[str]
) -> None:
    stack, random = short_window, Random(13)  # noqa: S311 - moments, no secrets
    told: dict[str, set[str]] = {}
    answers: Counter[int] = Counter()
    with stack.second_host({"DAILY_SEGMENT_LIMIT": "0"}) as other:
        process = process_of(other)
        told[WARM_UP] = {ask_until_sent(other.url, WARM_UP)}
        for number in range(ROUNDS):
            keys = [f"Reminder {number}-{key}" for key in range(KEYS)]
            with ThreadPoolExecutor(2 * KEYS) as threads:
                frozen = {words: threads.submit(ask, other.url, words) for words in keys}
                while len(stack.texts()) < len(told) + random.randrange(KEYS // 2):
                    time.sleep(0.001)
                os.kill(process, signal.SIGSTOP)
                try:
                    sent = {
                        words: threads.submit(ask_until_sent, stack.functions_url, words)
                        for words in keys
                    }
                    told |= {words: {sid.result()} for words, sid in sent.items()}
                finally:
                    os.kill(process, signal.SIGCONT)
            for words, answer in ((words, asked.result()) for words, asked in frozen.items()):
                answers[answer.status_code] += 1
                if answer.status_code == 201:
                    told[words].add(answer.json()["sid"])
    texts = Counter(text["body"] for text in stack.texts())

    log = "".join(capfd.readouterr())
    late = left_too_late(log)
    sys.stdout.write(f"\n{len(told)} keys; answers of the frozen host {dict(answers)}\n")
    assert {claim_name(words) for words, count in texts.items() if count > 1} <= late
    assert {claim_name(words) for words, sids in told.items() if len(sids) > 1} <= late
    assert texts.keys() >= told.keys()
