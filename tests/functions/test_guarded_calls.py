"""What a call may contact, and what counts: in its URL, its document, and the app's Twimlets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import azure.functions as func
import pytest

import PlaceCall
from shared import clients
from shared.clock import SystemClock
from shared.errors import InvalidRequestError
from shared.guard_errors import NotAllowedError
from shared.guards.destinations import Destinations
from shared.guards.documents import Reach
from shared.guards.url_follower import UrlFollower
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

APP, CALLED, OFFICE, SHOP = "https://app.example", "+12025550123", "+12025550124", "+12025550125"
ABROAD = "+442079460018"
Answer = tuple[int, dict[str, Any]]
Place = Callable[..., Answer]


class CountingLedger(MemoryLedger):
    """A ledger in memory that counts requests."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    async def insert(self, row: Row) -> Row:
        self.requests += 1
        return await super().insert(row)

    async def read(self, kind: str, name: str) -> Row | None:
        self.requests += 1
        return await super().read(kind, name)

    async def replace(self, row: Row) -> Row:
        self.requests += 1
        return await super().replace(row)


@pytest.fixture
def ledger() -> CountingLedger:
    return CountingLedger()


@pytest.fixture
def place(values: dict[str, str], ledger: CountingLedger) -> Iterator[Place]:
    """Places a call in an app with additional settings; returns the status and answer."""

    @cache
    def app(*settings: tuple[str, str]) -> clients.Clients:
        return clients.Clients({**values, **dict(settings)}, SystemClock(), ledger)

    def ask(inputs: dict[str, str], to: str = CALLED, **settings: str) -> Answer:
        clients.reset(app(*settings.items()))
        body = json.dumps({"to": to, **inputs}).encode()
        request = func.HttpRequest("POST", f"{APP}/api/PlaceCall", body=body)
        response = asyncio.run(PlaceCall.main(request))
        return response.status_code, json.loads(response.get_body())

    yield ask
    clients.reset()


def url(name: str, *parameters: tuple[str, str]) -> dict[str, str]:
    return {"url": f"{APP}/api/{name}?{urlencode(parameters)}"}


def inside(content: str) -> dict[str, str]:
    return {"twiml": f"<Response>{content}</Response>"}


HIDDEN = "https://app.example/api/TwimlForward?PhoneNumber=%2B12025550124&{}={}"


@pytest.mark.parametrize("parameter", ["FailUrl", "Options%5B1%5D", "Music", "Track", "a", "Name"])
@pytest.mark.parametrize(
    "hidden", ["%00", "%08", "%0B", "%1F", "%EF%BF%BE", "%2500", "%252500", "%E2%80%8B", "%7F"]
)
@pytest.mark.parametrize(
    "address", ["https:/{}/evil.example/x", "Twiml{}Echo?Twiml=%3CResponse/%3E"]
)
def test_characters_that_a_twimlet_skips_do_not_hide_a_url(
    place: Place, twilio: FakeTwilio, parameter: str, hidden: str, address: str
) -> None:
    status, problem = place({"url": HIDDEN.format(parameter, address.format(hidden))})

    assert (status, problem["field"], twilio.requests) == (400, "url", [])


WORDS = [
    *(
        "One line\nand another\tone",
        "C'est fini\u00a0!",
        "\u200f\u05e9\u05dc\u05d5\u05dd",
        "soft\u00adly",
    ),
    *(
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "100% sure, 50%",
        "%00",
        "http: is a word",
        "TwimlEcho?",
    ),
    *("See https://shop.example/a or //shop.example", "https:/\n/shop.example"),
]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_spoken_words_can_be_anything(place: Place, words: str, levels: int) -> None:
    address = f"TwimlMessage?{urlencode([('Message[]', words)])}"
    for _ in range(levels - 1):
        address = f"TwimlMenu?{urlencode([('Message', words), ('Options[1]', address)])}"

    assert place({"url": f"{APP}/api/{address}"})[0] == 201
    assert place(inside(f"<Redirect>{escape(address)}</Redirect>"))[0] == 201


@pytest.mark.parametrize("spoiled", ["a%00b", "https:/%08/evil.example", "%EF%BF%BE", "H%F6he"])
def test_unspeakable_words_are_refused(place: Place, spoiled: str) -> None:
    status, problem = place({"url": f"{APP}/api/TwimlMessage?Message={spoiled}"})

    assert (status, problem["field"]) == (400, "url")


@pytest.mark.parametrize("message", ["https://evil.example/a.mp3", "%20HTTPS://evil.example/"])
def test_a_message_that_is_a_url_is_checked_as_a_url(place: Place, message: str) -> None:
    for name in ("TwimlMessage", "TwimlForward"):  # the second one does not use it
        assert place({"url": f"{APP}/api/{name}?Message={message}"})[0] == 403


@pytest.mark.parametrize(
    "inputs",
    [
        {"url": "https://evil.example/twiml"},
        {"url": "https://app.example:8443/api/TwimlHello"},
        {"url": "https://bot.example.com:8443/"},
        {"url": "https://bot.example.com/?then=https://evil.example"},
        inside("<Redirect>https://evil.example/twiml</Redirect>"),
        inside("<Redirect>https:/<x/>/evil.example</Redirect>"),
        inside("<Redirect>https:/<!-- -->/evil.example</Redirect>"),
        inside("<Redirect>https:/&#10;/evil.example</Redirect>"),
        inside("<Redirect>TwimlForward?FailUrl=https:/%00/evil.example</Redirect>"),
        inside("<Redirect>https://evil.example\\@app.example/api/TwimlHello</Redirect>"),
        inside("<Dial><Number url='//evil.example'>+12025550124</Number></Dial>"),
        inside("<Connect><Stream url='wss://evil.example/'/></Connect>"),
        inside("<Gather xml:base='https://evil.example/'/><Redirect>TwimlHello</Redirect>"),
        inside("<Redirect>TwimlMessage?Message=https:/&#10;/evil.example/a.mp3</Redirect>"),
        inside("<Gather action='TwimlMessage?Message=https:/&#9;/evil.example/a.mp3'/>"),
        {"url": f"{APP}/api/TwimlForward.?PhoneNumber=%2B442079460018"},
        inside("<Start><Siprec statusCallback='https://evil.example/'/></Start>"),
        inside("<Redirect>TwimlReply?Message=Hello</Redirect>"),
        inside("<Redirect>TwimlEcho?Twiml=a</Redirect>"),
        inside("<Redirect>SendSms?code=key&amp;to=%2B12025550124</Redirect>"),
    ],
)
def test_a_call_continues_at_allowed_hosts_only(
    place: Place, twilio: FakeTwilio, inputs: dict[str, str]
) -> None:
    status, problem = place(inputs, ALLOWED_TWIML_HOSTS="bot.example.com")

    assert status in (400, 403)
    assert (problem["field"], twilio.requests) == (next(iter(inputs)), [])


@pytest.mark.parametrize(
    "element",
    [
        "<Gather {}/>",
        "<Record {}/>",
        "<Dial {}>+12025550124</Dial>",
        "<Dial><Conference {}>a</Conference></Dial>",
        "<Dial><Number {}>+12025550124</Number></Dial>",
        "<Enqueue {}>a</Enqueue>",
        "<Sms {}>a</Sms>",
        "<New {}/>",
    ],
)
@pytest.mark.parametrize(
    "attribute",
    [
        *("action", "url", "waitUrl", "referUrl", "eventCallbackUrl", "statusCallbackUrl"),
        *("statusCallback", "recordingStatusCallback", "transcribeCallback"),
        *("partialResultCallback", "amdStatusCallback", "clientNotificationUrl"),
    ],
)
def test_every_url_in_a_document_is_checked_against_the_allowed_hosts(
    place: Place, element: str, attribute: str
) -> None:
    def placed(address: str) -> int:
        document = inside(element.format(f"{attribute}='{address}'"))
        return place(document, ALLOWED_TWIML_HOSTS="bot.example.com:8443")[0]

    assert placed("https://evil.example/") == 403
    assert placed("https://bot.example.com/") == 403
    assert placed("https://bot.example.com:8443/a?b") == 201
    assert placed("OnRecording#rc=2") == 201


@pytest.mark.parametrize(
    "inputs",
    [
        url("TwimlMessage", ("Message", "Hello, 100% of you: https is fine"), ("Message", "2+2")),
        url(
            "TwimlMenu", ("Options[1]", "TwimlVoicemail?Notify=%2B12025550124"), ("Message", "a/b")
        ),
        url("TwimlForward", ("PhoneNumber", OFFICE), ("FailUrl", f"{APP}/api/TwimlHello")),
        url("TwimlOpeningHours", ("Day", "Monday")),
        {"url": f"{APP}/api/TwimlMessage?Message=Gr%C3%BC%C3%9Fe%20%E2%9C%94"},
        {"url": f"{APP}/API/twimlhello/"},
        inside("<Redirect><![CDATA[TwimlMenu?Message=a&Options[1]=TwimlHello]]></Redirect>"),
        inside("<Play>https://example.com/a.mp3</Play>"),
        inside("<Dial><Client>a</Client><Queue url='TwimlHello'>a</Queue></Dial>"),
        inside("<Record recordingStatusCallback='OnRecording?Notify=%2B12025550124'/>"),
    ],
)
def test_ordinary_calls_pass(place: Place, inputs: dict[str, str]) -> None:
    assert place(inputs)[0] == 201


@pytest.mark.parametrize("fact", ["From", "Caller", "OptOutType", "Digits", "DialCallStatus"])
def test_a_url_of_the_app_cannot_contain_twilios_fields(place: Place, fact: str) -> None:
    one_more = quote(f"TwimlConference?{fact}=a")
    for inputs in (
        url("TwimlConference", ("Name", "a"), (fact, "a")),
        url("TwimlOpeningHours", (fact, "a")),
        {"url": f"{APP}/api/TwimlMenu?Options%5B1%5D={one_more}"},
        inside(f"<Redirect method='GET'>{APP}/api/TwimlConference?{fact}=a</Redirect>"),
        inside(f"<Record recordingStatusCallback='OnRecording?{fact}=a'/>"),
    ):
        status, problem = place(inputs, ALLOWED_TWIML_HOSTS="*" if fact == "From" else "")

        assert (status, problem["field"]) == (400, next(iter(inputs)))
        assert f"{fact} in the query" in problem["detail"]


MODERATORS = [(f"Moderators[{n}]", f"+1202555013{n}") for n in range(10)]
PHONES = [(f"PhoneNumbers[{n}]", f"+1202555013{n}") for n in range(10)]
NOTIFY = ("EnableSmsNotifications", "1")


@pytest.mark.parametrize(
    ("inputs", "calls", "segments"),
    [
        ({}, 1, 0),
        (url("TwimlConference", NOTIFY, *MODERATORS), 1, 10),
        (url("TwimlConference", *MODERATORS), 1, 0),
        (url("TwimlSimulring", *PHONES), 11, 0),
        (url("TwimlSimulring", *PHONES, ("PhoneNumbers[]", OFFICE)), 11, 0),
        (
            url("TwimlFindMe", *PHONES[:3], ("FailUrl", f"TwimlForward?PhoneNumber={OFFICE[1:]}")),
            5,
            0,
        ),
        (url("TwimlMenu", ("Options[1]", "TwimlCallMe?PhoneNumber=202-555-0124")), 2, 0),
        (url("TwimlVoicemail", ("Notify", OFFICE)), 1, 0),
        (inside(f"<Dial>{OFFICE}</Dial>"), 2, 0),
        (inside(f"<Dial><Number>{OFFICE}</Number><Client>a</Client></Dial>"), 3, 0),
        (inside("<Dial><Queue>a</Queue></Dial><Dial><Conference>a</Conference></Dial>"), 1, 0),
        (inside("<Dial><New>a</New></Dial>"), 2, 0),
        (inside(f'<Sms to="{OFFICE}">Hello</Sms>' * 100), 1, 100),
        (inside(f"<Sms>Hello</Sms><Sms to=' '>{'a' * 161}</Sms>"), 1, 3),
        (inside("<Redirect>TwimlForward?PhoneNumber=2025550124</Redirect>"), 2, 0),
        (inside("<Gather action='TwimlForward?PhoneNumber=2025550124'/>"), 2, 0),
    ],
)
def test_calls_and_texts_caused_by_a_call_count_for_the_day(
    place: Place,
    ledger: CountingLedger,
    twilio: FakeTwilio,
    inputs: dict[str, str],
    calls: int,
    segments: int,
) -> None:
    enough = {"DAILY_CALL_LIMIT": str(calls), "DAILY_SEGMENT_LIMIT": str(segments or 1)}
    fewer = [
        {**enough, "DAILY_CALL_LIMIT": str(calls - 1)} if calls > 1 else None,
        {**enough, "DAILY_SEGMENT_LIMIT": str(segments - 1)} if segments > 1 else None,
    ]
    for settings in filter(None, fewer):
        assert place(inputs, **settings)[0] == 403
    assert twilio.requests == []
    assert [place(inputs, **enough)[0], place({}, **enough)[0]] == [201, 429]


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        (url("TwimlSimulring", *PHONES), "url"),
        (url("TwimlConference", NOTIFY, *MODERATORS), "url"),
        (inside("<Dial>+12025550139</Dial>"), "twiml"),
        (inside("<Sms to='+12025550139'>Hello</Sms>"), "twiml"),
    ],
)
def test_each_number_contacted_by_a_call_counts_separately(
    place: Place, twilio: FakeTwilio, inputs: dict[str, str], field: str
) -> None:
    once = {"RECIPIENT_LIMIT": "1"}

    assert place(inputs, **once)[0] == 201
    status, problem = place(inputs, "+12025550124", **once)
    assert (status, problem["field"]) == (429, field)
    assert "+1" not in problem["detail"]
    # Refused because of one number, it used none of the others' limits.
    assert place({}, "+12025550124", **once)[0] == 201
    assert place({}, "+12025550139", **once)[0] == 429


@pytest.mark.parametrize(
    ("written", "other"),
    [(ABROAD, "+4402079460018"), (OFFICE, "+112025550124"), ("+4915112345678", "+49015112345678")],
)
def test_all_formats_of_a_number_are_one_recipient(place: Place, written: str, other: str) -> None:
    settings = {"RECIPIENT_LIMIT": "1", "ALLOWED_COUNTRIES": "US,GB,DE"}

    assert place(inside(f"<Dial>{written}</Dial>"), **settings)[0] == 201
    for inputs in (inside(f"<Dial>{other}</Dial>"), url("TwimlForward", ("PhoneNumber", other))):
        assert place(inputs, SHOP, **settings)[0] == 429


@pytest.mark.parametrize(
    "inputs", [url("TwimlSimulring", *PHONES), url("TwimlConference", NOTIFY, *MODERATORS)]
)
def test_a_call_that_twilio_refuses_returns_all_its_units(
    place: Place, twilio: FakeTwilio, inputs: dict[str, str]
) -> None:
    limits = {"RECIPIENT_LIMIT": "1", "DAILY_CALL_LIMIT": "11", "DAILY_SEGMENT_LIMIT": "10"}
    twilio.answer(400, {"code": 20001, "message": "Refused", "status": 400})

    refused, placed, again = (place(inputs, **limits)[0] for _ in range(3))

    assert (refused >= 400, placed, again) == (True, 201, 429)
    assert len(twilio.requests) == 2


def test_a_call_refused_for_its_texts_uses_no_call(place: Place) -> None:
    limits = {"DAILY_CALL_LIMIT": "2", "DAILY_SEGMENT_LIMIT": "10"}
    conference = url("TwimlConference", NOTIFY, *MODERATORS)

    statuses = [place(each, **limits)[0] for each in (inside("<Sms>a</Sms>"), conference, {}, {})]

    assert statuses == [201, 429, 201, 429]


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        (url("TwimlForward", ("PhoneNumber", ABROAD)), "url"),
        (url("TwimlMenu", ("Options[1]", f"TwimlForward?PhoneNumber={quote(ABROAD)}")), "url"),
        (url("TwimlConference", NOTIFY, ("Moderators", ABROAD)), "url"),
        (inside(f"<Redirect>TwimlForward?PhoneNumber={quote(ABROAD)}</Redirect>"), "twiml"),
        (inside(f"<Dial>{ABROAD}</Dial>"), "twiml"),
    ],
)
def test_a_forbidden_number_is_refused_at_any_step_of_a_call(
    place: Place, inputs: dict[str, str], field: str
) -> None:
    status, problem = place(inputs)

    assert (status, problem["field"]) == (403, field)
    assert f"`{field}` contacts is in the United Kingdom" in problem["detail"]
    assert place(inputs, ALLOWED_COUNTRIES="US,GB")[0] == 201


def test_many_numbers_need_one_or_two_ledger_requests_each(
    place: Place, ledger: CountingLedger
) -> None:
    limits = {"RECIPIENT_LIMIT": "9"}
    place({}, **limits)
    plain, ledger.requests = ledger.requests, 0
    place(url("TwimlSimulring", *PHONES), "+12025550140", **limits)

    # Read the live settings; read and write the rows of the day and of the number.
    assert plain == 5
    assert ledger.requests == 2 + 2 * 11


def test_a_repeated_number_needs_no_more_ledger_requests(
    place: Place, ledger: CountingLedger
) -> None:
    place(inside(f'<Sms to="{OFFICE}">Hello</Sms>' * 100), RECIPIENT_LIMIT="100")

    assert ledger.requests <= 4 + 2 * 2 + 1


LONG: dict[str, Callable[[int], str]] = {
    "escapes": lambda n: "TwimlForward?FailUrl=" + "%2525252541" * (n // 11),
    "levels": lambda n: "TwimlForward?FailUrl=" + ("%" + "25" * 20 + "41") * (n // 43),
    "steps": lambda n: "TwimlForward?FailUrl=" * (n // 21),
    "fields": lambda n: "TwimlMenu?" + "&".join(["Options[1]=a"] * (n // 13)),
    "names": lambda n: "TwimlMenu?" + "a=b&" * (n // 4),
    "slashes": lambda n: "a/" * (n // 2) + "TwimlHello",
    "signs": lambda n: "TwimlHello?a=" + "@:" * (n // 2),
    "hosts": lambda n: "TwimlHello?a=" + "//app.example/" * (n // 14),
    "brackets": lambda n: "TwimlMenu?" + "Options[" * (n // 8),
}


@pytest.mark.parametrize("shape", LONG)
def test_checking_a_url_takes_linear_time(app: clients.Clients, shape: str) -> None:
    follower = UrlFollower(app.twiml_hosts, Destinations(app.settings))

    def seconds(length: int) -> float:
        reach = Reach("url", addresses=(f"{APP}/api/{LONG[shape](length)}",))
        begun = time.process_time()
        for _ in range(20):
            with contextlib.suppress(InvalidRequestError, NotAllowedError):
                follower.follow(reach)
        return time.process_time() - begun

    short, long = (min(seconds(length) for _ in range(5)) for length in (2000, 8000))
    assert long < 10 * short + 0.02  # linear time is a factor of 4, quadratic 16
