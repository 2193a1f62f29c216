"""Callers that retry each send with its key until they know its outcome."""

import hashlib
import heapq
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

import requests

from local_stack.values import FUNCTION_KEY
from shared.twilio_api.dispatch import LEFT_TOO_LATE

CALLERS = 40
LONGEST_PAUSE_S = 1.0
NO_ANSWER_PAUSE_S = 0.1
RETRIED = (409, 429)
"""All other statuses from 200 to 499 are final: see docs/use/delivery.md."""


@dataclass(frozen=True)
class Send:
    """What to send under a key: the function, its inputs, and when to request it first.

    Several sends may have the same key; they're retried concurrently.
    """

    key: str
    function: str
    body: Mapping[str, str]
    starts_s: float = 0.0


def left_too_late(log: str) -> set[str]:
    """Return the names of the claims that left too late, according to a log."""
    return set(re.findall(rf"{re.escape(LEFT_TOO_LATE)}: claim ([0-9a-f]{{32}})", log))


def claim_name(key: str) -> str:
    """Return the name of a key's claim."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class FinalAnswer(NamedTuple):
    """The final answer to a send. `sid` is "" if it was refused."""

    status: int
    sid: str


class Due(NamedTuple):
    """A request to make. `silent_url` is the URL that didn't answer the previous request."""

    at_s: float
    number: int
    send: Send
    silent_url: str = ""


@dataclass
class Callers:
    """Makes CALLERS concurrent requests; a send that waits for its retry doesn't occupy a thread.

    `url` returns the functions' URL for a request; its argument is the URL that didn't answer the
    previous request, or "". `patience_s` returns the timeout of a request. Sends that aren't
    settled after `give_up_s` seconds are abandoned.
    """

    url: Callable[[str], str]
    patience_s: Callable[[], float] = lambda: 60.0
    give_up_s: float = 600.0
    final_answers: defaultdict[str, list[FinalAnswer]] = field(
        default_factory=lambda: defaultdict(list)
    )
    answers: Counter[str] = field(default_factory=Counter[str])
    unclear: list[str] = field(default_factory=list[str])
    """Answers that don't say how to continue."""
    all_started: threading.Event = field(default_factory=threading.Event)
    """Set when each send has been requested once."""
    history: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The answers for each key and their times, to explain a failure."""
    _began: float = field(default_factory=time.monotonic)
    _numbers: "count[int]" = field(default_factory=count)
    _waiting: list[Due] = field(default_factory=list[Due])
    _open: int = 0
    _unstarted: set[str] = field(default_factory=set[str])
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def run(self, sends: Iterable[Send]) -> None:
        """Make all sends."""
        self._waiting = [Due(send.starts_s, next(self._numbers), send) for send in sends]
        self._open = len(self._waiting)
        self._unstarted = {due.send.key for due in self._waiting}
        heapq.heapify(self._waiting)
        with ThreadPoolExecutor(CALLERS) as threads:
            for done in [threads.submit(self._work) for _ in range(CALLERS)]:
                done.result()

    @property
    def passed_s(self) -> float:
        """Seconds since the first request could be made."""
        return time.monotonic() - self._began

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (due := self._next()) is not None:
                again = self._request(session, due)
                with self._changed:
                    if again is None:
                        self._open -= 1
                    else:
                        heapq.heappush(self._waiting, again)
                    self._changed.notify_all()

    def _next(self) -> Due | None:
        """Wait for the next request; return None when all are settled."""
        with self._changed:
            while self._open:
                rest_s = self._waiting[0].at_s - self.passed_s if self._waiting else None
                if rest_s is not None and rest_s <= 0:
                    return heapq.heappop(self._waiting)
                self._changed.wait(rest_s)
            return None

    def _request(self, session: requests.Session, due: Due) -> Due | None:
        """Make one request; return when to retry it, or None to stop."""
        send, url = due.send, self.url(due.silent_url)
        self._start(send.key)
        if self.passed_s > self.give_up_s:
            return None
        try:
            answer = session.post(
                f"{url}/api/{send.function}",
                json=dict(send.body),
                headers={"x-functions-key": FUNCTION_KEY, "Idempotency-Key": send.key},
                timeout=self.patience_s(),
            )
        except requests.RequestException as error:  # the outcome is unknown
            self._note(send, url, f"no answer: {type(error).__name__}")
            return self._again(send, NO_ANSWER_PAUSE_S, url)
        self._note(send, url, self._name(answer), answer.text)
        if answer.status_code < 500 and answer.status_code not in RETRIED:
            sid = answer.json()["sid"] if answer.status_code == 201 else ""
            self.final_answers[send.key].append(FinalAnswer(answer.status_code, sid))
            return None
        return self._again(send, float(answer.headers.get("Retry-After", LONGEST_PAUSE_S)))

    def _start(self, key: str) -> None:
        with self._changed:
            self._unstarted.discard(key)
            if not self._unstarted:
                self.all_started.set()

    def _again(self, send: Send, pause_s: float, silent_url: str = "") -> Due:
        at_s = self.passed_s + min(pause_s, LONGEST_PAUSE_S)
        return Due(at_s, next(self._numbers), send, silent_url)

    def _note(self, send: Send, url: str, name: str, text: str = "") -> None:
        with self._changed:
            self.answers[name] += 1
            self.history[send.key].append(f"{self.passed_s:.1f} s {url[-5:]} {name} {text[:80]}")

    def _name(self, answer: requests.Response) -> str:
        if answer.status_code == 504 and answer.json().get("outcome") == "unknown":
            return "504 unknown"
        replayed = " replayed" if "Idempotent-Replayed" in answer.headers else ""
        if answer.status_code >= 500 and "Retry-After" not in answer.headers:
            self.unclear.append(f"{answer.status_code} {answer.text}")
        return f"{answer.status_code}{replayed}"
