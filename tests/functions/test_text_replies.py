"""TwimlReply: keywords, media, and texts forwarded to the owner."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode
from xml.etree import ElementTree

import pytest

import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.media.files import WantedMedia
from shared.media.links import Link

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

WRITER, OWNER = "+12025550123", "+12025550124"
LINE = "+12025550100"
MESSAGE = "MM" + "a" * 32
KEY = "0123456789" * 4
HOURS = {"Keywords[Hours]": "Nine to five", "Keywords[opening hours]": "See the door"}
FORWARD = {"Forward": OWNER}


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    return {**values, "ALLOWED_COUNTRIES": "US,DE"}


@pytest.fixture
def sent(run: Run, signed_request: SignedRequest) -> Sent:
    return Sent(run, signed_request)


@pytest.fixture
def linking(sent: Sent, values: dict[str, str]) -> Sent:
    """The same, for an app that can sign links."""
    clients.reset(clients.Clients(values | {"LINK_SIGNING_KEY": KEY}, SystemClock()))
    return sent


def media_sid(index: int) -> str:
    return f"ME{index:032}"


def media_url(index: int) -> str:
    account = f"https://api.twilio.com/2010-04-01/Accounts/AC{'0' * 32}"
    return f"{account}/Messages/{MESSAGE}/Media/{media_sid(index)}"


class Sent:
    """Returns the messages sent for a text, as (to, body, media); `to` is None for its sender."""

    def __init__(self, run: Run, signed_request: SignedRequest) -> None:
        self.run = run
        self.signed_request = signed_request

    def __call__(
        self,
        query: dict[str, str] | str,
        body: str = "Hi",
        sender: str = WRITER,
        media: int = 0,
        types: tuple[str, ...] = ("image/png",) * 10,
        url: str = "",
    ) -> list[tuple[str | None, str | None, list[str | None]]]:
        form: Form = [
            ("MessageSid", "SM1"),
            ("From", sender),
            ("To", LINE),
            ("Body", body),
            ("NumMedia", str(media)),
        ]
        for index in range(media):
            form.append((f"MediaUrl{index}", url or media_url(index)))
            form.append((f"MediaContentType{index}", types[index]))
        written = query if isinstance(query, str) else urlencode(query)
        response = self.run(
            TwimlReply.main, self.signed_request(f"/api/TwimlReply?{written}", form)
        )
        assert response.status_code == 200
        document = ElementTree.fromstring(response.get_body())  # noqa: S314 - our own
        return [
            (m.get("to"), m.findtext("Body") or m.text, [media.text for media in m.iter("Media")])
            for m in document
        ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("hours", "Nine to five"),
        ("  HOURS!\n", "Nine to five"),
        ("Hours, please", "Nine to five"),
        ("Opening  hours?", "See the door"),
        ("opening", "Good day"),
        ("your hours", "Good day"),
        ("", "Good day"),
    ],
)
def test_a_keyword_is_the_whole_text_or_its_first_word(sent: Sent, body: str, text: str) -> None:
    assert sent(HOURS | {"Message": "Good day"}, body) == [(None, text, [])]


KEYWORDS = {
    "Caf\u00e9": "Coffee",
    "I'm in": "Great",
    "check-in": "Welcome",
    "\u201cYes\u201d": "Sure",
    "\u2764\ufe0f": "Love",
    "#": "Hash",
    "*": "Star",
    "1": "One",
    "#2": "Two",
}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("\u201cHours\u201d", "Nine to five"),
        ("\u2018hours\u2019", "Nine to five"),
        ("\u201c hours please", "Nine to five"),
        ("(hours)", "Nine to five"),
        ("[Hours]", "Nine to five"),
        ("<hours>", "Nine to five"),
        ("#hours", "Nine to five"),
        ("*hours*", "Nine to five"),
        ("\u200bhours\u200d", "Nine to five"),
        ("\u200ehours\u200f", "Nine to five"),
        ("\u2068HOURS\u2069", "Nine to five"),
        ("ho\u00adurs", "Nine to five"),
        ("opening\u00a0hours\u2026", "See the door"),
        ("\uff28\uff4f\uff55\uff52\uff53", "Nine to five"),
        ("CAFE\u0301", "Coffee"),
        ("caf\u00e9", "Coffee"),
        ("cafe", "Good day"),
        ("I\u2019m in!", "Great"),
        ("check\u2011in", "Welcome"),
        ("check\u2013in", "Welcome"),
        ("yes", "Sure"),
        ("\u2764", "Love"),
        ("#", "Hash"),
        ("*", "Star"),
        ("(1)", "One"),
        ("1.", "One"),
        ("#1", "One"),
        ("2", "Two"),
        ("?", "Good day"),
    ],
)
def test_what_phones_add_to_a_keyword_does_not_count(sent: Sent, body: str, text: str) -> None:
    query = HOURS | {f"Keywords[{word}]": answer for word, answer in KEYWORDS.items()}

    assert sent(query | {"Message": "Good day"}, body) == [(None, text, [])]


def test_without_a_keyword_or_message_the_text_is_acknowledged(sent: Sent) -> None:
    assert sent(HOURS, "Hello") == [(None, "You wrote: Hello", [])]


def test_an_answer_can_have_media(sent: Sent) -> None:
    query = {"MediaUrl": "https://a.example/1.png", "MediaUrl[1]": "http://a.example/ü.png"}

    assert sent({"Message": "Look", **query}) == [
        (None, "Look", ["https://a.example/1.png", "http://a.example/%C3%BC.png"])
    ]
    assert sent({"Message": "", **query})[0][1] is None


def test_media_are_only_sent_with_an_answer(sent: Sent) -> None:
    query = FORWARD | {"MediaUrl": "https://a.example/1.png"}

    assert sent(query) == [(OWNER, f"From {WRITER}: Hi", [])]
    assert len(sent(query | {"Keywords[hi]": "Look"})[0][2]) == 1


def test_invalid_media_are_skipped_and_logged_without_their_url(
    sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [("MediaUrl[]", f"https://a.example/{n}") for n in range(12)]

    ((_, _, media),) = sent(urlencode([("MediaUrl", "ftp://secret"), *urls]))

    assert media == [f"https://a.example/{n}" for n in range(10)]
    assert "MediaUrl" in caplog.text
    assert "secret" not in caplog.text


def test_a_forwarded_text_has_its_sender_and_links_to_its_media(linking: Sent) -> None:
    ((owner, text, urls),) = linking(FORWARD, "Is it open?", media=2)

    assert (owner, text) == (OWNER, f"From {WRITER}: Is it open?")
    for index, url in enumerate(urls):
        address, _, query = (url or "").partition("?")
        fields = {name: values[0] for name, values in parse_qs(query).items()}
        link = Link(WantedMedia(MESSAGE, media_sid(index)), int(fields["expires"]))
        assert address == "https://app.example/api/GetSharedMedia"
        assert (fields["message"], fields["sid"]) == (MESSAGE, media_sid(index))
        assert link.is_signed(KEY, fields["signature"])
    assert len(urls) == 2
    assert linking(FORWARD, "", media=1)[0][1] == f"From {WRITER}"


def test_without_a_signing_key_twilios_urls_are_sent_apart_from_the_words(
    sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    assert sent(FORWARD, "Is it open?", media=2) == [
        (OWNER, f"From {WRITER}: Is it open?", []),
        (OWNER, None, [media_url(0), media_url(1)]),
    ]
    (line,) = (r.getMessage() for r in caplog.records if "LinkSigningKey" in r.getMessage())
    assert MESSAGE not in line


def test_files_that_are_not_shareable_are_sent_by_twilios_url(linking: Sent) -> None:
    (_, _, linked), (_, _, apart) = linking(FORWARD, media=2, types=("text/html", "image/png"))

    assert [len(linked), apart] == [1, [media_url(0)]]


@pytest.mark.parametrize(
    "url",
    [
        f"https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/SM1/Media/{'ME' + '0' * 32}",
        f"https://files.example/{'ME' + '0' * 32}",
    ],
)
def test_a_media_url_of_another_form_is_forwarded_unchanged(linking: Sent, url: str) -> None:
    _, (_, _, apart) = linking(FORWARD, media=1, url=url)

    assert apart == [url]


@pytest.mark.parametrize("query", [{"Message": "Thanks"}, {"Keywords[hi]": "Thanks"}])
def test_the_sender_gets_a_reply_and_the_owner_the_text(sent: Sent, query: dict[str, str]) -> None:
    assert sent(FORWARD | query) == [(None, "Thanks", []), (OWNER, f"From {WRITER}: Hi", [])]


@pytest.mark.parametrize("forward", [OWNER, "(202) 555-0124", "1 202 555 0124"])
def test_the_owners_own_texts_are_not_forwarded(sent: Sent, forward: str) -> None:
    assert sent({"Forward": forward}, sender=OWNER) == []
    assert sent({"Forward": forward, "Message": "Thanks"}, sender=OWNER) == [(None, "Thanks", [])]


def test_a_sender_abroad_is_not_mistaken_for_the_owner(sent: Sent) -> None:
    writer, owner = "+4785550123", "+14785550123"

    assert sent({"Forward": owner}, sender=writer) == [(owner, f"From {writer}: Hi", [])]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("Forward=+12025550124", OWNER),
        (f"Forward={quote('(202) 555-0124')}", OWNER),
        ("Forward=+49%2030%20123456", "+4930123456"),
    ],
)
def test_the_owners_number_can_be_in_any_common_format(sent: Sent, query: str, number: str) -> None:
    assert sent(query)[0][0] == number


def test_an_invalid_number_is_logged_and_the_sender_is_answered(
    sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    assert sent({"Forward": "call me at 202-555-0124"}) == [(None, "You wrote: Hi", [])]
    assert "Forward is not a phone number" in caplog.text
    assert "0124" not in caplog.text


@pytest.mark.parametrize("spelling", [LINE, "202-555-0100", "+112025550100"])
def test_a_line_that_forwards_to_itself_answers_and_logs_it(
    sent: Sent, caplog: pytest.LogCaptureFixture, spelling: str
) -> None:
    assert sent({"Forward": spelling}) == [(None, "You wrote: Hi", [])]
    assert "query parameter Forward is ignored: it is the line's own number" in caplog.text
    assert "0100" not in caplog.text


def test_a_long_text_is_forwarded_completely(linking: Sent) -> None:
    (_, first, _), (_, second, _) = linking(FORWARD, "a" * 1600, media=1)

    assert (first or "") + (second or "") == f"From {WRITER}: " + "a" * 1600


def test_a_long_text_is_forwarded_in_two_messages(sent: Sent) -> None:
    assert [number for number, _, _ in sent(FORWARD, "a" * 1600)] == [OWNER, OWNER]


def test_a_text_that_is_far_too_long_is_cut_to_two_messages(sent: Sent) -> None:
    assert [len(text or "") for _, text, _ in sent(FORWARD, "a" * 5000)] == [1600, 1600]


@pytest.mark.parametrize(
    "query", ["Keywords[", "Keywords[]=x&Keywords=y", "Forward=%00", "Forward=%FF", "MediaUrl=http"]
)
def test_an_unusual_query_is_answered(sent: Sent, query: str) -> None:
    assert len(sent(query)) == 1
