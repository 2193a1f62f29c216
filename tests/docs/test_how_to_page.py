"""The retold how-to: its verbs work, and the names that it calls gone don't exist."""

import re
from pathlib import Path

import pytest
import twilio.rest
import twilio.twiml

from local_stack.testing import LocalStack
from local_stack.values import FUNCTIONS_PORT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "begin" / "how-to-retold.md").read_text()
VERBS = re.findall(r"^\| `(\w+)` \| [^|]* \| `([^`]+)` \| (.*) \|$", PAGE, re.MULTILINE)
OF_THE_ARTICLE = [
    *("Dial", "Gather", "Hangup", "Pause", "Play", "Queue"),
    *("Record", "Redirect", "Reject", "Say", "Sms"),
]


def test_every_verb_of_the_article_is_on_the_page() -> None:
    assert [verb for verb, _, _ in VERBS] == OF_THE_ARTICLE


@pytest.mark.parametrize(("verb", "twiml"), [row[:2] for row in VERBS])
def test_the_twiml_of_a_verb_works(stack: LocalStack, verb: str, twiml: str) -> None:
    local = f"http://127.0.0.1:{FUNCTIONS_PORT}"
    document = f"<Response>{twiml.replace(local, stack.functions_url)}</Response>"
    if verb == "Reject":
        stack.line_answers(document)
        sid = stack.ring()
    else:
        sid = stack.place_call(document)
        stack.advance(1)
        stack.answer(sid)
    stack.advance(2)

    done = {entry["name"] for entry in stack.call(sid)["timeline"]}
    assert {"Queue": "Enqueue"}.get(verb, verb) in done
    assert stack.alerts() == []


@pytest.mark.parametrize(("verb", "here"), [(verb, here) for verb, _, here in VERBS])
def test_the_functions_in_place_of_a_verb_exist(verb: str, here: str) -> None:
    functions = re.findall(r"`(Twiml\w+)`", here)

    assert functions or verb in {"Redirect", "Reject"}
    assert [name for name in functions if not (ROOT / name / "function.json").exists()] == []


def test_the_names_that_the_page_calls_gone_are_gone() -> None:
    assert not hasattr(twilio.rest, "TwilioRestClient")
    assert not hasattr(twilio.twiml, "Response")
    assert hasattr(twilio.rest, "Client")
