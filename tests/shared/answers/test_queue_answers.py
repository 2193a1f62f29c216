"""TwimlQueue and TwimlAgent: the document of each step."""

from random import Random

import pytest
from twilio.twiml import TwiML

from shared.answers.agent import Agent, agent
from shared.answers.queue import Queue, queue
from shared.webhooks.verifier import Webhook

NOTIFY = ("Notify", "+12025550124")
MUSIC = "GetHoldMusic?Bucket=com.twilio.music.classical"
PLAY = f"<Play>{MUSIC}</Play>"
OFFER = "<Say>To leave a message instead, press star.</Say>"
LEFT = "<Leave />"
VOICEMAIL = "<Redirect>TwimlVoicemail?Notify=%2B12025550124</Redirect>"


def inside(document: TwiML) -> str:
    return str(document).partition("<Response>")[2].removesuffix("</Response>")


def in_queue(*query: tuple[str, str], **fields: str) -> str:
    facts = Webhook([], [*fields.items()])
    return inside(queue(Queue.from_query(query), facts, Random(1)))  # noqa: S311 - music


def waiting(*query: tuple[str, str], **fields: str) -> str:
    return in_queue(("Step", "wait"), *query, **fields)


def afterwards(result: str, *query: tuple[str, str]) -> str:
    return in_queue(("Step", "end"), *query, QueueResult=result)


def test_a_caller_enters_the_support_queue() -> None:
    assert in_queue() == (
        '<Enqueue action="TwimlQueue?Step=end" waitUrl="TwimlQueue?Step=wait">support</Enqueue>'
    )


def test_only_the_parameters_pass_to_the_next_steps() -> None:
    query = [("Name", "a & b"), ("Message", "Hi"), ("Track[0]", "https://a.example/1"), NOTIFY]
    passed_on = (
        "Name=a+%26+b&amp;Message=Hi&amp;Track%5B0%5D=https%3A%2F%2Fa.example%2F1"
        "&amp;Notify=%2B12025550124"
    )

    assert in_queue(*query, ("CallSid", "CA1"), ("Digits", "1")) == (
        f'<Say>Hi</Say><Enqueue action="TwimlQueue?Step=end&amp;{passed_on}" '
        f'waitUrl="TwimlQueue?Step=wait&amp;{passed_on}">a &amp; b</Enqueue>'
    )


@pytest.mark.parametrize(
    "name", ["Name", "Message", "Bucket", "Track", "Notify", "LeaveKey", "MaxWait"]
)
def test_every_step_has_each_parameter(name: str) -> None:
    document = in_queue((name, "1"))

    assert f'action="TwimlQueue?Step=end&amp;{name}=1"' in document
    assert f'waitUrl="TwimlQueue?Step=wait&amp;{name}=1"' in document


def test_a_greeting_can_be_a_sound() -> None:
    document = in_queue(("Message", "https://a.example/hi.mp3"))

    assert document.startswith("<Play>https://a.example/hi.mp3</Play><Enqueue ")


def test_a_name_is_cut_to_twilios_limit() -> None:
    assert f">{'a' * 64}</Enqueue>" in in_queue(("Name", "a" * 70))


def test_a_waiting_caller_hears_the_place_in_line_and_music() -> None:
    assert waiting(QueuePosition="2") == f"<Say>You are number 2 in line.</Say>{PLAY}"


@pytest.mark.parametrize("position", ["", "0", "x", "-1"])
def test_an_invalid_place_is_not_announced(position: str) -> None:
    assert waiting(QueuePosition=position) == PLAY


def test_with_an_owner_a_key_is_offered() -> None:
    assert waiting(NOTIFY, QueuePosition="1") == (
        '<Gather finishOnKey="" numDigits="1" timeout="1">'
        f"<Say>You are number 1 in line.</Say>{OFFER}{PLAY}</Gather>"
    )


@pytest.mark.parametrize(("key", "spoken"), [("7", "7"), ("#", "pound"), ("12", "star")])
def test_the_key_can_be_changed(key: str, spoken: str) -> None:
    assert f"press {spoken}.</Say>" in waiting(NOTIFY, ("LeaveKey", key))


def test_the_key_leaves_the_queue() -> None:
    assert waiting(NOTIFY, Digits="*") == LEFT
    assert waiting(NOTIFY, ("LeaveKey", "7"), Digits="7") == LEFT


@pytest.mark.parametrize("digits", ["1", "#", "", "**"])
def test_any_other_key_keeps_the_caller_waiting(digits: str) -> None:
    assert waiting(NOTIFY, Digits=digits).startswith("<Gather ")


def test_without_an_owner_no_key_leaves() -> None:
    assert waiting(Digits="*") == PLAY


def test_each_round_plays_one_of_the_tracks() -> None:
    tracks = [(f"Track[{n}]", f"https://a.example/{n}") for n in range(3)]

    plays = {waiting(*tracks, ("Track[]", "x")) for _ in range(3)}
    assert len(plays) == 1  # with the same random numbers
    assert plays <= {f"<Play>https://a.example/{n}</Play>" for n in range(3)}


@pytest.mark.parametrize(
    ("query", "music"),
    [
        (("Bucket", "com.twilio.music.rock"), "GetHoldMusic?Bucket=com.twilio.music.rock"),
        (("Bucket", "my.own.bucket"), MUSIC),
        (("Track", "javascript:x"), MUSIC),
    ],
)
def test_without_tracks_a_bundled_melody_plays(query: tuple[str, str], music: str) -> None:
    assert waiting(query) == f"<Play>{music}</Play>"


@pytest.mark.parametrize(("waited", "leaves"), [("299", False), ("300", True), ("301", True)])
def test_a_caller_leaves_the_queue_after_max_wait(waited: str, leaves: bool) -> None:
    document = waiting(("MaxWait", "300"), QueueTime=waited)

    assert (document == f"<Say>Sorry, no one is available.</Say>{LEFT}") == leaves


@pytest.mark.parametrize("limit", ["", "0", "soon", "-5", "9" * 30])
def test_without_a_limit_callers_keep_waiting(limit: str) -> None:
    assert waiting(("MaxWait", limit), QueueTime="999999") == PLAY


def test_a_caller_who_leaves_gets_voicemail() -> None:
    assert afterwards("leave", NOTIFY) == VOICEMAIL


def test_a_full_queue_explains_and_offers_voicemail() -> None:
    assert afterwards("queue-full", NOTIFY) == f"<Say>Too many people are waiting.</Say>{VOICEMAIL}"


@pytest.mark.parametrize("result", ["error", "system-error"])
def test_a_failed_queue_says_the_line_is_out_of_order(result: str) -> None:
    assert afterwards(result, NOTIFY) == f"<Say>The line is out of order.</Say>{VOICEMAIL}"
    assert afterwards(result) == (
        "<Say>The line is out of order.</Say><Say>Please call again later. Goodbye.</Say><Hangup />"
    )


def test_without_an_owner_an_unserved_caller_is_asked_to_call_again() -> None:
    assert afterwards("leave") == "<Say>Please call again later. Goodbye.</Say><Hangup />"


@pytest.mark.parametrize(
    "result", ["bridged", "bridging-in-process", "hangup", "redirected", "redirected-from-bridged"]
)
def test_calls_of_served_or_departed_callers_end(result: str) -> None:
    assert afterwards(result, NOTIFY) == "<Hangup />"


@pytest.mark.parametrize("result", ["", "something new"])
def test_an_unknown_result_ends_the_call(result: str) -> None:
    assert afterwards(result, NOTIFY) == "<Hangup />"


def serving(*query: tuple[str, str], **fields: str) -> str:
    facts = Webhook([], [("CallSid", "CA1"), *fields.items()])
    return inside(agent(Agent.from_query(query), facts))


def test_an_agent_takes_the_caller_who_has_waited_longest() -> None:
    assert serving() == (
        '<Dial action="TwimlAgent?Step=end" timeout="10">'
        '<Queue url="TwimlAgent?Step=connect">support</Queue></Dial>'
    )


def test_an_agent_can_wait_for_callers_and_end_calls_with_star() -> None:
    assert serving(("Name", "sales"), ("Timeout", "600"), ("Next", "true")) == (
        '<Dial action="TwimlAgent?Step=end&amp;Name=sales&amp;Timeout=600&amp;Next=true" '
        'hangupOnStar="true" timeout="600">'
        '<Queue url="TwimlAgent?Step=connect&amp;Name=sales&amp;Timeout=600&amp;Next=true">'
        "sales</Queue></Dial>"
    )


def test_the_caller_hears_that_the_wait_is_over() -> None:
    connect = ("Step", "connect")

    assert serving(connect) == "<Say>You are being connected.</Say>"
    assert serving(connect, ("Message", "Hi")) == "<Say>Hi</Say>"


@pytest.mark.parametrize("status", ["completed", "answered"])
def test_after_a_call_the_agent_leaves_or_takes_the_next(status: str) -> None:
    end = ("Step", "end")

    assert serving(end, DialCallStatus=status) == "<Say>Goodbye.</Say><Hangup />"
    assert serving(end, ("Name", "sales"), ("Next", "1"), DialCallStatus=status) == (
        "<Redirect>TwimlAgent?Name=sales&amp;Next=1</Redirect>"
    )


@pytest.mark.parametrize("status", ["no-answer", "failed", "busy", ""])
def test_an_agent_hears_that_the_queue_is_empty(status: str) -> None:
    document = serving(("Step", "end"), ("Next", "true"), DialCallStatus=status)

    assert document == "<Say>No one is waiting. Goodbye.</Say><Hangup />"


AGENTS = ("AllowedCallers[]", "202-555-0124"), ("AllowedCallers[]", "+12025550125")
RESTRICTED = "<Say>Sorry, you are calling from a restricted number. Goodbye.</Say>"


@pytest.mark.parametrize(
    "parties",
    [
        {"From": "+12025550124", "To": "+12025550101"},
        {"From": "+12025550100", "To": "+12025550125", "Direction": "outbound-api"},
        {"Caller": "+12025550125"},
    ],
)
def test_a_listed_agent_takes_calls_and_keeps_the_list(parties: dict[str, str]) -> None:
    document = serving(*AGENTS, **parties)

    assert document.startswith("<Dial ")
    assert document.count("AllowedCallers%5B%5D=202-555-0124&amp;AllowedCallers%5B%5D=%2B1") == 2


@pytest.mark.parametrize("caller", ["+12025550199", "anonymous", ""])
def test_others_cannot_reach_waiting_callers(caller: str) -> None:
    assert serving(*AGENTS, From=caller, To="+12025550101") == RESTRICTED


def test_the_caller_leaves_the_queue_for_any_list_of_agents() -> None:
    document = serving(("Step", "connect"), *AGENTS, From="+12025550199")

    assert document == "<Say>You are being connected.</Say>"
