"""Hosts of one app that are frozen, killed and reconfigured while faults change.

Everything is drawn from a seed, but requests run in real time, so two runs are similar, not equal.
"""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from random import Random
from typing import Protocol

import requests

from local_stack.testing import LocalStack
from local_stack.testing.faults import Fault
from local_stack.values import FUNCTION_KEY

type Settings = Mapping[str, str]

CHANGED = {
    # A third of each window is longer than a slow send takes at Twilio.
    "SETTLE_WINDOW_SECONDS": ("9", "21"),
    # With the third value, send_all, a text may be sent twice.
    "STORAGE_OUTAGE": ("refuse_keyed", "refuse_all"),
}
FREEZES_S = (1.0, 10.5, 11.0, 11.5, 12.0, 25.0)
"""Most are longer than the short window, and shorter than a send may take in the long one."""
LONG_FREEZE_S = 90.0
BURST_EVERY_S = 4.0
"""The sends start in bursts; a freeze falls into the middle of one, when most are in progress."""
BURST_S = 1.0
RUNS_S = (0.0, 3.0)
PHASE_S = (4.0, 9.0)
SLOW_S = 1.5
FAULTS: tuple[Fault, ...] = (
    {"service": "twilio", "kind": "429", "probability": 0.4},
    {"service": "twilio", "kind": "500", "probability": 0.15},
    {"service": "twilio", "kind": "503", "probability": 0.15},
    {"service": "twilio", "kind": "lost", "probability": 0.2},
    {"service": "twilio", "kind": "slow", "probability": 0.4, "seconds": SLOW_S},
    {"service": "twilio", "kind": "500", "probability": 0.3, "reads": True},
    {"service": "twilio", "kind": "refused", "seconds": 2},
    {"service": "webhooks", "kind": "dropped", "probability": 0.6},
    {"service": "webhooks", "kind": "late", "probability": 0.3, "seconds": 5},
    {"service": "webhooks", "kind": "twice", "probability": 0.5},
    {"service": "webhooks", "kind": "reordered", "probability": 0.5},
    {"service": "storage", "kind": "lost", "probability": 0.1},
    {"service": "storage", "kind": "503", "probability": 0.1},
    {"service": "storage", "kind": "refused", "probability": 0.1},
    {"service": "vault", "kind": "503", "probability": 0.5},
    {"service": "vault", "kind": "slow", "probability": 0.5, "seconds": 2},
)
ALWAYS: tuple[Fault, ...] = (
    {"service": "host", "kind": "killed", "probability": 0.02},
    {"service": "storage", "kind": "slow", "probability": 0.2, "seconds": 1},
)
ROTATED: Fault = {"service": "vault", "kind": "rotated"}
TOGETHER = 4
ROTATED_AFTER_S = 60.0


class Host(Protocol):
    """One of the hosts."""

    @property
    def url(self) -> str: ...

    @property
    def pid(self) -> int | None:
        """The ID of its process; None while it isn't running."""
        ...

    def restart(self, settings: Settings) -> None:
        """Kill it, and start it with these settings."""
        ...


class FirstHost:
    """The stack's own host, which gets Twilio's status callbacks."""

    def __init__(self, stack: LocalStack, settings_file: Path) -> None:
        """Take the host of a stack that was started with that settings file."""
        self._settings_file = settings_file
        self.url = stack.functions_url

    @property
    def pid(self) -> int | None:
        """See Host. This is the process that answers."""
        headers = {"x-functions-key": FUNCTION_KEY}
        with suppress(requests.RequestException):
            answer = requests.get(f"{self.url}/admin/host/status", headers=headers, timeout=5)
            return int(answer.json()["instanceId"])
        return None

    def restart(self, settings: Settings) -> None:
        """See Host."""
        write_settings(self._settings_file, settings)
        if (pid := self.pid) is not None:
            send_signal(pid, signal.SIGKILL)


class OtherHost:
    """A second host; its URL changes when it restarts."""

    def __init__(self, stack: LocalStack, settings: Settings) -> None:
        self._stack = stack
        self._running = ExitStack()
        self.restart(settings)

    @property
    def url(self) -> str:
        """See Host."""
        return self._host.url

    @property
    def pid(self) -> int | None:
        """See Host."""
        return self._host.pid

    def restart(self, settings: Settings) -> None:
        """See Host."""
        self.stop()
        self._host = self._running.enter_context(self._stack.second_host(settings))

    def stop(self) -> None:
        """Kill it."""
        self._running.close()


class Chaos:
    """The events that happen to the hosts and around them, from `begin` to `end`."""

    def __init__(self, stack: LocalStack, hosts: list[tuple[Host, Settings]], seed: int) -> None:
        """Take hosts with the settings that each was started with."""
        self._stack = stack
        self._hosts = [host for host, _ in hosts]
        self._settings = [settings for _, settings in hosts]
        self._seed = seed
        self._over = threading.Event()
        self._one = threading.Lock()
        self.happened: Counter[str] = Counter()
        self.log: list[str] = []
        """The events, to explain a failure."""
        lives = [self._events_of(number) for number in range(len(hosts))]
        self._threads = [threading.Thread(target=work) for work in (*lives, self._change_faults)]

    def begin(self, passed_s: Callable[[], float]) -> None:
        """Start the events; `passed_s` returns the callers' time."""
        self._passed_s = passed_s
        for thread in self._threads:
            thread.start()

    def end(self, after_s: float = 0) -> None:
        """After some seconds, stop: leave the hosts running and without faults."""
        self._over.wait(after_s)
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._stack.faults()

    def _events_of(self, number: int) -> Callable[[], None]:
        """Return the events of one host; the last host starts with a long freeze."""
        host, random = self._hosts[number], Random(f"{self._seed} host {number}")  # noqa: S311 - no secrets

        def run() -> None:
            freezes_s = [LONG_FREEZE_S] if host is self._hosts[-1] else []
            while not self._over.wait(random.uniform(*RUNS_S)):
                event = random.choices(("freeze", "kill", "settings"), (5, 1, 2))[0]
                if event == "freeze" or freezes_s:
                    seconds = freezes_s.pop() if freezes_s else random.choice(FREEZES_S)
                    self._freeze(number, seconds, random)
                    continue
                if event == "settings":
                    changed = {name: random.choice(values) for name, values in CHANGED.items()}
                    self._settings[number] = {**self._settings[number], **changed}
                self._note(f"{event} {number} {self._settings[number]}", event)
                host.restart(self._settings[number])

        return run

    def _freeze(self, number: int, seconds: float, random: Random) -> None:
        pid = self._hosts[number].pid
        if pid is None:
            return
        # One at a time besides the long freeze, so that another host continues with the same keys.
        with nullcontext() if seconds == LONG_FREEZE_S else self._one:
            to_next_s = BURST_EVERY_S - self._passed_s() % BURST_EVERY_S
            self._over.wait(to_next_s + random.uniform(0, BURST_S))
            self._note(f"freeze {number} {seconds:g} s", "freeze")
            send_signal(pid, signal.SIGSTOP)
            self._over.wait(seconds)
            send_signal(pid, signal.SIGCONT)
            self._note(f"thaw {number}", "thaw")

    def _change_faults(self) -> None:
        random = Random(f"{self._seed} faults")  # noqa: S311 - no secrets
        while True:
            faults = [*random.sample(FAULTS, TOGETHER), *ALWAYS]
            if self._passed_s() > ROTATED_AFTER_S:
                faults.append(ROTATED)
            self._note(f"faults {[' '.join(map(str, fault.values())) for fault in faults]}", "")
            self._stack.faults(*faults, seed=self._seed)
            is_over = self._over.wait(random.uniform(*PHASE_S))
            self._count(self._stack.look("faults")["faults"])
            if is_over:
                return

    def _count(self, faults: list[dict[str, object]]) -> None:
        for fault in faults:
            self.happened[f"{fault['service']} {fault['kind']}"] += int(str(fault["happened"]))

    def _note(self, text: str, kind: str) -> None:
        self.log.append(f"{self._passed_s():.1f} s {text}")
        if kind:
            self.happened[kind] += 1


def write_settings(path: Path, settings: Settings) -> None:
    """Replace a local.settings.json atomically."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"Values": dict(settings)}), "utf-8")
    draft.replace(path)


def send_signal(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
