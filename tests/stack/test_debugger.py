"""Twilio's debugger: codes and levels of problems that don't end a call."""

from typing import TYPE_CHECKING

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

LEG = "+12025550124"


def answered(stack: LocalStack, document: str) -> str:
    """Place a call that runs this document, and answer it; return the SID."""
    sid = stack.place_call(f"<Response>{document}</Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)
    return sid


def alerts(stack: LocalStack) -> list[tuple[str, int]]:
    return [(alert["level"], alert["code"]) for alert in stack.alerts()]


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("<Record recordingStatusCallback='nowhere'/>", 13256),
        (f"<Dial><Number statusCallback='nowhere'>{LEG}</Number></Dial>", 12200),
        ("<Dial><Conference statusCallback='nowhere'>room</Conference></Dial>", 12200),
        ("<Dial><Conference recordingStatusCallback='nowhere'>room</Conference></Dial>", 13256),
    ],
)
def test_an_invalid_callback_is_a_warning_and_the_verb_runs(
    stack: LocalStack, verb: str, code: int
) -> None:
    sid = answered(stack, verb)

    assert (alerts(stack), stack.heard(sid)) == ([("warning", code)], [])
    assert stack.call(sid)["status"] == "in-progress"


def test_an_undeliverable_partial_result_is_a_warning(stack: LocalStack) -> None:
    sid = answered(stack, "<Gather input='speech' partialResultCallback='nowhere'/>")
    stack.speak(sid, "I would like", final=False)
    stack.advance(1)

    assert (alerts(stack), stack.heard(sid)) == ([("warning", 12200)], [])


def test_twilio_shows_some_of_its_warnings_as_errors(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    url = web_server.answer("/words", b"no sound", "text/plain")
    answered(stack, f"<Gather><Play>{url}</Play></Gather><Play>{url}</Play>")
    stack.advance(5)

    assert sorted(alerts(stack)) == [("error", 13325), ("error", 13420)]


@pytest.mark.parametrize(("voice", "codes"), [("man", []), ("Polly.Joanna", [13521])])
def test_polly_voices_have_a_lower_text_limit(
    stack: LocalStack, voice: str, codes: list[int]
) -> None:
    answered(stack, f"<Say voice='{voice}'>{'x' * 3001}</Say>")

    assert [code for _, code in alerts(stack)] == codes


@pytest.mark.parametrize(("name", "code"), [("", 14212), ("x" * 65, 14213)])
def test_a_dialed_queue_needs_a_name(stack: LocalStack, name: str, code: int) -> None:
    answered(stack, f"<Dial><Queue>{name}</Queue></Dial>")

    assert alerts(stack) == [("error", code)]


def test_a_refused_conference_callback_is_an_error(stack: LocalStack) -> None:
    url = f"{stack.functions_url}/api/Missing"
    answered(
        stack,
        f"<Dial><Conference statusCallback='{url}' statusCallbackEvent='join'>room</Conference>"
        "</Dial>",
    )

    assert alerts(stack) == [("error", 16011)]
