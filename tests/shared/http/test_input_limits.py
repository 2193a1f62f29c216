"""Malicious inputs, and inputs that could be silently ignored."""

from urllib.parse import urlencode

import azure.functions as func
import pytest

from shared.config.settings import Settings
from shared.errors import InvalidRequestError, UnknownFieldError
from shared.http.inputs import Inputs, read_inputs
from shared.http.request_parts import FORM_TYPE, MAX_BODY_BYTES
from shared.sending.calls import CallRequest

NAMES = ("to", "body", "media_url")
NUMBER = "12025550199"


def read(body: bytes, content_type: str = FORM_TYPE, query: str = "") -> Inputs:
    request = func.HttpRequest(
        "POST",
        f"https://app.example/api/SendSms{query}",
        headers={"Content-Type": content_type},
        body=body,
    )
    return read_inputs(request, *NAMES)


def refusal(body: bytes, content_type: str = FORM_TYPE, query: str = "") -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as caught:
        read(body, content_type, query).texts("to")
    return caught.value


@pytest.mark.parametrize("twiml", ["<!---->" * 500, "<!-- -->" * 500, "<?xml" + "?" * 3900])
def test_a_document_without_a_response_is_refused_in_one_pass(twiml: str) -> None:
    inputs = Inputs({"to": "+12025550123", "twiml": twiml})

    with pytest.raises(InvalidRequestError) as caught:
        CallRequest.from_inputs(inputs, Settings())
    assert caught.value.field == "twiml"


def test_many_comments_before_a_response_are_accepted() -> None:
    twiml = "<!-- a --> <!---->\n" * 100 + "<Response/>"
    inputs = Inputs({"to": "+12025550123", "twiml": twiml})

    assert CallRequest.from_inputs(inputs, Settings()).twiml == twiml


@pytest.mark.parametrize("name", [NUMBER, f"To {NUMBER}", "Body"])
def test_only_known_names_of_nested_values_are_reported(name: str) -> None:
    error = refusal(f'{{"{name}": '.encode() + b"[" * 70_000)

    assert error.field is None
    assert error.log_text == ""


@pytest.mark.parametrize(
    ("body", "query", "field"),
    [
        (b'{"to": "1"}', "?body=x", "body"),
        (b'{"to": "1"}', "?code=key&to=1", "to"),
        (b"to=1", "?media_url=", "media_url"),
    ],
)
def test_a_field_in_the_query_next_to_a_body_is_refused(
    body: bytes, query: str, field: str
) -> None:
    error = refusal(body, query=query)

    assert error.field == field
    assert "in the query" in error.detail


def test_an_unknown_field_in_the_query_next_to_a_body_is_not_logged() -> None:
    error = refusal(b'{"to": "1"}', query=f"?{NUMBER}=x")

    assert isinstance(error, UnknownFieldError)
    assert (error.field, error.log_text) == (NUMBER, "")


@pytest.mark.parametrize("query", ["", "?code=key&clientId=default", "?CODE=key&ClientID=default"])
def test_the_hosts_own_parameters_are_ignored(query: str) -> None:
    assert read(b"to=1", query=query).values == {"to": ["1"]}
    with pytest.raises(InvalidRequestError, match="no fields"):
        read(b"", query=query)


@pytest.mark.parametrize("second", ['"2"', '"1"', "null", "[]"])
def test_a_repeated_json_name_is_refused(second: str) -> None:
    error = refusal(f'{{"to": "1", "to": {second}}}'.encode())

    assert error.field == "to"
    assert "more than once" in error.detail


def test_a_repeated_unknown_json_name_is_unknown() -> None:
    assert isinstance(refusal(b'{"x": "1", "x": "2"}'), UnknownFieldError)


@pytest.mark.parametrize("body", [b'{"to": "1"}', b' {"to": "1"}', b"to=1"])
def test_a_byte_order_mark_is_ignored(body: bytes) -> None:
    assert read(b"\xef\xbb\xbf" + body).text("to") == "1"


@pytest.mark.parametrize("start", [b"to=", b'{"to": "', b'{"to": ' + b"["])
def test_a_body_that_is_too_long_is_not_read(start: bytes) -> None:
    error = refusal(start.ljust(MAX_BODY_BYTES + 1, b"1"))

    assert error.status == 413
    assert str(MAX_BODY_BYTES) in error.detail


def test_the_longest_valid_request_is_read() -> None:
    form = [("to", "1"), ("body", "\N{GRINNING FACE}" * 1600), *[("media_url", "/" * 4000)] * 10]

    assert len(read(urlencode(form).encode()).texts("media_url")) == 10
