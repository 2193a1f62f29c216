"""Inputs as JSON, as a form and in the query, well-formed or not."""

import json
from urllib.parse import quote

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequestError, UnknownFieldError
from shared.http.inputs import Inputs, read_inputs
from shared.http.request_parts import FORM_TYPE

NAMES = ("to", "body", "media_url")


def read(
    body: bytes | str = b"", content_type: str | None = "application/json", query: str = ""
) -> Inputs:
    data = body.encode() if isinstance(body, str) else body
    headers = {} if content_type is None else {"Content-Type": content_type}
    request = func.HttpRequest(
        "POST", f"https://app.example/api/SendSms{query}", headers=headers, body=data
    )
    return read_inputs(request, *NAMES)


def refusal(
    body: bytes | str, content_type: str | None = "application/json"
) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as caught:
        read(body, content_type).text("to")
    return caught.value


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", FORM_TYPE, "text/plain", "", None],
)
def test_a_body_that_begins_with_a_brace_is_json(content_type: str | None) -> None:
    inputs = read('  {"to": "+12025550123"}', content_type)

    assert inputs.text("to") == "+12025550123"


@pytest.mark.parametrize("content_type", [FORM_TYPE, f"{FORM_TYPE}; charset=UTF-8", "", None])
def test_any_other_body_is_a_form(content_type: str | None) -> None:
    inputs = read("to=%2B12025550123&body=a+b%26c", content_type)

    assert inputs.text("to") == "+12025550123"
    assert inputs.text("body") == "a b&c"


def test_without_a_body_the_query_is_read_except_the_hosts_parameters() -> None:
    inputs = read(query="?code=key%3D%3D&clientId=default&to=%2B12025550123&body=")

    assert inputs.values == {"to": ["+12025550123"], "body": [""]}


def test_with_a_body_the_hosts_parameters_are_ignored() -> None:
    inputs = read('{"to": "1"}', query="?Code=key&clientid=default")

    assert inputs.values == {"to": "1"}


def test_a_leading_space_of_a_number_becomes_a_plus() -> None:
    assert read("to=+49 30 123456", FORM_TYPE).number("to") == "+49 30 123456"
    assert read(query="?to=+4930123456").number("to") == "+4930123456"
    assert read('{"to": " 202 555 0123"}').number("to") == " 202 555 0123"


def test_other_spaces_in_a_form_stay_spaces() -> None:
    assert read("body=+hi", FORM_TYPE).text("body") == " hi"


def test_a_list_can_have_several_texts() -> None:
    assert read('{"media_url": ["a", "b"]}').texts("media_url") == ("a", "b")
    assert read("media_url=a&media_url=b", FORM_TYPE).texts("media_url") == ("a", "b")
    assert read('{"media_url": "a"}').texts("media_url") == ("a",)


def test_null_means_not_given() -> None:
    assert read('{"to": null}').text("to") is None


@pytest.mark.parametrize("value", ["12", "1.5", "true", "{}", "[]", '["+12025550123"]', "NaN"])
def test_another_json_type_is_refused_by_field(value: str) -> None:
    assert refusal(f'{{"to": {value}}}').field == "to"


def test_a_number_of_5000_digits_is_refused_by_field() -> None:
    assert refusal(f'{{"to": {"9" * 5000}}}').field == "to"


@pytest.mark.parametrize("value", ['"\\ud800"', '"a\\u0000b"'])
def test_text_that_cannot_be_sent_is_refused_by_field(value: str) -> None:
    assert refusal(f'{{"to": {value}}}').field == "to"


@pytest.mark.parametrize("value", [b"%FF", b"\xff", b"%ED%A0%80", b"%00"])
def test_a_form_value_that_is_not_text_is_refused_by_field(value: bytes) -> None:
    assert refusal(b"to=" + value, FORM_TYPE).field == "to"


def test_deep_nesting_is_refused_by_field() -> None:
    assert refusal('{"body": "x", "to": ' + "[" * 70_000).field == "to"


def test_deep_nesting_outside_a_field_is_refused() -> None:
    assert "nested" in refusal("[" * 70_000).detail


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"to": }', b'"to"', b"[]", b"12", b"{\xff}", "{}".encode("utf-16"), b"{'to': 1}"],
)
def test_a_body_that_is_not_a_json_object_is_refused(body: bytes) -> None:
    assert refusal(body).status == 400


def test_a_byte_order_mark_is_ignored() -> None:
    assert read(b'\xef\xbb\xbf{"to": "1"}').text("to") == "1"


@pytest.mark.parametrize(
    ("body", "field"), [('{"To": "1"}', "To"), ('{"to": "1", "text": "x"}', "text")]
)
def test_an_unknown_field_is_refused_by_name(body: str, field: str) -> None:
    with pytest.raises(UnknownFieldError) as caught:
        read(body)

    assert caught.value.field == field


def test_an_unknown_fields_name_is_not_logged() -> None:
    with pytest.raises(UnknownFieldError) as caught:
        read('{"+12025550123": "x"}')

    assert caught.value.log_text == ""


def test_a_repeated_field_is_refused_by_name() -> None:
    assert refusal("to=1&to=2", FORM_TYPE).field == "to"


def test_no_input_at_all_mentions_content_length() -> None:
    with pytest.raises(InvalidRequestError, match="Content-Length") as caught:
        read()

    assert caught.value.field == "to"


def test_other_content_types_are_refused() -> None:
    assert "multipart/form-data" in refusal(b"--x", "multipart/form-data; boundary=x").detail


def test_too_many_fields_are_refused() -> None:
    assert "1000" in refusal("a&" * 2000, FORM_TYPE).detail


def texts_or_refusal(body: bytes, content_type: str) -> list[str | None] | int:
    try:
        inputs = read(body, content_type)
        return [inputs.text(name) for name in ("to", "body")]
    except InvalidRequestError as error:
        return error.status


@given(st.binary(), st.sampled_from(["application/json", FORM_TYPE, "text/plain", ""]))
def test_any_body_is_read_or_refused(body: bytes, content_type: str) -> None:
    outcome = texts_or_refusal(body, content_type)

    assert isinstance(outcome, list) or outcome == 400


@given(st.dictionaries(st.sampled_from(["to", "body"]), st.text(), min_size=1))
def test_written_values_are_read_back(values: dict[str, str]) -> None:
    form = "&".join(f"{name}={quote(value)}" for name, value in values.items())
    usable = not any("\0" in value for value in values.values())

    for inputs in (read(json.dumps(values)), read(form, FORM_TYPE)):
        if usable:
            assert {name: inputs.text(name) for name in values} == values
