"""Callers that repeat each send with its key until they are told how it ended."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests

from local_stack.values import FUNCTION_KEY

CALLERS = 40
LONGEST_PAUSE_S = 1.0
TO_BE_REPEATED = (409, 429)
"""All other statuses from 200 to 499 are the last word: see docs/delivery.md."""


@dataclass(frozen=True)
class Send:
    """What is sent under a key: the function, its inputs, and when a caller begins with it.

    A key may be in several sends, which callers then repeat side by side.
    """

    key: str
    function: str
    body: Mapping[str, str]
    begins_s: float = 0.0


@dataclass(frozen=True)
class Told:
    """The last answer to a send. `sid` is "" if it was refused."""

    status: int
    sid: str


@dataclass
class Callers:
    """Each caller takes one send after the other.

    `url` gives the functions' URL for the next request, `patience_s` how long to wait for its
    answer. Give up what is not settled after `give_up_s` seconds.
    """

    url: Callable[[], str]
    patience_s: Callable[[], float] = lambda: 60.0
    give_up_s: float = 600.0
    told: defaultdict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[str] = field(default_factory=Counter[str])
    unclear: list[str] = field(default_factory=list[str])
    """Answers that leave the caller without knowing what to do."""
    history: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """For each key what was answered when, to explain a failure."""
    _began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, sends: Iterable[Send]) -> None:
        """Make all sends, in their order."""
        waiting = iter(sends)
        with ThreadPoolExecutor(CALLERS) as threads:
            for done in [threads.submit(self._work, waiting) for _ in range(CALLERS)]:
                done.result()

    @property
    def passed_s(self) -> float:
        """Seconds since the first caller could begin."""
        return time.monotonic() - self._began

    def _work(self, waiting: Iterator[Send]) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (send := self._next(waiting)) is not None:
                time.sleep(max(0.0, send.begins_s - self.passed_s))
                told = self._repeat(session, send)
                if told is not None:
                    self.told[send.key].append(told)

    def _next(self, waiting: Iterator[Send]) -> Send | None:
        with self._lock:
            return next(waiting, None)

    def _repeat(self, session: requests.Session, send: Send) -> Told | None:
        headers = {"x-functions-key": FUNCTION_KEY, "Idempotency-Key": send.key}
        while self.passed_s < self.give_up_s:
            url, patience_s = self.url(), self.patience_s()
            try:
                answer = session.post(
                    f"{url}/api/{send.function}",
                    json=dict(send.body),
                    headers=headers,
                    timeout=patience_s,
                )
            except requests.RequestException as error:  # nobody knows what happened
                self._note(send, url, f"no answer: {type(error).__name__}")
                time.sleep(0.1)
                continue
            self._note(send, url, self._name(answer), answer.text)
            if answer.status_code < 500 and answer.status_code not in TO_BE_REPEATED:
                sid = answer.json()["sid"] if answer.status_code == 201 else ""
                return Told(answer.status_code, sid)
            pause_s = float(answer.headers.get("Retry-After", LONGEST_PAUSE_S))
            time.sleep(min(pause_s, LONGEST_PAUSE_S))
        return None

    def _note(self, send: Send, url: str, name: str, text: str = "") -> None:
        with self._lock:
            self.answers[name] += 1
            self.history[send.key].append(f"{self.passed_s:.1f} s {url[-5:]} {name} {text[:80]}")

    def _name(self, answer: requests.Response) -> str:
        if answer.status_code == 504 and answer.json().get("outcome") == "unknown":
            return "504 unknown"
        replayed = " replayed" if "Idempotent-Replayed" in answer.headers else ""
        if answer.status_code >= 500 and "Retry-After" not in answer.headers:
            self.unclear.append(f"{answer.status_code} {answer.text}")
        return f"{answer.status_code}{replayed}"
