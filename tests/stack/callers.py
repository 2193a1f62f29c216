"""Callers that repeat each send with its key until they are told how it ended."""

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
TO_BE_REPEATED = (409, 429)
"""All other statuses from 200 to 499 are the last word: see docs/use/delivery.md."""


@dataclass(frozen=True)
class Send:
    """What is sent under a key: the function, its inputs, and when it is first requested.

    A key may be in several sends, which are then repeated side by side.
    """

    key: str
    function: str
    body: Mapping[str, str]
    begins_s: float = 0.0


def left_too_late(log: str) -> set[str]:
    """Return the names of the claims of which a log says that they left after their time."""
    return set(re.findall(rf"{re.escape(LEFT_TOO_LATE)}: claim ([0-9a-f]{{32}})", log))


def claim_name(key: str) -> str:
    """Return the name of a key's claim."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class Told(NamedTuple):
    """The last answer to a send. `sid` is "" if it was refused."""

    status: int
    sid: str


class Due(NamedTuple):
    """A request to make. `silent_url` is the one that gave no answer to the request before."""

    at_s: float
    number: int
    send: Send
    silent_url: str = ""


@dataclass
class Callers:
    """Makes CALLERS requests at once; what waits for its next request keeps none of them busy.

    `url` gives the functions' URL for a request, and gets the one that gave no answer to the
    request before, if any. `patience_s` gives how long to wait for an answer. What is not settled
    after `give_up_s` seconds is given up.
    """

    url: Callable[[str], str]
    patience_s: Callable[[], float] = lambda: 60.0
    give_up_s: float = 600.0
    told: defaultdict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[str] = field(default_factory=Counter[str])
    unclear: list[str] = field(default_factory=list[str])
    """Answers that leave the caller without knowing what to do."""
    all_begun: threading.Event = field(default_factory=threading.Event)
    """Set when each send has been requested once."""
    history: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """For each key what was answered when, to explain a failure."""
    _began: float = field(default_factory=time.monotonic)
    _numbers: "count[int]" = field(default_factory=count)
    _waiting: list[Due] = field(default_factory=list[Due])
    _open: int = 0
    _unbegun: set[str] = field(default_factory=set[str])
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def run(self, sends: Iterable[Send]) -> None:
        """Make all sends."""
        self._waiting = [Due(send.begins_s, next(self._numbers), send) for send in sends]
        self._open = len(self._waiting)
        self._unbegun = {due.send.key for due in self._waiting}
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
        """Wait for the next request; None when all is settled."""
        with self._changed:
            while self._open:
                rest_s = self._waiting[0].at_s - self.passed_s if self._waiting else None
                if rest_s is not None and rest_s <= 0:
                    return heapq.heappop(self._waiting)
                self._changed.wait(rest_s)
            return None

    def _request(self, session: requests.Session, due: Due) -> Due | None:
        """Make one request; return when to repeat it, None if not at all."""
        send, url = due.send, self.url(due.silent_url)
        self._begin(send.key)
        if self.passed_s > self.give_up_s:
            return None
        try:
            answer = session.post(
                f"{url}/api/{send.function}",
                json=dict(send.body),
                headers={"x-functions-key": FUNCTION_KEY, "Idempotency-Key": send.key},
                timeout=self.patience_s(),
            )
        except requests.RequestException as error:  # nobody knows what happened
            self._note(send, url, f"no answer: {type(error).__name__}")
            return self._again(send, NO_ANSWER_PAUSE_S, url)
        self._note(send, url, self._name(answer), answer.text)
        if answer.status_code < 500 and answer.status_code not in TO_BE_REPEATED:
            sid = answer.json()["sid"] if answer.status_code == 201 else ""
            self.told[send.key].append(Told(answer.status_code, sid))
            return None
        return self._again(send, float(answer.headers.get("Retry-After", LONGEST_PAUSE_S)))

    def _begin(self, key: str) -> None:
        with self._changed:
            self._unbegun.discard(key)
            if not self._unbegun:
                self.all_begun.set()

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
