"""The Twimlets' answers: the cases in `twimlet_answers.txt`, and any other parameters."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import TwiML

from shared.answers.call_me import call_me
from shared.answers.conference import Conference, conference
from shared.answers.dialing import Dialing
from shared.answers.echo import echo
from shared.answers.find_me import find_me
from shared.answers.forward import Forward, forward
from shared.answers.hold_music import HoldMusic, hold_music
from shared.answers.menu import Menu, menu
from shared.answers.message import announcement
from shared.answers.parameters import Pairs, entries, flag
from shared.answers.redirection import Redirection
from shared.answers.simulring import simulring
from shared.answers.voicemail import Voicemail, voicemail
from shared.answers.whisper import Whisper, whisper
from shared.config.settings import Settings
from shared.guards.destinations import Destinations
from shared.webhooks.verifier import Webhook

ROOT = Path(__file__).parents[3]
BLOCKS = (Path(__file__).parent / "twimlet_answers.txt").read_text().strip().split("\n\n")[1:]
CASES = [block.split("\n") for block in BLOCKS]
PAGE = (ROOT / "docs" / "use" / "twimlets.md").read_text()

OUTBOUND = Destinations(Settings.from_mapping({"ALLOWED_COUNTRIES": "US,DE"}))

Answer = TwiML | Redirection | str
TWIMLETS: Mapping[str, Callable[[Webhook], Answer]] = {
    "TwimlMessage": lambda req: announcement(entries(req.query, "Message")),
    "TwimlMenu": lambda req: menu(Menu.from_query(req.query), req.steering("Digits") or ""),
    "TwimlForward": lambda req: forward(Forward.from_query(req.query), req, OUTBOUND),
    "TwimlSimulring": lambda req: simulring(
        Dialing.from_query(req.query, "PhoneNumbers"), req, OUTBOUND
    ),
    "TwimlFindMe": lambda req: find_me(
        Dialing.from_query(req.query, "PhoneNumbers"), req, OUTBOUND
    ),
    "TwimlCallMe": lambda req: call_me(Dialing.from_query(req.query, "PhoneNumber"), req, OUTBOUND),
    "TwimlWhisper": lambda req: whisper(Whisper.from_query(req.query), req),
    "TwimlVoicemail": lambda req: voicemail(Voicemail.from_query(req.query), req),
    "TwimlConference": lambda req: conference(Conference.from_query(req.query), req, OUTBOUND),
    "TwimlEcho": lambda req: echo(req.parameter("Twiml")),
    "TwimlHoldMusic": lambda req: hold_music(HoldMusic.from_query(req.query), Random(1)),  # noqa: S311
}


def received(query: Pairs, form: Pairs) -> Webhook:
    """Return a verified request from Twilio."""
    return Webhook([*query], [("CallSid", "CA1"), *form] if form else [])


def ask(request: str) -> Answer:
    """Answer a request in the notation of the cases."""
    url, _, form = request.partition(" ")
    name, _, query = url.partition("?")
    pairs, fields = (parse_qsl(part, keep_blank_values=True) for part in (query, form))
    return TWIMLETS[name](received(pairs, fields))


def canonical(document: str) -> str:
    return ElementTree.canonicalize(document)


@pytest.mark.parametrize(("sentence", "request_", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_twimlet_answers(sentence: str, request_: str, expected: str) -> None:
    answer = ask(request_)

    if isinstance(answer, Redirection):
        assert f"302 {answer.location}" == expected
    else:
        inside = "" if expected == "(nothing)" else expected
        assert canonical(str(answer)) == canonical(f"<Response>{inside}</Response>")


@pytest.mark.parametrize("value", ["", "0", "false", "No", "OFF"])
def test_a_parameter_can_say_no(value: str) -> None:
    assert not flag([("HumanCheck", value)], "HumanCheck")


def documented() -> set[tuple[str, str]]:
    """Return the parameters of each Twimlet on the page."""
    found: set[tuple[str, str]] = set()
    for section in PAGE.split("\n### ")[1:]:
        rows = re.findall(r"^\| `(\w+)(?:\[\w*\])?` \|", section, re.MULTILINE)
        found |= {(section.partition("\n")[0].strip("`"), name) for name in rows}
    return found


def test_every_documented_parameter_has_a_case() -> None:
    tested = {
        (name, re.sub(r"\[.*", "", parameter))
        for _, request, _ in CASES
        for name, _, rest in [request.partition("?")]
        for parameter, _ in parse_qsl(re.sub(" ", "&", rest), keep_blank_values=True)
    }

    assert {name for name, _ in documented()} == {*TWIMLETS}
    assert documented() - tested == set()


@pytest.mark.parametrize("name", ["TwimlSimulring", "TwimlFindMe"])
def test_the_first_ten_numbers_are_used(name: str) -> None:
    numbers = [f"1202555{number:04}" for number in range(100, 1100)]
    answer = str(ask(f"{name}?" + "&".join(f"PhoneNumbers[]={number}" for number in numbers)))

    assert re.findall(r"1202555\d{4}", answer) in (numbers[:10], [*numbers[1:10], numbers[0]])


def test_at_most_ten_moderators_get_a_text() -> None:
    moderators = "&".join(f"Moderators[]=20255501{number:02}" for number in range(99))
    answer = str(ask(f"TwimlConference?Name=a&EnableSmsNotifications=1&{moderators} From=%2B12"))

    assert answer.count("<Sms ") == 10


def test_a_conference_is_the_same_for_the_same_url_only() -> None:
    urls = ("", "Message=a", "Message=a&Password=1", "Message=a&Moderators[]=2025550123")
    names = [Conference.from_query(parse_qsl(url)).name for url in urls * 2]

    assert names[:4] == names[4:]
    assert len({*names}) == 4


def test_the_random_source_shuffles_the_tracks() -> None:
    query = [("Track[]", f"https://example.com/{number}.mp3") for number in range(30)]
    orders = [
        re.findall(r"/(\d+)\.mp3", str(hold_music(HoldMusic.from_query(query), Random(seed))))  # noqa: S311
        for seed in (1, 1, 2)
    ]

    assert orders[0] == orders[1] != orders[2]
    assert len({*orders[0]}) == 20


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ("TwimlForward?PhoneNumber=2025550123&Timeout=soon", "Timeout"),
        ("TwimlForward?PhoneNumber=2025550123&FailUrl=secret", "FailUrl"),
        ("TwimlForward?PhoneNumber=secret&FailUrl=https://example.com", "PhoneNumber"),
        ("TwimlSimulring?PhoneNumbers[]=2025550123&PhoneNumbers[]=secret", "PhoneNumbers"),
        ("TwimlFindMe?", "PhoneNumbers"),
        ("TwimlMenu?Options[1]=secret", "Options"),
        ("TwimlConference?Music=secret", "Music"),
        ("TwimlConference?Password=secret", "Password"),
        ("TwimlHoldMusic?Track=secret&Bucket=com.twilio.music.rock", "Track"),
        ("TwimlHoldMusic?Bucket=secret", "Bucket"),
        ("TwimlVoicemail?Notify=secret", "Notify"),
        ("TwimlVoicemail?Voice=secret", "Voice"),
        ("TwimlVoicemail?MaxLength=secret", "MaxLength"),
        ("TwimlMenu?Options[1]=TwimlForward?PhoneNumber=secret&FailUrl=secret", "FailUrl"),
        (
            "TwimlForward?PhoneNumber=2025550123&FailUrl=TwimlVoicemail?Notify=1&Message=secret",
            "Message",
        ),
    ],
)
def test_the_log_names_invalid_parameters_without_values(
    caplog: pytest.LogCaptureFixture, request_: str, name: str
) -> None:
    ask(request_)

    assert {record.levelno for record in caplog.records} == {logging.WARNING}
    assert {record.args[0] for record in caplog.records if isinstance(record.args, tuple)} == {name}
    assert "secret" not in caplog.text


@pytest.mark.parametrize("function", ["Forward", "CallMe", "Simulring", "FindMe"])
def test_the_log_says_that_a_number_is_missing(
    caplog: pytest.LogCaptureFixture, function: str
) -> None:
    ask(f"Twiml{function}?")

    assert "is missing" in caplog.text
    assert "is ignored" not in caplog.text


NAMES = sorted(
    {name for _, name in documented()} | {"Dial", "DialCallStatus", "Digits", "From", "Tries"}
)
VALUES = st.sampled_from(
    ["", "true", "2025550123", "client:ann", "busy", "https://a.example/b", "http://", "0"]
) | st.text(max_size=20)
PAIRS = st.lists(
    st.tuples(
        st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(["", "[]", "[1]", "[ü\0]"])),
        VALUES,
    ),
    max_size=8,
)
# The children that Twilio allows in each element of these answers.
NOUNS = {
    "Response": {"Dial", "Gather", "Hangup", "Play", "Record", "Redirect", "Say", "Sms"},
    "Gather": {"Play", "Say"},
    "Dial": {"Client", "Number", "Conference"},
}


def check(document: str) -> None:
    """Check that Twilio would play a document without a warning."""
    root = ElementTree.fromstring(document)  # noqa: S314 - our own text
    assert root.tag == "Response"
    for element in root.iter():
        assert {child.tag for child in element} <= NOUNS.get(element.tag, set())
        for name in {"numDigits", "timeout"} & {*element.attrib}:
            assert int(element.attrib[name]) > 0
        for name in {"action", "url", "waitUrl", "recordingStatusCallback"} & {*element.attrib}:
            assert re.fullmatch("[!-~]+", element.attrib[name])
        if element.tag == "Dial":
            assert element.text or 0 < len(element) <= 10


# TwimlEcho returns its input.
@given(st.sampled_from(sorted({*TWIMLETS} - {"TwimlEcho"})), PAIRS, PAIRS)
def test_any_parameters_give_a_document_or_a_redirect(name: str, query: Pairs, form: Pairs) -> None:
    answer = TWIMLETS[name](received(query, form))

    if isinstance(answer, Redirection):
        assert re.fullmatch(r"(?i)https?://[!-~]+", answer.location)
    else:
        check(str(answer))
