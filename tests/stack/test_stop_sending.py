"""Stop and resume sending of a running app with the commands, over HTTP."""

import os
import subprocess
import sys

from local_stack.testing import HANDSET, ROOT, LocalStack
from local_stack.testing.second_host import SecondHost
from local_stack.values import FUNCTION_KEY

TABLE = "Steered"  # of its own: the stack's own host keeps what it has read for 15 seconds
TEXT = {"to": HANDSET, "body": "Hello"}


def steer(stack: LocalStack, *arguments: str) -> str:
    """Run one of the commands against the stack; return its output."""
    port = stack.emulator_url.rpartition(":")[2]
    options = ["--phone-port", port, "--table", TABLE]
    return subprocess.run(
        [sys.executable, "-m", "commands.sending", *arguments, *options],
        cwd=ROOT,
        env=os.environ,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def health(host: SecondHost) -> dict[str, object]:
    """Return what GetHealth reports; it reads the live settings now."""
    url = f"{host.url}/api/GetHealth"
    return host.http.get(url, headers={"x-functions-key": FUNCTION_KEY}, timeout=30).json()


def test_a_running_app_stops_and_resumes_without_a_restart(stack: LocalStack) -> None:
    with stack.second_host({"LEDGER_TABLE": TABLE}) as host:
        first = host.function("SendSms", TEXT)
        steer(stack, "stop-sending")
        stopped_health = health(host)
        stopped = [host.function("SendSms", TEXT), host.function("PlaceCall", {"to": HANDSET})]
        steer(stack, "resume-sending")
        resumed_health = health(host)
        resumed = host.function("SendSms", TEXT)

    assert (first.status_code, resumed.status_code) == (201, 201)
    assert [answer.status_code for answer in stopped] == [403, 403]
    assert "resume-sending" in stopped[0].json()["detail"]
    assert "resume-sending" in str(stopped_health["sending"])
    assert resumed_health["sending"] == "ok"
    assert len(stack.texts(HANDSET)) == 2


def test_a_running_app_gets_another_limit_without_a_restart(stack: LocalStack) -> None:
    steer(stack, "limits", "DAILY_SEGMENT_LIMIT=1")
    with stack.second_host({"LEDGER_TABLE": TABLE}) as host:
        statuses = [host.function("SendSms", TEXT).status_code for _ in range(2)]
        steer(stack, "limits", "DAILY_SEGMENT_LIMIT=")
        limits = health(host)["limits"]
        statuses.append(host.function("SendSms", TEXT).status_code)

    assert statuses == [201, 429, 201]
    assert limits == {}


def test_a_stopped_app_starts_stopped(stack: LocalStack) -> None:
    steer(stack, "stop-sending")
    with stack.second_host({"LEDGER_TABLE": TABLE}) as host:
        assert host.function("SendSms", TEXT).status_code == 403
    assert stack.texts(HANDSET) == []
