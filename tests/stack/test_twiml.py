"""The TwiML player, verb by verb, in real calls."""

import io
import wave
from typing import TYPE_CHECKING

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def answered(stack: LocalStack, twiml: str = "", **parameters: str) -> str:
    """Place a call with this TwiML (or Url=...) and answer it; return the SID."""
    sid = stack.place_call(twiml, **parameters)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def verbs(stack: LocalStack, sid: str) -> list[str]:
    """Return the names of the verbs that ran."""
    return [entry["name"] for entry in stack.call(sid)["timeline"] if entry["kind"] == "verb"]


def alerts(stack: LocalStack) -> list[tuple[str, int | None]]:
    """Return kind and Twilio's code of the debugger's alerts."""
    return [(alert["kind"], alert["code"]) for alert in stack.alerts()]


def say(text: str) -> str:
    return f"<Response><Say>{text}</Say></Response>"


@pytest.mark.covers("Say", "Pause")
def test_verbs_run_in_order_and_the_end_hangs_up(stack: LocalStack) -> None:
    sid = answered(stack, "<Response><Say>One</Say><Pause/><Say>Two</Say></Response>")
    stack.advance(10)

    assert (verbs(stack, sid), stack.call(sid)["status"]) == (["Say", "Pause", "Say"], "completed")


@pytest.mark.covers("Hangup")
def test_hangup_ends_the_call_at_once(stack: LocalStack) -> None:
    sid = answered(stack, "<Response><Hangup/><Say>Never heard</Say></Response>")

    assert (verbs(stack, sid), stack.call(sid)["status"]) == (["Hangup"], "completed")


@pytest.mark.covers("Pause.length")
def test_pause_takes_its_length(stack: LocalStack) -> None:
    sid = answered(stack, "<Response><Pause length='7'/></Response>")
    stack.advance(6.9)
    before = stack.call(sid)["status"]
    stack.advance(0.2)

    assert (before, stack.call(sid)["status"]) == ("in-progress", "completed")


@pytest.mark.covers("Say.loop")
def test_say_repeats_with_loop(stack: LocalStack) -> None:
    sid = answered(stack, "<Response><Say loop='3'>Again</Say></Response>")
    stack.advance(10)

    assert stack.heard(sid) == ["Again", "Again", "Again"]


def test_ssml_is_spoken_as_text(stack: LocalStack) -> None:
    sid = answered(stack, "<Response><Say>It is <emphasis>very</emphasis> late</Say></Response>")
    stack.advance(5)

    assert (stack.heard(sid), stack.alerts()) == (["It is very late"], [])


class TestGather:
    """Keys from the caller; twilio.com/docs/voice/twiml/gather."""

    @pytest.fixture
    def action(self, web_server: "WebServer") -> str:
        return web_server.twiml("/action", say("Thank you"))

    def gather(self, stack: LocalStack, action: str, attributes: str = "", prompt: str = "") -> str:
        return answered(
            stack,
            f"<Response><Gather action='{action}' {attributes}>{prompt}</Gather>"
            "<Say>Nothing came</Say></Response>",
        )

    def digits(self, web_server: "WebServer") -> list[str]:
        return [request.form["Digits"] for request in web_server.asked("/action")]

    @pytest.mark.covers("Gather", "Gather.input", "Gather.numDigits", "Gather.action")
    def test_the_number_of_digits_ends_it(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action, "numDigits='3'")
        stack.press(sid, "123")
        stack.advance(3)

        assert (self.digits(web_server), stack.heard(sid)) == (["123"], ["Thank you"])

    @pytest.mark.covers("Gather.finishOnKey")
    def test_the_finishing_key_ends_it_and_is_not_sent(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action)
        stack.press(sid, "42#")
        stack.advance(0)

        assert self.digits(web_server) == ["42"]

    @pytest.mark.covers("Gather.timeout")
    def test_silence_after_a_key_ends_it(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action)
        stack.press(sid, "7")
        stack.advance(4.9)
        before = self.digits(web_server)
        stack.advance(0.2)

        assert (before, self.digits(web_server)) == ([], ["7"])

    @pytest.mark.covers("Gather.timeout")
    def test_each_key_restarts_the_timeout(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action)
        for digit in "123":
            stack.press(sid, digit)
            stack.advance(4)
        stack.advance(2)

        assert self.digits(web_server) == ["123"]

    def test_without_a_key_the_next_verb_runs(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action)
        stack.advance(8)

        assert (self.digits(web_server), stack.heard(sid)) == ([], ["Nothing came"])

    def test_the_finishing_key_alone_is_no_input(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action)
        stack.press(sid, "#")
        stack.advance(3)

        assert (self.digits(web_server), stack.heard(sid)) == ([], ["Nothing came"])

    @pytest.mark.covers("Gather.actionOnEmptyResult")
    def test_an_empty_result_goes_to_the_action_if_requested(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        self.gather(stack, action, "actionOnEmptyResult='true'")
        stack.advance(6)

        assert self.digits(web_server) == [""]

    def test_a_key_stops_the_prompt(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action, "numDigits='1'", "<Say loop='0'>Press a key.</Say>")
        stack.advance(30)
        stack.press(sid, "5")
        stack.advance(0)

        assert self.digits(web_server) == ["5"]

    def test_the_timeout_starts_after_the_prompt(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action, "timeout='2'", "<Pause length='10'/>")
        stack.advance(11)
        stack.press(sid, "1")
        stack.advance(3)

        assert self.digits(web_server) == ["1"]

    @pytest.mark.covers("Gather.action")
    def test_without_an_action_the_document_is_requested_again(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.twiml("/menu", "<Response><Gather numDigits='1'/></Response>")
        sid = answered(stack, Url=url)
        stack.press(sid, "9")
        stack.advance(0)

        assert [r.form.get("Digits") for r in web_server.asked("/menu")] == [None, "9"]

    def test_speech_attributes_have_no_effect_on_keys(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action, "language='de-DE' hints='yes, no' speechTimeout='auto'")
        stack.press(sid, "1#")
        stack.advance(3)

        assert (self.digits(web_server), stack.alerts()) == (["1"], [])

    @pytest.mark.covers("Gather.method", "Gather.finishOnKey")
    def test_the_method_and_an_empty_finish_key_are_used(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = self.gather(stack, action, "method='GET' finishOnKey=''")
        stack.press(sid, "1#2")
        stack.advance(5)

        [request] = web_server.asked("/action")
        assert (request.method, "Digits=1%232" in request.path) == ("GET", True)

    def test_keys_pressed_before_it_are_dropped(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        gather = f"<Gather numDigits='1' action='{action}'/>"
        sid = answered(stack, f"<Response><Pause length='3'/>{gather}</Response>")
        stack.press(sid, "1")
        stack.advance(4)
        stack.press(sid, "2")
        stack.advance(0)

        assert self.digits(web_server) == ["2"]


@pytest.mark.covers("Redirect")
def test_redirect_continues_with_another_document(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    web_server.twiml("/next", say("Here"))
    url = web_server.twiml("/first", "<Response><Redirect>next</Redirect><Say>No</Say></Response>")
    sid = answered(stack, Url=url)
    stack.advance(3)

    assert stack.heard(sid) == ["Here"]


@pytest.mark.covers("Redirect.method")
def test_redirect_uses_its_method(stack: LocalStack, web_server: "WebServer") -> None:
    url = web_server.twiml("/next", say("Here"))
    sid = answered(stack, f"<Response><Redirect method='GET'>{url}</Redirect></Response>")
    stack.advance(3)

    assert ([r.method for r in web_server.asked("/next")], stack.heard(sid)) == (["GET"], ["Here"])


@pytest.mark.covers("Reject", "Reject.reason")
@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_reject_ends_an_incoming_call_unanswered(
    stack: LocalStack, web_server: "WebServer", reason: str, status: str
) -> None:
    document = f"<Response><Reject reason='{reason}'/></Response>"
    stack.line_goes_to(VoiceUrl=web_server.twiml("/reject", document))
    sid = stack.ring()
    stack.advance(1)

    call = stack.rest("GET", f"Calls/{sid}.json").json()
    assert (call["status"], call["duration"], call["end_time"]) == (status, "0", None)
    assert "answered" not in [entry["name"] for entry in stack.call(sid)["timeline"]]


def test_a_redirect_does_not_answer_the_call(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/next", "<Response><Reject reason='busy'/></Response>")
    document = "<Response><Redirect>next</Redirect></Response>"
    stack.line_goes_to(VoiceUrl=web_server.twiml("/first", document))
    sid = stack.ring()
    stack.advance(1)

    assert stack.call(sid)["status"] == "busy"


def test_an_incoming_call_does_not_ring_forever(stack: LocalStack, web_server: "WebServer") -> None:
    dial = "<Dial answerOnBridge='true' timeout='600'>+12025550124</Dial>"
    document = f"<Response>{dial}<Redirect/></Response>"
    stack.line_goes_to(VoiceUrl=web_server.twiml("/again", document))
    sid = stack.ring()
    stack.advance(4 * 3600 - 1)
    before = stack.call(sid)["status"]
    stack.advance(1)

    assert (before, stack.call(sid)["status"]) == ("ringing", "no-answer")


def test_a_leading_pause_lets_an_incoming_call_ring(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    document = "<Response><Pause length='3'/><Say>Late</Say></Response>"
    stack.line_goes_to(VoiceUrl=web_server.twiml("/late", document))
    sid = stack.ring()
    stack.advance(2)
    before = stack.call(sid)["status"]
    stack.advance(1.1)

    assert (before, stack.call(sid)["status"]) == ("ringing", "in-progress")


def tone_of(seconds: int) -> bytes:
    """Return a silent WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(1)
        audio.setframerate(8000)
        audio.writeframes(b"\x80" * 8000 * seconds)
    return file.getvalue()


class TestPlay:
    """Audio from a URL."""

    @pytest.mark.covers("Play")
    def test_a_wav_file_takes_exactly_its_length(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.answer("/tone.wav", tone_of(12), "audio/wav")
        sid = answered(stack, f"<Response><Play>{url}</Play></Response>")
        stack.advance(11.9)
        before = stack.call(sid)["status"]
        stack.advance(0.2)

        assert (before, stack.call(sid)["status"]) == ("in-progress", "completed")

    @pytest.mark.covers("Play.loop")
    def test_a_file_repeats_with_loop(self, stack: LocalStack, web_server: "WebServer") -> None:
        url = web_server.answer("/tone.wav", tone_of(4), "audio/wav")
        sid = answered(stack, f"<Response><Play loop='3'>{url}</Play></Response>")
        stack.advance(11.9)
        before = stack.call(sid)["status"]
        stack.advance(0.2)

        assert (before, stack.call(sid)["status"]) == ("in-progress", "completed")
        assert verbs(stack, sid) == ["Play"] * 3

    def test_the_file_is_requested_without_twilios_parameters(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.answer("/tone.wav", tone_of(1), "audio/wav")
        answered(stack, f"<Response><Play>{url}</Play></Response>")

        [request] = web_server.asked("/tone.wav")
        assert (request.method, request.form) == ("GET", {})
        assert "X-Twilio-Signature" not in request.headers

    @pytest.mark.parametrize(
        ("status", "content_type", "code"), [(404, "audio/wav", 11200), (200, "text/html", 13420)]
    )
    def test_an_unplayable_file_is_named_and_skipped(
        self, stack: LocalStack, web_server: "WebServer", status: int, content_type: str, code: int
    ) -> None:
        url = web_server.answer("/tone.wav", b"", content_type, status)
        sid = answered(stack, f"<Response><Play>{url}</Play><Say>Next</Say></Response>")
        stack.advance(2)

        assert (alerts(stack), stack.heard(sid)) == ([("twilio", code)], ["Next"])
        assert "not played" in [entry["name"] for entry in stack.call(sid)["timeline"]]
        assert [hook["purpose"] for hook in stack.webhooks(sid)] == ["media"]


@pytest.mark.covers("Play.digits")
def test_play_digits_sounds_keys(stack: LocalStack) -> None:
    sid = answered(stack, "<Response><Play digits='wW12'/></Response>")
    stack.advance(1.8)
    before = stack.call(sid)["status"]
    stack.advance(0.2)

    assert (before, stack.call(sid)["status"]) == ("in-progress", "completed")


def test_an_audio_response_is_played(stack: LocalStack, web_server: "WebServer") -> None:
    sid = answered(stack, Url=web_server.answer("/long.wav", tone_of(20), "audio/wav"))
    stack.advance(19)
    before = stack.call(sid)["status"]
    stack.advance(2)

    assert (before, stack.call(sid)["status"], stack.alerts()) == ("in-progress", "completed", [])


class TestErrors:
    """Twilio's errors and warnings by code, and the emulator's own gaps."""

    @pytest.mark.parametrize(
        ("body", "content_type", "code"),
        [
            ("<Response><Say>", "text/xml", 12100),
            (" <?xml version='1.0'?><Response/>", "text/xml", 12100),
            (
                "<!DOCTYPE r [<!ENTITY a 'b'>]><Response><Say>&a;</Say></Response>",
                "text/xml",
                12100,
            ),
            ("<Answer/>", "text/xml", 12102),
            ("<Response/>", "application/json", 12300),
            ("<Response/>", "", 12300),
            ("x" * 70_000, "text/xml", 11750),
        ],
    )
    def test_an_invalid_document_ends_the_call_with_an_apology(
        self,
        stack: LocalStack,
        web_server: "WebServer",
        body: str,
        content_type: str,
        code: int,
    ) -> None:
        sid = answered(stack, Url=web_server.answer("/bad", body.encode(), content_type))
        stack.advance(10)

        assert alerts(stack) == [("twilio", code)]
        assert (stack.heard(sid)[0][:12], stack.call(sid)["status"]) == (
            "We are sorry",
            "completed",
        )

    def test_the_fallback_url_takes_over_and_gets_the_error(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        bad = web_server.answer("/bad", b"", "text/plain", 500)
        fallback = web_server.twiml("/fallback", say("Please call again"))
        sid = answered(stack, Url=bad, FallbackUrl=fallback)
        stack.advance(3)

        [request] = web_server.asked("/fallback")
        assert (request.form["ErrorCode"], request.form["ErrorUrl"]) == ("11200", bad)
        assert stack.heard(sid) == ["Please call again"]

    @pytest.mark.parametrize(
        ("verb", "code"),
        [
            ("<Say loop='often'>Hi</Say>", 13510),
            ("<Pause length='0'/>", 13910),
            ("<Say colour='red'>Hi</Say>", 12200),
            ("<Shout>Hi</Shout>", 12200),
            ("<Say/>", 13520),
            ("<Gather timeout='soon' />", 13313),
            ("<Gather><Dial>1</Dial></Gather>", 13320),
        ],
    )
    def test_an_invalid_attribute_is_a_warning_and_the_call_continues(
        self, stack: LocalStack, verb: str, code: int
    ) -> None:
        sid = answered(stack, f"<Response>{verb}<Say>Next</Say></Response>")
        stack.advance(10)

        assert alerts(stack) == [("twilio", code)]
        assert stack.heard(sid)[-1] == "Next"

    @pytest.mark.parametrize(
        "verb", ["<Connect><Stream url='wss://x'/></Connect>", "<Pay/>", "<Refer/>"]
    )
    def test_a_verb_that_is_not_emulated_stops_the_call_by_name(
        self, stack: LocalStack, verb: str
    ) -> None:
        sid = answered(stack, f"<Response><Say>Before</Say>{verb}<Say>After</Say></Response>")
        stack.advance(5)

        [alert] = stack.alerts()
        assert (alert["kind"], alert["code"]) == ("emulator", None)
        assert verb[:4] in alert["message"]
        assert (stack.heard(sid), stack.call(sid)["status"]) == (["Before"], "completed")

    def test_inline_twiml_needs_an_absolute_action(self, stack: LocalStack) -> None:
        sid = answered(stack, "<Response><Gather numDigits='1'/></Response>")
        stack.press(sid, "1")
        stack.advance(10)

        assert alerts(stack) == [("twilio", 11100)]
        assert all(
            word in stack.alerts()[0]["message"] for word in ("Inline", "<Gather>", "action")
        )

    def test_a_document_that_redirects_to_itself_forever_ends(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        sid = answered(stack, Url=web_server.twiml("/loop", "<Response><Redirect/></Response>"))

        assert (alerts(stack), stack.call(sid)["status"]) == ([("emulator", None)], "completed")


@pytest.mark.parametrize(
    ("body", "content_type", "heard"),
    [
        ("Just words", "text/plain", ["Just words"]),
        (say("TwiML"), "text/plain", ["TwiML"]),
        (say("TwiML"), "text/html", ["TwiML"]),
        ("", "text/xml", []),
    ],
)
def test_a_response_is_accepted_by_type(
    stack: LocalStack, web_server: "WebServer", body: str, content_type: str, heard: list[str]
) -> None:
    sid = answered(stack, Url=web_server.answer("/answer", body.encode(), content_type))
    stack.advance(3)

    assert (stack.heard(sid), stack.alerts()) == (heard, [])
