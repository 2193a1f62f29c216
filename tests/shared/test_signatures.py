"""Twilio's signature: its published vectors, and that no change goes unnoticed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from shared import signatures

TOKEN = "12345"  # noqa: S105 - of Twilio's published vectors
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("Digits", "1234"),
    ("From", "+12349013030"),
    ("To", "+18005551212"),
]
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"

names = st.text(min_size=1)
fields = st.lists(st.tuples(names, st.text()))


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (URL, CALL, b"0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        (
            URL,
            [("Caller", "+14158675309"), ("From", "+14158675309")]
            + [field for field in CALL if field[0] not in ("Caller", "From")],
            b"RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        ("https://mycompany.com/myapp", CALL, b"3KI2uRuYyAdhZIJXcpU0izDUzWI="),
        ("https://example.com/myapp", CALL, b"NGAgWNhdnsLF8j385frvrQoi9sg="),
        (
            URL,
            [("Sid", "CA123"), ("SidAccount", "AC123")]
            + [("Digits", digits) for digits in ("5678", "1234", "1234")],
            b"IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_twilios_vectors(url: str, form: list[tuple[str, str]], signature: bytes) -> None:
    assert signatures.sign(TOKEN, url, form) == signature


@pytest.mark.parametrize(
    ("body", "sha256"),
    [
        (
            b'{"property": "value", "boolean": true}',
            "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
        ),
        (
            b'{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}',
            "5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9",
        ),
    ],
)
def test_twilios_vectors_of_body_hashes(body: bytes, sha256: str) -> None:
    assert signatures.is_body_hash(body, sha256)
    assert signatures.is_body_hash(body, sha256.upper())
    assert not signatures.is_body_hash(body + b" ", sha256)


@given(fields)
def test_signs_as_twilios_sdk_does(form: list[tuple[str, str]]) -> None:
    expected = RequestValidator(TOKEN).compute_signature(URL, MultiDict(form))

    assert signatures.sign(TOKEN, URL, form).decode() == expected


@given(st.permutations(CALL))
def test_the_order_of_fields_does_not_matter(form: list[tuple[str, str]]) -> None:
    assert signatures.sign(TOKEN, URL, form) == b"0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@given(st.text())
def test_any_header_is_compared_without_an_error(header: str) -> None:
    assume(header != "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")

    assert not signatures.is_signed(header, [TOKEN], URL, CALL)


@pytest.mark.parametrize("header", ["", "\udcff", "é" * 28, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=\n"])
def test_a_strange_header_does_not_match(header: str) -> None:
    assert not signatures.is_signed(header, [TOKEN], URL, CALL)


@given(st.integers(min_value=0), st.characters(codec="utf-8"))
def test_a_changed_character_of_a_value_is_noticed(position: int, character: str) -> None:
    signature = signatures.sign(TOKEN, URL, CALL).decode()
    value = CALL[0][1]
    place = position % len(value)
    changed = value[:place] + character + value[place + 1 :]
    assume(changed != value)

    assert not signatures.is_signed(signature, [TOKEN], URL, [("CallSid", changed), *CALL[1:]])


def test_a_signature_of_any_of_the_tokens_passes() -> None:
    signature = signatures.sign("next", URL, CALL).decode()

    assert signatures.is_signed(signature, ["primary", "next"], URL, CALL)
    assert not signatures.is_signed(signature, ["primary"], URL, CALL)
    assert not signatures.is_signed(signature, [], URL, CALL)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.com/a?b=c:1", "https://example.com:443/a?b=c:1"),
        ("http://example.com/a", "http://example.com:80/a"),
        ("https://example.com:8443/a", "https://example.com/a"),
        ("https://example.com?x=1:2", "https://example.com:443?x=1:2"),
        ("https://[::1]/a", "https://[::1]:443/a"),
        ("https://[::1]:8443/a", "https://[::1]/a"),
    ],
)
def test_twilio_may_sign_with_the_other_form_of_the_port(url: str, other: str) -> None:
    signature = signatures.sign(TOKEN, other, CALL).decode()

    assert signatures.with_other_port(url) == other
    assert signatures.is_signed(signature, [TOKEN], url, CALL)
