"""The examples of the page about sending once work."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deskphone.values import PHONE_PORT
from local_stack.testing import HANDSET, LocalStack
from local_stack.values import FUNCTIONS_PORT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

FOLDER = Path(__file__).parents[2] / "docs" / "use"
PAGE = (FOLDER / "delivery.md").read_text()
SEND_ONCE = (FOLDER / "send_once.py").read_text()
CURLS = re.findall(r"^curl (.*)$", PAGE, re.MULTILINE)
TEXT = ("order-1235-shipped", HANDSET, "Your order is on its way, too.")


def at(stack: LocalStack, text: str) -> str:
    """Return a text of the page with the ports of a running stack."""
    text = text.replace(f"http://127.0.0.1:{FUNCTIONS_PORT}", stack.functions_url)
    return text.replace(f"http://127.0.0.1:{PHONE_PORT}", stack.emulator_url)


def run(stack: LocalStack, command: str) -> requests.Response:
    """Send the request of a curl command."""
    words = iter(shlex.split(command))
    method, url, headers, body = (
        "GET",
        "",
        {"Content-Type": "application/x-www-form-urlencoded"},
        "",
    )
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, headers[name] = next(words).partition(": ")
            case "-d":
                body = next(words)
            case "-i":
                pass
            case _:
                url = word
    return stack.http.request(method, at(stack, url), headers=headers, data=body, timeout=20)


def caller(stack: LocalStack, waits: list[float]) -> Callable[..., str]:
    """Return the page's `send_once`, pointed at a stack.

    Each of its waits is recorded, and advances the stack's clock by a second.
    """

    class Time:
        monotonic = staticmethod(lambda: sum(waits))

        @staticmethod
        def sleep(wait_s: float) -> None:
            waits.append(wait_s)
            stack.advance(1)

    names: dict[str, Any] = {"__name__": "send_once"}
    exec(at(stack, SEND_ONCE), names)  # noqa: S102 - the page's own code
    names["time"] = Time
    return names["send_once"]


def sent(stack: LocalStack) -> list[str]:
    """Return the SIDs of the texts on the handset."""
    return [text["sid"] for text in stack.texts(HANDSET)]


def test_the_script_sends_once_even_if_run_again(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        exec(at(stack, SEND_ONCE), {"__name__": "__main__"})  # noqa: S102 - the page's own code

    assert len(sent(stack)) == 1
    assert capsys.readouterr().out.split() == sent(stack) * 2


@pytest.mark.parametrize(
    "fault",
    [
        {"service": "twilio", "kind": "lost", "count": 1},
        {"service": "twilio", "kind": "429", "seconds": 20, "count": 1},
        {"service": "storage", "kind": "503", "count": 4},
        {"service": "host", "kind": "killed", "done": True, "count": 1},
    ],
    ids=lambda fault: fault["kind"],
)
def test_the_script_sends_once_despite_a_fault(stack: LocalStack, fault: dict[str, Any]) -> None:
    waits: list[float] = []
    with stack.faults(fault):
        sid = caller(stack, waits)(*TEXT)

    assert sent(stack) == [sid]
    assert waits


def test_the_script_does_not_retry_a_refused_send(stack: LocalStack) -> None:
    waits: list[float] = []
    send_once = caller(stack, waits)
    send_once(*TEXT)

    with pytest.raises(ValueError, match="422"):
        send_once(TEXT[0], HANDSET, "Something else")
    with pytest.raises(ValueError, match="400"):
        send_once("order-1236-shipped", "call me", "Hello")
    assert waits == []


def test_the_script_reports_an_unknown_outcome(stack: LocalStack) -> None:
    send_once = caller(stack, [])

    with (
        stack.faults({"service": "twilio", "kind": "429", "seconds": 20}),
        pytest.raises(TimeoutError, match="order-1236-shipped is not settled: 429"),
    ):
        send_once("order-1236-shipped", HANDSET, "Hello", patience_s=30)


def test_a_repeated_command_gets_the_pages_answer(stack: LocalStack) -> None:
    [first] = [line for line in CURLS if "order-1234-shipped" in line and "SendSms" in line]
    [status] = [line for line in CURLS if "GetStatus?key=order-1234-shipped" in line]

    answers = [run(stack, first) for _ in range(2)]
    stack.advance(5)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert ["Idempotent-Replayed" in answer.headers for answer in answers] == [False, True]
    [shown] = re.findall(r'^(\{"outcome".*\})$', PAGE, re.MULTILINE)
    known, example = run(stack, status).json(), json.loads(shown)
    assert list(known) == list(example)
    assert [known[name] for name in ("outcome", "function", "status", "final", "source")] == [
        example[name] for name in ("outcome", "function", "status", "final", "source")
    ]
    assert [report["status"] for report in known["reports"]] == [
        report["status"] for report in example["reports"]
    ]


def test_the_local_experiment_works(stack: LocalStack) -> None:
    lose_one, without_key, with_key, clear = (
        line for line in CURLS if "faults" in line or "parcel" in line
    )

    run(stack, lose_one)
    blind = [run(stack, without_key) for _ in range(2)]
    assert [answer.status_code for answer in blind] == [504, 201]
    assert len(sent(stack)) == 2

    run(stack, lose_one)
    first = run(stack, with_key)
    stack.advance(1)
    second = run(stack, with_key)
    assert (first.status_code, first.json()["outcome"]) == (504, "unknown")
    assert (second.status_code, second.headers["Idempotent-Replayed"]) == (201, "true")
    assert sent(stack)[2:] == [second.json()["sid"]]

    without_callbacks = with_key.replace("parcel-77", "parcel-78")
    run(stack, without_reports(lose_one))
    third = run(stack, without_callbacks)
    stack.advance(5)
    assert (third.status_code, third.headers["Retry-After"]) == (504, "5")
    assert run(stack, without_callbacks).status_code == 504

    assert run(stack, clear).json()["faults"] == []


def without_reports(command: str) -> str:
    """Return the command with the page's extra fault, which drops status callbacks."""
    [dropped] = re.findall(r'`(\{"service":"webhooks"[^`]+)`', PAGE)
    return command.replace("}]}", f"}},{dropped}]}}")


@pytest.fixture
def short_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStack]:
    """A stack in real time with a short settle window."""
    monkeypatch.setenv("SETTLE_WINDOW_SECONDS", "3")
    stack = LocalStack.start(clock="system")
    yield stack
    stack.stop()


def in_time(stack: LocalStack, command: str) -> requests.Response:
    """Return a command's response; retry if a busy machine exceeds the short window."""
    while (answer := run(stack, command)).status_code == 503:
        time.sleep(float(answer.headers["Retry-After"]))
    return answer


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "is_replay"), [("lost", True), ("500", False)])
def test_twilios_list_settles_a_send_without_reports(
    short_window: LocalStack, kind: str, is_replay: bool
) -> None:
    stack = short_window
    [lose_one] = [line for line in CURLS if "lost" in line]
    [with_key] = [line for line in CURLS if "parcel-77" in line]

    run(stack, without_reports(lose_one.replace("lost", kind)))
    first = in_time(stack, with_key)
    time.sleep(float(first.headers["Retry-After"]))
    second = in_time(stack, with_key)

    assert (first.status_code, second.status_code) == (504, 201)
    assert ("Idempotent-Replayed" in second.headers) == is_replay
    assert sent(stack) == [second.json()["sid"]]
