"""The phones, calls, texts and the clock of a test, used as an app's own tests use them."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
import requests

from deskphone.line.calls.live_calls import WrongStateError
from deskphone.pytest_plugin.clock import TestClock
from deskphone.pytest_plugin.phones import Phone, Phones
from deskphone.pytest_plugin.twilio import Twilio
from deskphone.values import ACCOUNT_SID, LINE
from tests.conftest import WebServer

pytest_plugins = ["deskphone.pytest_plugin.plugin"]

Rest = Callable[..., str]


@pytest.fixture
def rest(twilio: Twilio) -> Rest:
    """Makes a request to Twilio's API from the line; returns the SID of what it created."""

    def post(path: str, **form: str) -> str:
        answer = requests.post(
            f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT_SID}/{path}.json",
            data={"From": LINE, **form},
            auth=(twilio.account_sid, twilio.auth_token),
            timeout=10,
        )
        assert answer.status_code == HTTPStatus.CREATED, answer.text
        return answer.json()["sid"]

    return post


def say(text: str) -> str:
    return f"<Response><Say>{text}</Say></Response>"


def voice(twilio: Twilio, server: WebServer, document: str) -> None:
    twilio.number.voice_url = server.twiml("/voice", f"<Response>{document}</Response>")


def test_prompts_are_heard_to_their_end_before_a_key_is_pressed(
    phone: Phone, twilio: Twilio, web_server: WebServer
) -> None:
    web_server.twiml("/key", say("Thanks."))
    voice(
        twilio,
        web_server,
        '<Gather action="/key"><Say>One.</Say><Pause length="9"/><Say>Two.</Say></Gather>',
    )

    call = phone.rings(twilio.number)

    assert (call.heard, call.wants, call.ended) == (["One.", "Two."], ("keys",), False)
    call.press("12")
    assert call.heard == ["One.", "Two.", "Thanks."]
    assert twilio.webhooks[-1].form["Digits"] == "12"


def test_time_limit_of_a_person_passes_only_by_the_tests_own_advance(
    phones: Phones, twilio: Twilio, clock: TestClock, web_server: WebServer
) -> None:
    voice(twilio, web_server, '<Gather timeout="3"/><Say>Goodbye.</Say>')
    call = phones[0].rings(twilio.number)

    voice(twilio, web_server, '<Pause length="60"/><Say>Another call.</Say>')
    assert phones[1].rings(twilio.number).ended

    clock.advance(seconds=2)
    assert not call.heard
    clock.advance(seconds=1)
    assert call.heard == ["Goodbye."]


def test_words_are_heard_by_the_app(phone: Phone, twilio: Twilio, web_server: WebServer) -> None:
    web_server.twiml("/said", say("Thanks."))
    voice(twilio, web_server, '<Gather input="speech" action="/said"><Say>Yes?</Say></Gather>')

    call = phone.rings(twilio.number)
    call.says("Two tickets")

    assert twilio.webhooks[-1].form["SpeechResult"] == "Two tickets"
    assert call.heard[-1] == "Thanks."


def test_silence_ends_a_recording(phone: Phone, twilio: Twilio, web_server: WebServer) -> None:
    web_server.twiml("/recorded", say("Saved."))
    voice(twilio, web_server, '<Record action="/recorded" timeout="4"/>')

    call = phone.rings(twilio.number)
    call.says("It's me.")
    assert call.wants == ("recording",)
    call.stop_talking()

    assert call.heard == ["Saved."]


def test_person_answers_a_call_of_the_app(
    phone: Phone, rest: Rest, twilio: Twilio, web_server: WebServer
) -> None:
    sid = rest("Calls", To=phone.number, Url=web_server.twiml("/call", say("Hello.")))
    assert phone.ringing

    call = phone.answers()

    assert (call.sid, call.heard, call.status) == (sid, ["Hello."], "completed")
    assert [one.sid for one in phone.calls] == [sid]


def test_person_declines_a_call_of_the_app(phone: Phone, rest: Rest, twilio: Twilio) -> None:
    rest("Calls", To=phone.number, Twiml=say("Hello."))

    assert phone.declines().status == "busy"


def test_unanswered_call_ends_when_the_test_lets_time_pass(
    phone: Phone, rest: Rest, clock: TestClock
) -> None:
    rest("Calls", To=phone.number, Twiml=say("Hello."), Timeout="20")
    call = phone.calls[0]

    clock.advance(seconds=19)
    assert call.status == "ringing"
    clock.advance(minutes=1)
    assert (call.status, call.answered) == ("no-answer", False)


def test_answering_machine_is_detected(phone: Phone, rest: Rest, web_server: WebServer) -> None:
    url = web_server.twiml("/call", say("Hello."))
    rest("Calls", To=phone.number, Url=url, MachineDetection="Enable")

    phone.answers(machine=True)

    assert web_server.asked("/call")[0].form["AnsweredBy"] == "machine_start"


def test_phone_that_always_answers_needs_no_step_for_each_call(phones: Phones, rest: Rest) -> None:
    phones[0].always_answers()
    for phone in (phones[0], phones[0], phones[1]):
        rest("Calls", To=phone.number, Twiml=say("Hello."))

    assert [call.heard for call in phones[0].calls] == [["Hello."], ["Hello."]]
    assert phones[1].ringing


def test_answering_without_a_call_says_what_happened_instead(phones: Phones, rest: Rest) -> None:
    with pytest.raises(AssertionError, match="your app has placed no call"):
        phones[0].answers()
    rest("Calls", To=phones[1].number, Twiml=say("Hello."))
    with pytest.raises(AssertionError, match=r"your app called \+12025550124 \(ringing\)"):
        phones[0].answers()


def test_two_people_are_connected_until_one_hangs_up(
    phones: Phones, twilio: Twilio, web_server: WebServer
) -> None:
    voice(twilio, web_server, f"<Dial>{phones[1].number}</Dial><Say>Bye.</Say>")

    caller = phones[0].rings(twilio.number)
    called = phones[1].answers()
    assert (caller.connected_to, called.connected_to) == (phones[1].number, phones[0].number)

    called.hang_up()
    assert (caller.heard, caller.ended, called.ended) == (["Bye."], True, True)


def test_hold_music_does_not_keep_the_clock_going(
    phone: Phone, twilio: Twilio, clock: TestClock, web_server: WebServer
) -> None:
    url = web_server.twiml("/wait", '<Response><Pause length="10"/></Response>')
    voice(twilio, web_server, f'<Enqueue waitUrl="{url}">support</Enqueue>')
    began = clock.now

    call = phone.rings(twilio.number)

    assert (call.status, clock.now) == ("in-progress", began)
    clock.advance(seconds=25)
    assert len(web_server.asked("/wait")) == 3


def test_text_with_a_file_reaches_the_app(
    phone: Phone, twilio: Twilio, web_server: WebServer
) -> None:
    twilio.number.sms_url = web_server.twiml("/sms", "<Response/>")

    phone.sends(twilio.number, media=["https://example.com/cat.jpg"])

    assert web_server.asked("/sms")[0].form["NumMedia"] == "1"


def test_texts_of_the_app_arrive_with_their_files(phone: Phone, rest: Rest) -> None:
    rest("Messages", To=phone.number, Body="Hello", MediaUrl="https://example.com/cat.jpg")

    (text,) = phone.texts
    assert (text.body, text.sender, text.media) == ("Hello", LINE, ("https://example.com/cat.jpg",))


def test_any_number_has_a_phone(phones: Phones, rest: Rest) -> None:
    rest("Messages", To="+48221234567", Body="Hello")

    assert [text.body for text in phones["+48 22 123 45 67"].texts] == ["Hello"]
    assert not phones[0].texts


def test_numbers_are_texts_with_settings(twilio: Twilio, phone: Phone) -> None:
    second = twilio.add_number("+12025550101")
    second.voice_url = "https://example.com/voice"
    second.voice_method = "GET"

    assert twilio.numbers == [LINE, "+12025550101"]
    assert [one.voice_url for one in twilio.numbers] == ["", "https://example.com/voice"]
    assert twilio.numbers[1].voice_method == "GET"


def test_invalid_settings_numbers_and_actions_are_refused(twilio: Twilio, phone: Phone) -> None:
    with pytest.raises(ValueError, match="not a valid URL"):
        twilio.number.voice_url = "not a url"
    with pytest.raises(ValueError, match="These are: " + r"\+12025550100"):
        phone.rings("+12025550199")
    with pytest.raises(ValueError, match="nonsense"), twilio.fails("nonsense"):
        pass
    with pytest.raises(ValueError, match="seconds"), twilio.fails("slow"):
        pass


def test_action_on_an_ended_call_says_that_it_has_ended(
    phone: Phone, twilio: Twilio, web_server: WebServer
) -> None:
    voice(twilio, web_server, "<Hangup/>")
    call = phone.rings(twilio.number)

    with pytest.raises(WrongStateError, match="already ended"):
        call.press("1")


def test_faults_end_with_their_block_and_count_what_happened(
    phone: Phone, rest: Rest, twilio: Twilio
) -> None:
    with twilio.fails("429") as too_many, twilio.fails("dropped", count=None) as dropped:
        with pytest.raises(AssertionError, match="20429"):
            rest("Messages", To=phone.number, Body="Hello")
        rest("Messages", To=phone.number, Body="Hello", StatusCallback="http://127.0.0.1:9/")
        assert len(phone.texts) == 1

    assert too_many.happened == 1
    assert dropped.happened == 2
    rest("Messages", To=phone.number, Body="Hello")
    assert len(phone.texts) == 2


def test_reset_forgets_everything(phone: Phone, rest: Rest, twilio: Twilio) -> None:
    rest("Messages", To=phone.number, Body="Hello")
    twilio.number.voice_url = "https://example.com/voice"

    twilio.reset()

    assert (phone.texts, twilio.number.voice_url) == ([], "")
