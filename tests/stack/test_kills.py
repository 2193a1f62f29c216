"""What remains after something is killed, with real signals."""

import os
import select
import signal
from collections.abc import Iterator

import pytest

from local_stack.testing import LocalStack
from local_stack.values import FUNCTION_KEY

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signal 9 is POSIX only")


@pytest.fixture
def own_stack() -> Iterator[LocalStack]:
    """A separate stack for a test that kills it."""
    stack = LocalStack.start()
    try:
        yield stack
    finally:
        stack.stop()


def host_pid(stack: LocalStack) -> int:
    """Return the ID of the process that runs the functions."""
    answer = stack.http.get(
        f"{stack.functions_url}/admin/host/status",
        headers={"x-functions-key": FUNCTION_KEY},
        timeout=10,
    )
    return int(answer.json()["instanceId"])


def ends(pid_file: int, within_s: float) -> bool:
    """Return whether the process of a process file descriptor ends in time."""
    readable, _, _ = select.select([pid_file], [], [], within_s)
    return bool(readable)


def test_a_ringing_call_survives_its_killed_host(own_stack: LocalStack) -> None:
    own_stack.text("Before")
    own_stack.advance(1)
    sid = own_stack.function("PlaceCall", {"to": "+12025550123"}).json()["sid"]
    own_stack.advance(1)
    before = own_stack.call(sid)

    os.kill(host_pid(own_stack), signal.SIGKILL)
    own_stack.answer(sid)
    own_stack.advance(5)

    after = own_stack.call(sid)
    reports = [
        (dict(w["form"])["CallStatus"], w["status"])
        for w in own_stack.webhooks(sid)
        if w["purpose"] == "status"
    ]
    assert before["status"] == "ringing"
    assert after["timeline"][: len(before["timeline"])] == before["timeline"]
    assert (after["status"], own_stack.heard(sid)) == ("completed", ["Hello World"])
    assert [text["body"] for text in own_stack.texts()] == ["Before", "You wrote: Before"]
    assert reports == [
        ("initiated", 204),
        ("ringing", 204),
        ("in-progress", 204),
        ("completed", 204),
    ]


@pytest.mark.soak
def test_no_host_is_left_when_the_emulator_is_killed(own_stack: LocalStack) -> None:
    pid_file = os.pidfd_open(host_pid(own_stack))
    own_stack.process.kill()
    gone = ends(pid_file, within_s=5)
    os.close(pid_file)

    assert gone


@pytest.mark.soak
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_normal_exit_stops_the_host(own_stack: LocalStack, signal_number: int) -> None:
    pid_file = os.pidfd_open(host_pid(own_stack))
    own_stack.process.send_signal(signal_number)
    status = own_stack.process.wait(10)
    gone = ends(pid_file, within_s=0)
    os.close(pid_file)

    assert (status, gone) == (0, True)
