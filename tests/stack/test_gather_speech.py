"""Gather with speech, typed on the page; twilio.com/docs/voice/twiml/gather."""

from typing import TYPE_CHECKING

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def gathering(stack: LocalStack, web_server: "WebServer", attributes: str, prompt: str = "") -> str:
    """Place a call that gathers with the action /done, and answer it; return its SID."""
    for path in ("/done", "/partial"):
        web_server.twiml(path, "<Response><Say>Thank you</Say></Response>")
    gather = f"<Gather action='done' {attributes}>{prompt}</Gather>"
    document = f"<Response>{gather}<Say>Nothing came</Say></Response>"
    sid = stack.place_call(Url=web_server.twiml("/gather", document))
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def speak(stack: LocalStack, sid: str, text: str, *, final: bool = True) -> None:
    stack.world(f"calls/{sid}/speech", {"text": text, "final": final})
    stack.advance(0)


def results(web_server: "WebServer") -> list[str | None]:
    """Return the speech results that the action got."""
    return [request.form.get("SpeechResult") for request in web_server.asked("/done")]


@pytest.mark.covers("Gather.input", "Gather.speechTimeout", "Gather.language", "Gather.hints")
def test_speech_goes_to_the_action_after_a_pause(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = gathering(
        stack, web_server, "input='speech' speechTimeout='3' language='de-DE' hints='yes, no'"
    )
    wants = stack.call(sid)["wants"]
    speak(stack, sid, "My order")
    waiting = stack.call(sid)["timeline"][-1]["name"]
    stack.advance(2)
    speak(stack, sid, "has not come")
    stack.advance(2.9)
    before = results(web_server)
    stack.advance(0.2)

    [request] = web_server.asked("/done")
    assert (wants, before, waiting) == (["speech"], [], "waiting for a pause")
    assert request.form["SpeechResult"] == "My order has not come"
    assert 0 <= float(request.form["Confidence"]) <= 1
    assert "Digits" not in request.form
    assert stack.alerts() == []


@pytest.mark.covers("Gather.speechTimeout")
def test_auto_ends_at_the_first_pause(stack: LocalStack, web_server: "WebServer") -> None:
    sid = gathering(stack, web_server, "input='speech' speechTimeout='auto'")
    speak(stack, sid, "Billing", final=False)
    stack.advance(20)
    before = results(web_server)
    speak(stack, sid, "Billing, please")

    assert (before, results(web_server)) == ([], ["Billing, please"])


@pytest.mark.covers("Gather.speechTimeout", "Gather.timeout")
def test_without_a_speech_timeout_the_timeout_applies(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = gathering(stack, web_server, "input='speech' timeout='2'")
    speak(stack, sid, "Sales")
    stack.advance(1.9)
    before = results(web_server)
    stack.advance(0.2)

    assert (before, results(web_server)) == ([], ["Sales"])


def test_silence_is_no_input(stack: LocalStack, web_server: "WebServer") -> None:
    sid = gathering(stack, web_server, "input='speech' timeout='4'")
    stack.press(sid, "1")
    stack.advance(5)

    assert (results(web_server), stack.heard(sid)) == ([], ["Nothing came"])


@pytest.mark.covers("Gather.actionOnEmptyResult")
def test_an_empty_speech_result_goes_to_the_action_if_requested(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    gathering(stack, web_server, "input='speech' actionOnEmptyResult='true'")
    stack.advance(6)

    assert results(web_server) == [""]


def test_an_empty_result_of_keys_and_speech_has_no_digits(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    gathering(stack, web_server, "input='dtmf speech' actionOnEmptyResult='true'")
    stack.advance(6)

    [request] = web_server.asked("/done")
    assert (request.form["Digits"], "SpeechResult" in request.form) == ("", False)


def test_speech_stops_the_prompt(stack: LocalStack, web_server: "WebServer") -> None:
    sid = gathering(
        stack, web_server, "input='speech' speechTimeout='auto'", "<Say loop='0'>Speak.</Say>"
    )
    stack.advance(30)
    speak(stack, sid, "Support")

    assert results(web_server) == ["Support"]


@pytest.mark.covers("Gather.input")
@pytest.mark.parametrize("kinds", ["dtmf speech", "speech dtmf"])
def test_the_first_input_decides_between_keys_and_speech(
    stack: LocalStack, web_server: "WebServer", kinds: str
) -> None:
    keys = gathering(stack, web_server, f"input='{kinds}' speechTimeout='2'")
    wants = stack.call(keys)["wants"]
    stack.press(keys, "4")
    speak(stack, keys, "Ignored")
    stack.press(keys, "2#")
    stack.advance(0)
    words = gathering(stack, web_server, f"input='{kinds}' speechTimeout='2'")
    speak(stack, words, "Operator")
    stack.press(words, "#")
    stack.advance(2)

    first, second = [request.form for request in web_server.asked("/done")]
    assert set(wants) == {"keys", "speech"}
    assert (first["Digits"], "SpeechResult" in first) == ("42", False)
    assert (second["SpeechResult"], "Digits" in second) == ("Operator", False)


@pytest.mark.covers("Gather.partialResultCallback", "Gather.partialResultCallbackMethod")
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_partial_results_are_reported_during_speech(
    stack: LocalStack, web_server: "WebServer", method: str
) -> None:
    sid = gathering(
        stack,
        web_server,
        f"input='speech' speechTimeout='2' partialResultCallback='partial' "
        f"partialResultCallbackMethod='{method}'",
    )
    speak(stack, sid, "I", final=False)
    speak(stack, sid, "I want", final=False)
    speak(stack, sid, "I want out.")
    speak(stack, sid, "Now", final=False)
    stack.advance(2)

    said = [one["text"] for one in stack.call(sid)["timeline"] if one["name"] == "speech"]
    partial_requests = web_server.asked("/partial")
    assert [request.method for request in partial_requests] == [method] * 3
    assert results(web_server) == ["I want out. Now"]
    assert said == ["I want out.", "Now"]
    if method == "POST":
        parts = ("SequenceNumber", "StableSpeechResult", "UnstableSpeechResult")
        assert [[request.form[part] for part in parts] for request in partial_requests] == [
            ["0", "", "I"],
            ["1", "", "I want"],
            ["2", "I want out.", "Now"],
        ]
        assert partial_requests[0].form["CallSid"] == sid


def test_speech_ends_after_a_minute(stack: LocalStack, web_server: "WebServer") -> None:
    sid = gathering(stack, web_server, "input='speech' speechTimeout='5'")
    for _ in range(15):
        speak(stack, sid, "and")
        stack.advance(4)

    assert results(web_server) == [" ".join(["and"] * 15)]
