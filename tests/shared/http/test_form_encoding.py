"""Parsing forms and queries like urllib, in linear time."""

import contextlib
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.form_encoding import MAX_LONE_SIGNS, percent_decoded, read_pairs
from tests.cost.growth import excess

# Valid and invalid pieces of forms, tested in all combinations.
PIECES = ["%41", "%e9", "%C3%BC", "%F0%9F%98%80", "%3D", "%26", "%25", "%2B", "%0A", "%00", "%FF"]
ODD = [
    "%",
    "%%",
    "%4",
    "%zz",
    "%=",
    "=",
    "==",
    "&",
    "+",
    "\n",
    "\r",
    "\r\n",
    "a",
    "3D",
    "ü",
    "_",
    " ",
]
WRITTEN = st.lists(st.sampled_from([*PIECES, *ODD])).map("".join)


def lenient(text: str) -> list[tuple[str, str]]:
    return read_pairs(text, max_fields=1000, errors="replace")


@given(WRITTEN | st.text(st.characters(codec="utf-8")))
def test_a_form_is_read_as_urllib_reads_it(text: str) -> None:
    assert lenient(text) == parse_qsl(text, keep_blank_values=True, errors="replace")


@given(st.binary())
def test_invalid_bytes_are_kept_on_request(body: bytes) -> None:
    encoded = urlencode([("a", body)])

    assert read_pairs(encoded, max_fields=1, errors="surrogateescape") == [
        ("a", body.decode("utf-8", "surrogateescape"))
    ]


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_strict_parsing_round_trips(pairs: list[tuple[str, str]]) -> None:
    encoded = urlencode(pairs, errors="replace")
    expected = parse_qsl(encoded, keep_blank_values=True, strict_parsing=True)

    assert read_pairs(encoded, max_fields=len(pairs), errors="replace", strict=True) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a", "a=1&", "&a=1", "a=1&&b=2", "a=%", "a=%4", "a=%zz", "%=1", "a=%\n", "a=%\rbcd\n%z"],
)
def test_strict_parsing_rejects_other_encodings(text: str) -> None:
    with pytest.raises(ValueError, match=r"`=`|`%`"):
        read_pairs(text, max_fields=10, errors="replace", strict=True)


@given(st.binary() | WRITTEN.map(str.encode))
def test_bytes_are_decoded_like_urllib_or_rejected(encoded: bytes) -> None:
    lone = [part for part in encoded.split(b"%")[1:] if not is_hexadecimal(part[:2])]
    if lone:
        with pytest.raises(ValueError, match="`%`"):
            percent_decoded(encoded)
    else:
        assert percent_decoded(encoded) == unquote_to_bytes(encoded)


def is_hexadecimal(digits: bytes) -> bool:
    return len(digits) == 2 and all(digit in b"0123456789abcdefABCDEF" for digit in digits)


def test_too_many_fields_or_lone_percent_signs_are_refused() -> None:
    assert len(read_pairs("a=1&b=2", max_fields=2, errors="replace")) == 2
    with pytest.raises(ValueError, match="more than 2 fields"):
        read_pairs("a=1&b=2&c", max_fields=2, errors="replace")

    assert lenient("%" * MAX_LONE_SIGNS) == [("%" * MAX_LONE_SIGNS, "")]
    with pytest.raises(ValueError, match="`%`"):
        lenient("%" * (MAX_LONE_SIGNS + 1))


@pytest.mark.parametrize("piece", [*PIECES, *ODD])
def test_the_time_is_linear(piece: str) -> None:
    def read(length: int) -> None:
        with contextlib.suppress(ValueError):
            read_pairs(piece * length, max_fields=10**9, errors="replace")

    assert excess(lambda length: lambda: read(length), 1_000, 8_000) == ""
