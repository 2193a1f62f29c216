"""The Idempotency-Key header: valid keys, and when two requests are the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequestError
from shared.http.idempotency import HEADER, MAX_KEY_CHARS, CheckedRequest, Key
from shared.sending.text import TextMessage
from shared.sending.timing import MessageTiming

TEXT = TextMessage(to="+12025550123", body="Hello")


def key(
    header: str | None, message: CheckedRequest = TEXT, function: str = "SendSms"
) -> Key | None:
    headers = {} if header is None else {HEADER: header}
    request = func.HttpRequest("POST", "/api/SendSms", headers=headers, body=b"")
    return Key.of_request(request, function, message)


def fingerprint(message: CheckedRequest, header: str = "a", function: str = "SendSms") -> str:
    found = key(header, message, function)
    assert found is not None
    return found.fingerprint


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ('"order-17"', "order-17"),
        ("order-17", "order-17"),
        (" order 17; a=b ", "order 17; a=b"),
        (r'"a \"b\" \\ c, d"', r'a "b" \ c, d'),
        ("k" * MAX_KEY_CHARS, "k" * MAX_KEY_CHARS),
    ],
)
def test_a_key_can_be_quoted(header: str, text: str) -> None:
    found = key(header)

    assert found is not None
    assert found.text == text


def test_without_the_header_there_is_no_key() -> None:
    assert key(None) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "  ",
        '""',
        '" "',
        "k" * (MAX_KEY_CHARS + 1),
        '"' + "k" * (MAX_KEY_CHARS + 1) + '"',
        '"open',
        'open"',
        r'"a\b"',
        '"a"b"',
        '"a", "b"',
        "a, b",
        "a,b",
        "é",
        '"é"',
        "a\tb",
        "a\x00",
    ],
)
def test_a_malformed_key_is_refused_and_not_logged(header: str) -> None:
    with pytest.raises(InvalidRequestError, match="1 to 255 printable ASCII") as caught:
        key(header)

    assert caught.value.field == HEADER
    assert caught.value.log_text == f"field {HEADER}"


@given(st.text(max_size=30))
def test_any_header_is_read_or_refused(header: str) -> None:
    try:
        found = key(header)
    except InvalidRequestError:
        return
    assert found is not None
    assert found.text.isascii()
    assert found.text.isprintable()


def test_the_same_request_has_the_same_fingerprint() -> None:
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    in_berlin = noon.astimezone(timezone(timedelta(hours=1)))
    messages = [
        TextMessage(to="+12025550123", body="Hi", timing=MessageTiming(send_at=at))
        for at in (noon, in_berlin)
    ]

    assert fingerprint(messages[0]) == fingerprint(messages[1])


@pytest.mark.parametrize(
    "other",
    [
        TextMessage(to="+12025550124", body="Hello"),
        TextMessage(to="+12025550123", body="Hello!"),
        TextMessage(to="+12025550123", body="Hello", sender="+12025550100"),
        TextMessage(to="+12025550123", body="Hello", media_urls=("https://a.example/1",)),
        TextMessage(to="+12025550123", body="Hello", timing=MessageTiming(validity_s=60)),
    ],
)
def test_another_request_has_another_fingerprint(other: TextMessage) -> None:
    assert fingerprint(TEXT) != fingerprint(other)


def test_an_unused_new_input_does_not_change_the_fingerprint() -> None:
    @dataclass(frozen=True)
    class Request:
        to: str

    @dataclass(frozen=True)
    class RequestOfNewVersion(Request):
        subject: str | None = None

    assert fingerprint(Request("+12025550123")) == fingerprint(RequestOfNewVersion("+12025550123"))


def test_key_and_function_are_part_of_the_fingerprint() -> None:
    assert len({fingerprint(TEXT), fingerprint(TEXT, "b"), fingerprint(TEXT, "a", "Other")}) == 3


def test_callers_cannot_use_an_events_key() -> None:
    event = Key.of_event("OnRecording", "RE1", "+12025550124")

    with pytest.raises(InvalidRequestError):
        key(event.text)
