"""JSON with comments, and time spans, as .NET reads them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.app.json_file import plain_json
from local_stack.host.app.time_span import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:01", 1.0),
        ("00:05", 300.0),
        ("0:5", 300.0),
        ("01:02:03.5", 3723.5),
        ("7", 7 * 86400.0),
        ("24:00:00", 24 * 86400.0),
        ("1:02:03:04", 93784.0),
        ("1.02:03:04", 93784.0),
        (" 00:00:01 ", 1.0),
        ("-00:00:01", -1.0),
        ("-3", -3 * 86400.0),
        ("23:59:59.9999999", 86399.9999999),
        ("", None),
        ("soon", None),
        ("00:60:00", None),
        ("00:00:60", None),
        ("24:00", None),
        ("1.5", None),
        ("00:00:00.12345678", None),
        ("+00:00:01", None),
        ("00:00:01s", None),
    ],
)
def test_a_time_span_is_read_like_in_dotnet(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == (None if seconds is None else pytest.approx(seconds))


@given(
    st.integers(0, 9_999_999),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", "-"]),
)
def test_every_time_span_is_read(
    days: int, hours: int, minutes: int, seconds: int, sign: str
) -> None:
    whole = days * 86400 + hours * 3600 + minutes * 60 + seconds
    for form in ("{}.{:02}:{:02}:{:02}", "{}.{}:{}:{}", "{}.{:02}:{:02}:{:02}.0"):
        text = sign + form.format(days, hours, minutes, seconds)
        assert seconds_of(text) == (-whole if sign else whole)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
COMMENTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n")).map(
    lambda text: text.replace("*/", "")
)


@given(JSON, st.lists(COMMENTS, min_size=1), st.booleans())
def test_comments_and_trailing_commas_change_no_value(
    value: Any, comments: list[str], in_blocks: bool
) -> None:
    lines = json.dumps(value, indent=1).split("\n")
    for number, line in enumerate(lines):
        comment = comments[number % len(comments)]
        next_line = lines[number + 1].strip() if number + 1 < len(lines) else ""
        comma = "," if next_line[:1] in {"]", "}"} and line[-1] not in "[{," else ""
        lines[number] = f"{line}{comma} " + (f"/*{comment} */" if in_blocks else f"//{comment}")
    text = "\n".join(lines)

    plain = plain_json(text)

    assert json.loads(plain) == value
    assert plain.count("\n") == text.count("\n")
