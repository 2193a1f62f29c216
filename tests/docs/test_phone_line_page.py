"""The page about a phone line: its code runs, and callers hear what it says."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from deskphone.values import PHONE_PORT
from local_stack.values import FUNCTIONS_PORT
from shared.answers import agent, queue

if TYPE_CHECKING:
    from local_stack.testing import LocalStack

PAGE = (Path(__file__).parents[2] / "docs" / "begin" / "phone-line.md").read_text()
STEPS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
LINE, AGENTS, MEETING = "+12025550100", "+12025550101", "+12025550102"
CUSTOMER, OWNER = "+12025550123", "+12025550124"
WELCOME = "Welcome. Press 1 for the office, 2 for support."


@pytest.fixture
def line(stack: LocalStack) -> LocalStack:
    """The local stack after all steps of the page."""
    names: dict[str, Any] = {}
    for step in STEPS:
        code = step.replace(f"http://127.0.0.1:{FUNCTIONS_PORT}", stack.functions_url)
        code = code.replace(f"http://127.0.0.1:{PHONE_PORT}", stack.emulator_url)
        exec(code, names)  # noqa: S102 - the page's own code
    return stack


def call(stack: LocalStack, number: str, caller: str) -> str:
    """Call a number of the app; return the SID."""
    sid = stack.world("calls", {"from": caller, "to": number})["sid"]
    stack.advance(2)
    return sid


def in_line(place: int) -> list[str]:
    """Return what a caller hears at a position in the queue."""
    return [f"You are number {place} in line.", "To leave a message instead, press star."]


def ringing(stack: LocalStack, number: str) -> str:
    """Return the SID of the latest call to a handset."""
    return stack.look(f"handsets/{quote(number)}")["calls"][-1]["sid"]


def test_the_menu_forwards_and_an_unanswered_call_goes_to_voicemail(
    line: LocalStack,
) -> None:
    sid = call(line, LINE, CUSTOMER)
    line.press(sid, "1")
    line.advance(1)
    assert line.call(ringing(line, OWNER))["status"] == "ringing"

    line.advance(15)

    assert line.heard(sid) == [
        WELCOME,
        "We can't take your call. Please leave a message after the beep.",
    ]
    assert line.alerts() == []


def test_two_customers_wait_and_the_agent_takes_them_in_order(line: LocalStack) -> None:
    first, second = (call(line, LINE, caller) for caller in (CUSTOMER, "+12025550125"))
    for sid in (first, second):
        line.press(sid, "2")
        line.advance(5)
    agent_call = call(line, AGENTS, OWNER)

    assert line.heard(first) == [WELCOME, *in_line(1), "You are being connected."]
    assert line.heard(second) == [WELCOME, *in_line(2)]
    line.hang_up(first)
    line.advance(2)
    assert line.heard(second)[-1] == "You are being connected."
    line.press(agent_call, "*")
    line.advance(16)
    assert line.heard(agent_call) == ["No one is waiting. Goodbye."]
    assert line.call(second)["status"] == line.call(agent_call)["status"] == "completed"
    assert line.alerts() == []


def test_a_caller_leaves_the_queue_for_a_voicemail_that_the_owner_hears(line: LocalStack) -> None:
    sid = call(line, LINE, CUSTOMER)
    line.press(sid, "2")
    line.advance(3)
    line.press(sid, "*")
    line.advance(12)
    line.hang_up(sid)
    line.advance(5)

    text = line.texts(OWNER)[-1]["body"]
    start, _, link = text.removesuffix(" (works for 7 days)").partition(": ")
    minutes, seconds = re.findall(r"[0-9]+", start.removeprefix(f"Voicemail from {CUSTOMER}"))
    sound = line.http.get(link, timeout=20)
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/mpeg")
    part = line.http.get(link, headers={"Range": "bytes=10-19"}, timeout=20)
    assert (part.status_code, part.content) == (206, sound.content[10:20])
    assert line.http.get(f"{link}0", timeout=20).status_code == 403
    recording = re.findall(r"sid=(RE\w+)", link)[0]
    wav = line.function(f"GetRecording?sid={recording}&format=wav", method="GET").content
    with wave.open(io.BytesIO(wav)) as reader:
        length_s = reader.getnframes() / reader.getframerate()
    assert abs(length_s - 60 * int(minutes) - int(seconds)) < 1
    assert line.alerts() == []


def test_the_pass_code_admits_people_to_one_conference(line: LocalStack) -> None:
    calls = [call(line, MEETING, caller) for caller in (CUSTOMER, OWNER)]
    for sid in calls:
        line.advance(5)
        line.press(sid, "4711")
    line.advance(5)

    conferences = line.rest("GET", "Conferences.json").json()["conferences"]
    assert [(c["friendly_name"], c["status"]) for c in conferences] == [("team", "in-progress")]
    assert all(line.heard(sid)[-1] == "You are now entering the conference line." for sid in calls)
    assert line.alerts() == []


def test_every_parameter_of_queue_and_agent_is_on_the_page() -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^###? )", PAGE, re.DOTALL | re.MULTILINE))

    for name, parameters in (("TwimlQueue", queue.PARAMETERS), ("TwimlAgent", agent.PARAMETERS)):
        rows = re.findall(r"^\| `(\w+)(?:\[n\])?` \|", sections[name], re.MULTILINE)
        assert sorted(rows) == sorted(parameters)
