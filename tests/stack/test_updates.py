"""An update of a deployed app: a host with new settings after, or beside, one with the old ones.

With the strategy Recreate the old host is killed; with RollingUpdate both run for minutes.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests

from local_stack.testing import HANDSET, LocalStack
from tests.stack.callers import Callers, Send

KEYS = [f"Reminder {number}" for number in range(50)]
WARM_UP = "Warm-up"
OLD = {"DAILY_SEGMENT_LIMIT": "0", "SETTLE_WINDOW_SECONDS": "600"}
NEW = {
    "BLOCKED_RECIPIENTS": "+12025550199",
    "DAILY_SEGMENT_LIMIT": "1000",
    "LINK_LIFETIME_HOURS": "24",
    "MAX_CALL_SECONDS": "600",
    "RECIPIENT_LIMIT": "1000",
    "SETTLE_WINDOW_SECONDS": "300",
    "STORAGE_OUTAGE": "refuse_all",
    "TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32,
    "TWILIO_REST_CREDENTIAL": "api_key",
}
STOPPED = {**OLD, "KILL_SWITCH": "true"}
SHORT = {"SETTLE_WINDOW_SECONDS": "9"}
SLOW = {"service": "twilio", "kind": "slow", "seconds": 2}
"""Shorter than a third of the shortest window: sends may leave until that much of it is left."""
LOST = {"service": "twilio", "kind": "lost", "probability": 0.3}

type Post = Callable[..., requests.Response]


def ask(host: Post, key: str) -> tuple[int, str]:
    """Send the text with its key as body; return the status and the SID, 0 without a response."""
    try:
        answer = host("SendSms", {"to": HANDSET, "body": key}, **{"Idempotency-Key": key})
    except requests.ConnectionError:
        return 0, ""
    return answer.status_code, answer.json().get("sid", "")


def ask_all(
    threads: ThreadPoolExecutor, hosts: Sequence[Post], keys: Sequence[str]
) -> list[Future[tuple[int, str]]]:
    """Send under each key through each host, all concurrently."""
    return [threads.submit(ask, host, key) for key in keys for host in hosts]


def sids(stack: LocalStack) -> Mapping[str, list[str]]:
    """Return the SIDs of the texts received under each key."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in stack.texts():
        found[text["body"]].append(text["sid"])
    return found


def final_sids(callers: Callers) -> dict[str, list[str]]:
    """Return the SIDs in the final answers to each key."""
    return {
        key: [last.sid for last in answers if last.sid]
        for key, answers in callers.final_answers.items()
    }


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll until a condition is true."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_send_at_twilio_when_an_update_kills_the_host_settles_as_one_text(
    stack: LocalStack,
) -> None:
    keys = KEYS[:20]
    with ThreadPoolExecutor(len(keys)) as threads:
        with stack.faults(SLOW) as slow, stack.second_host(OLD) as old:
            cut_off = ask_all(threads, [old.function], keys)
            wait_until(lambda: slow.happened() == [len(keys)])
        with stack.second_host(NEW) as new:
            early = [answer.result() for answer in ask_all(threads, [new.function], keys)]
            wait_until(lambda: len(stack.texts()) >= len(keys))
            stack.advance(1)  # Twilio sends the status callbacks
            repeated = [answer.result() for answer in ask_all(threads, [new.function], keys)]

    assert (0, "") in [answer.result() for answer in cut_off]
    assert {status for status, _ in early} <= {201, 409, 504}
    assert {key: len(found) for key, found in sids(stack).items()} == dict.fromkeys(keys, 1)
    assert repeated == [(201, sids(stack)[key][0]) for key in keys]


def test_hosts_with_old_and_new_settings_side_by_side_send_each_key_once(
    stack: LocalStack,
) -> None:
    with stack.second_host(NEW) as new, ThreadPoolExecutor(2 * len(KEYS)) as threads:
        hosts = (stack.function, new.function)
        for host in hosts:  # otherwise the host that already runs would take every key
            ask(host, WARM_UP)
        with stack.faults(LOST):
            at_once = [answer.result() for answer in ask_all(threads, hosts, KEYS)]
        stack.advance(1)  # Twilio sends the status callbacks
        repeated = [answer.result() for answer in ask_all(threads, hosts, KEYS)]

    assert {201, 504} <= {status for status, _ in at_once} <= {201, 409, 504}
    assert {key: len(found) for key, found in sids(stack).items()} == dict.fromkeys(
        [WARM_UP, *KEYS], 1
    )
    assert repeated == [(201, sids(stack)[key][0]) for key in KEYS for _ in hosts]


@pytest.mark.soak
@pytest.mark.parametrize("settings", [NEW, STOPPED], ids=["new settings", "kill switch"])
def test_an_interrupted_send_is_one_text_or_its_key_is_free(
    short_window: LocalStack, settings: Mapping[str, str]
) -> None:
    stack, urls = short_window, list[str]()
    sends = [Send(key, "SendSms", {"to": HANDSET, "body": key}) for key in KEYS]
    during, later = Callers(lambda _: urls[-1]), Callers(lambda _: urls[-1])
    with stack.faults({**SLOW, "probability": 0.5}), ThreadPoolExecutor(1) as thread:
        with stack.second_host({**OLD, **SHORT}) as old:
            urls.append(old.url)
            done = thread.submit(during.run, sends)
            assert during.all_started.wait(20)
        with stack.second_host({**settings, **SHORT}) as new:
            urls.append(new.url)
            done.result()
    sent_during = sids(stack)
    with stack.second_host({**OLD, **SHORT}) as again:
        urls.append(again.url)
        later.run(sends)

    assert final_sids(during) == {key: sent_during.get(key, []) for key in KEYS}
    assert ("403" in during.answers) == (settings is STOPPED)
    assert {key: len(found) for key, found in sids(stack).items()} == dict.fromkeys(KEYS, 1)
    assert final_sids(later) == sids(stack)
