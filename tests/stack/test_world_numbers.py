"""What handles the account's numbers, as set by the page."""

from typing import Any

import pytest
import requests

from deskphone.values import LINE, LINE_SID
from local_stack.testing import HANDSET, LocalStack


def ask(stack: LocalStack, method: str, path: str, body: Any) -> requests.Response:
    url = f"{stack.emulator_url}/emulator/numbers{path}"
    return stack.http.request(method, url, json=body, timeout=10)


def test_a_number_can_be_handled_by_a_functions_name(stack: LocalStack) -> None:
    changed = ask(stack, "PUT", f"/{LINE_SID}", {"voice_url": "TwimlMessage?Message=Closed"})
    sid = stack.ring()
    stack.advance(1)

    assert changed.json()["voice_url"] == f"{stack.functions_url}/api/TwimlMessage?Message=Closed"
    assert stack.heard(sid) == ["Closed"]


def test_another_number_has_its_own_handlers(stack: LocalStack) -> None:
    url = stack.twiml_url("<Response><Say>Second</Say></Response>")
    number = ask(stack, "POST", "", {"voice_url": url}).json()
    sid = stack.world("calls", {"from": HANDSET, "to": number["number"]})["sid"]
    stack.advance(1)

    assert stack.heard(sid) == ["Second"]


def test_a_new_number_is_the_next_free_one(stack: LocalStack) -> None:
    stack.place_call("<Response/>", To="+12025550102")  # a handset from now on
    added = [ask(stack, "POST", "", {}).json()["number"] for _ in range(2)]

    assert added == ["+12025550101", "+12025550103"]


def test_a_missing_function_is_named(stack: LocalStack) -> None:
    ask(stack, "PUT", f"/{LINE_SID}", {"voice_url": "TwimlNothing?Message=Hello"})
    stack.ring()
    stack.advance(1)

    [alert] = stack.alerts()
    assert alert["message"].endswith("HTTP status 404: the function TwimlNothing doesn't exist")


def test_a_released_number_cannot_be_called(stack: LocalStack) -> None:
    number = ask(stack, "POST", "", {"number": "+12025550107"}).json()
    ask(stack, "DELETE", f"/{number['sid']}", {}).raise_for_status()
    body = {"from": HANDSET, "to": number["number"]}
    refused = stack.http.post(f"{stack.emulator_url}/emulator/calls", json=body, timeout=10)

    assert refused.status_code == 400
    assert refused.json()["detail"] == (
        "Handsets can only reach your app's numbers, and +12025550107 isn't one of them."
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/PN1", {"voice_url": "x"}, 404),
        ("PUT", f"/{LINE_SID}", {"voice_url": 1}, 400),
        ("PUT", f"/{LINE_SID}", {"voice_url": "ftp://example.com"}, 400),
        ("PUT", f"/{LINE_SID}", {"voice_url": "http://[bad"}, 400),
        ("PUT", f"/{LINE_SID}", {"sms_url": "http://"}, 400),
        ("PUT", f"/{LINE_SID}", {"voice": "TwimlHello"}, 400),
        ("POST", "", {"number": LINE}, 400),
        ("POST", "", {"number": "me"}, 400),
    ],
)
def test_invalid_changes_are_refused(
    stack: LocalStack, method: str, path: str, body: Any, status: int
) -> None:
    answer = ask(stack, method, path, body)

    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (
        status,
        "application/problem+json",
    )


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": 1}, {"text": "Hi", "final": "no"}])
def test_speech_needs_text(stack: LocalStack, body: Any) -> None:
    sid = stack.ring()
    stack.advance(0)
    url = f"{stack.emulator_url}/emulator/calls/{sid}/speech"

    assert stack.http.post(url, json=body, timeout=10).status_code == 400


def test_a_ringing_caller_cannot_speak_yet(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    url = f"{stack.emulator_url}/emulator/calls/{sid}/speech"
    refused = stack.http.post(url, json={"text": "Hello?"}, timeout=10)

    assert (refused.status_code, "queued" in refused.json()["detail"]) == (409, True)
