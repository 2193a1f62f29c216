"""`python -m deskphone`: the emulator on its own."""

import json
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from deskphone.values import HANDSETS, LINE, LINE_SID
from tests.deskphone.standalone import TIMEOUT_S, Standalone, running

PERSON = {"from": HANDSETS[0], "to": LINE}


@pytest.fixture(scope="module")
def process() -> Iterator[Standalone]:
    with running() as process:
        yield process


@pytest.fixture
def standalone(process: Standalone) -> Standalone:
    """The module's emulator, after a reset."""
    process.world("reset").raise_for_status()
    return process


def snapshot(standalone: Standalone) -> dict[str, Any]:
    """Return the snapshot that a page gets first."""
    with standalone.http.get(f"{standalone.url}/events", stream=True, timeout=TIMEOUT_S) as events:
        data = next(line for line in events.iter_lines() if line.startswith(b"data:"))
    return json.loads(data[len(b"data:") :])


def test_another_host_is_refused_in_twilios_format(standalone: Standalone) -> None:
    url = f"{standalone.url}/2010-04-01/Accounts.json"
    refused = standalone.http.get(url, headers={"Host": "api.twilio.com"}, timeout=TIMEOUT_S)

    assert (refused.status_code, refused.json()["status"]) == (403, 403)
    assert "api.twilio.com" in refused.json()["message"]


def test_page_works_without_an_app(standalone: Standalone) -> None:
    page = standalone.http.get(standalone.url, timeout=TIMEOUT_S)
    shown = snapshot(standalone)

    assert page.ok
    assert "host" not in shown
    assert [*shown["fault_services"]] == ["twilio", "webhooks", "browsers"]
    assert not any(shown["app"][name] for name in ("answers_url", "commands", "voice_examples"))


def test_text_and_call_without_handler_raise_alerts(standalone: Standalone) -> None:
    standalone.world("texts", {**PERSON, "body": "Hello"}).raise_for_status()
    sid = standalone.world("calls", PERSON).json()["sid"]
    standalone.world("clock/advance", {"seconds": 5}).raise_for_status()

    assert standalone.world(f"calls/{sid}", method="GET").json()["status"] == "failed"
    messages = [one["message"] for one in standalone.world("alerts", method="GET").json()]
    assert [re.findall("SmsUrl|VoiceUrl", one) for one in messages] == [["SmsUrl"], ["VoiceUrl"]]


def test_text_from_the_app_arrives(standalone: Standalone) -> None:
    sent = standalone.rest("POST", "Messages.json", {"To": HANDSETS[0], "From": LINE, "Body": "Hi"})
    standalone.world("clock/advance", {"seconds": 5}).raise_for_status()

    texts = standalone.world(f"handsets/{HANDSETS[0]}", method="GET").json()["texts"]
    assert [(text["sid"], text["status"]) for text in texts] == [(sent.json()["sid"], "delivered")]


def test_number_needs_an_absolute_url(standalone: Standalone) -> None:
    path = f"numbers/{LINE_SID}"
    refused = standalone.world(path, {"voice_url": "TwimlHello"}, "PUT")
    changed = standalone.world(path, {"voice_url": "http://127.0.0.1:9/voice"}, "PUT")

    assert (refused.status_code, changed.json()["voice_url"]) == (400, "http://127.0.0.1:9/voice")


def test_azure_endpoints_and_faults_are_missing(standalone: Standalone) -> None:
    paths = ("vault/secrets", "identity/token", "storage/Tables")
    answers = [standalone.http.get(f"{standalone.url}/{path}", timeout=TIMEOUT_S) for path in paths]
    fault = {"faults": [{"service": "vault", "kind": "503"}]}
    refused = standalone.world("faults", fault, "PUT")

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "twilio, webhooks" in refused.json()["detail"]


def test_refused_fault_affects_only_the_rest_api(standalone: Standalone) -> None:
    fault = {"faults": [{"service": "twilio", "kind": "refused"}]}
    standalone.world("faults", fault, "PUT").raise_for_status()

    with pytest.raises(requests.ConnectionError):
        standalone.rest("GET", "Messages.json")
    assert standalone.world("faults", method="DELETE").ok
    assert standalone.rest("GET", "Messages.json").ok


def test_refused_requests_are_counted(standalone: Standalone) -> None:
    standalone.world("faults", {"faults": [{"service": "twilio", "kind": "refused"}]}, "PUT")
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            standalone.rest("GET", "Messages.json")
    seen = standalone.world("faults", method="GET").json()

    assert [fault["happened"] for fault in seen["faults"]] == [2]


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl-C to all processes at once")
def test_ctrl_c_stops_quickly_with_an_open_page() -> None:
    with (
        running("system") as standalone,
        standalone.http.get(f"{standalone.url}/events", stream=True, timeout=TIMEOUT_S),
    ):
        standalone.process.send_signal(signal.SIGINT)
        assert standalone.process.wait(TIMEOUT_S) == 0
