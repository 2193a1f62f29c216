"""The page about a phone line: its code run, and what it says is heard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from emulator.local_values import FUNCTIONS_PORT, PHONE_PORT
from shared.answers import agent, queue

if TYPE_CHECKING:
    from emulator.testing import LocalStack

PAGE = (Path(__file__).parents[1] / "docs" / "phone-line.md").read_text()
STEPS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
OWNER, AGENTS, MEETING = "+12025550124", "+12025550101", "+12025550102"


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


def ringing(stack: LocalStack, number: str) -> str:
    """The SID of the last call of a handset."""
    return stack.look(f"handsets/{quote(number)}")["calls"][-1]["sid"]


def test_the_menu_leads_to_the_phone_and_an_unanswered_call_to_the_voicemail(
    line: LocalStack,
) -> None:
    sid = call(line, "+12025550100", "+12025550123")
    line.press(sid, "1")
    line.advance(1)
    assert line.call(ringing(line, OWNER))["status"] == "ringing"

    line.advance(15)

    assert line.heard(sid) == [
        "Welcome. Press 1 for the office, 2 for support.",
        "Nobody is here. Please leave a message after the beep.",
    ]
    assert line.alerts() == []


def test_every_parameter_of_queue_and_agent_is_on_the_page() -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^###? )", PAGE, re.DOTALL | re.MULTILINE))

    for name, parameters in (("TwimlQueue", queue.PARAMETERS), ("TwimlAgent", agent.PARAMETERS)):
        rows = re.findall(r"^\| `(\w+)(?:\[n\])?` \|", sections[name], re.MULTILINE)
        assert sorted(rows) == sorted(parameters)


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE)

    assert links
    assert [
        link for link in links if not (Path(__file__).parents[1] / "docs" / link).exists()
    ] == []
