"""`python -m deskphone`: an emulator without an app beside it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE, LINE_SID

ROOT = Path(__file__).parents[2]
PERSON = {"from": HANDSETS[0], "to": LINE}
TIMEOUT_S = 20


@dataclass
class Alone:
    """A running deskphone, on a clock that stands still."""

    process: subprocess.Popen[str]
    url: str
    http: requests.Session

    def world(self, path: str, body: Any = None, method: str = "POST") -> requests.Response:
        return self.http.request(
            method, f"{self.url}/emulator/{path}", json=body or {}, timeout=TIMEOUT_S
        )

    def alerts(self) -> list[str]:
        return [alert["message"] for alert in self.world("alerts", method="GET").json()]

    def rest(self, method: str, path: str, form: Any = None) -> requests.Response:
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT_SID}/{path}"
        return self.http.request(
            method, url, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=TIMEOUT_S
        )


@pytest.fixture(scope="module")
def process() -> Iterator[Alone]:
    command = [sys.executable, "-m", "deskphone", "--port", "0", "--clock", "manual"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))
        with requests.Session() as http:
            http.trust_env = False
            yield Alone(process, url, http)
        process.kill()


@pytest.fixture
def alone(process: Alone) -> Alone:
    """The one of this module, as after a fresh start."""
    process.world("reset").raise_for_status()
    return process


def snapshot(alone: Alone) -> dict[str, Any]:
    """Return what a page gets first."""
    with alone.http.get(f"{alone.url}/events", stream=True, timeout=TIMEOUT_S) as events:
        data = next(line for line in events.iter_lines() if line.startswith(b"data:"))
    return json.loads(data[len(b"data:") :])


def test_the_page_is_there_and_nothing_of_an_app_is(alone: Alone) -> None:
    page = alone.http.get(alone.url, timeout=TIMEOUT_S)
    shown = snapshot(alone)

    assert page.ok
    assert "host" not in shown
    assert [*shown["fault_services"]] == ["twilio", "webhooks"]
    assert not any(shown["app"][name] for name in ("answers_url", "commands", "voice_examples"))


def test_a_text_and_a_call_that_nothing_answers_leave_an_alert(alone: Alone) -> None:
    alone.world("texts", {**PERSON, "body": "Hello"}).raise_for_status()
    sid = alone.world("calls", PERSON).json()["sid"]
    alone.world("clock/advance", {"seconds": 5}).raise_for_status()

    assert alone.world(f"calls/{sid}", method="GET").json()["status"] == "failed"
    assert [re.findall("SmsUrl|VoiceUrl", alert) for alert in alone.alerts()] == [
        ["SmsUrl"],
        ["VoiceUrl"],
    ]


def test_a_text_of_the_app_arrives(alone: Alone) -> None:
    sent = alone.rest("POST", "Messages.json", {"To": HANDSETS[0], "From": LINE, "Body": "Hi"})
    alone.world("clock/advance", {"seconds": 5}).raise_for_status()

    texts = alone.world(f"handsets/{HANDSETS[0]}", method="GET").json()["texts"]
    assert [(text["sid"], text["status"]) for text in texts] == [(sent.json()["sid"], "delivered")]


def test_a_number_needs_a_whole_address(alone: Alone) -> None:
    path = f"numbers/{LINE_SID}"
    refused = alone.world(path, {"voice_url": "TwimlHello"}, "PUT")
    changed = alone.world(path, {"voice_url": "http://127.0.0.1:9/voice"}, "PUT")

    assert (refused.status_code, changed.json()["voice_url"]) == (400, "http://127.0.0.1:9/voice")


def test_the_doors_and_faults_of_azure_are_not_there(alone: Alone) -> None:
    paths = ("vault/secrets", "identity/token", "storage/Tables")
    answers = [alone.http.get(f"{alone.url}/{path}", timeout=TIMEOUT_S) for path in paths]
    fault = {"faults": [{"service": "vault", "kind": "503"}]}
    refused = alone.world("faults", fault, "PUT")

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert refused.json()["detail"] == "faults[0].service: one of twilio, webhooks"


def test_twilio_can_be_out_of_reach_while_the_rest_is_not(alone: Alone) -> None:
    fault = {"faults": [{"service": "twilio", "kind": "refused"}]}
    alone.world("faults", fault, "PUT").raise_for_status()

    with pytest.raises(requests.ConnectionError):
        alone.rest("GET", "Messages.json")
    assert alone.world("faults", method="DELETE").ok
    assert alone.rest("GET", "Messages.json").ok


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl-C to all processes at once")
def test_ctrl_c_ends_it_soon_though_a_page_is_open() -> None:
    command = [sys.executable, "-m", "deskphone", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))
        with requests.get(f"{url}/events", stream=True, timeout=TIMEOUT_S):
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT_S) == 0
        assert time.monotonic() - began < 3
