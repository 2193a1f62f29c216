"""Twilio's signature: published vectors, and detection of every change."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from shared.webhooks import signatures
from shared.webhooks.signatures import Algorithm

TOKEN = "12345"  # noqa: S105 - from Twilio's published vectors
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("Digits", "1234"),
    ("From", "+12349013030"),
    ("To", "+18005551212"),
]
OTHER_CALL = [(name, value.replace("+12349013030", "+14158675309")) for name, value in CALL]
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"

names = st.text(min_size=1)
fields = st.lists(st.tuples(names, st.text()))


# The constants are from Twilio's documentation ("Webhooks security") and its SDKs' tests:
# request_validator in Python and PHP, RequestValidatorTest in Java and C#, and webhooks.spec in
# Node.js.
@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (URL, CALL, b"0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        (URL, OTHER_CALL, b"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com/myapp", CALL, b"3KI2uRuYyAdhZIJXcpU0izDUzWI="),
        ("https://example.com/myapp", CALL, b"NGAgWNhdnsLF8j385frvrQoi9sg="),
        (
            URL,
            [("Sid", "CA123"), ("SidAccount", "AC123")]
            + [("Digits", digits) for digits in ("5678", "1234", "1234")],
            b"IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        ("https://example.com/path?test=param'WithQuote", [], b"GfI7onHX/KQ2k1oVS3cUTVk4IEw="),
    ],
)
def test_twilios_vectors(url: str, form: list[tuple[str, str]], signature: bytes) -> None:
    token = TOKEN if form else "s3cr3t"

    assert signatures.sign(token, url, form) == signature


# Some of these URLs have credentials because the SDKs sign what they get. Twilio itself leaves
# them out (same page), and PUBLIC_URL cannot have any.
@pytest.mark.parametrize(
    ("host", "signature"),
    [
        ("https://mycompany.com:1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),  # without the port
        ("https://mycompany.com:1234", "CYn1h0gLBdNxDGkKJg6hYohgeD8="),
        ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("https://mycompany.com", "kvajT1Ptam85bY51eRf/AJRuM3w="),  # with :443
        ("http://mycompany.com", "0ZXoZLH/DfblKGATFgpif+LLRf4="),  # with :80
        ("https://user:pass@mycompany.com", "CukzLTc1tT5dXEDIHm/tKBanW10="),
        ("https://user:pass@mycompany.com", "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),  # with :443
        ("https://user@mycompany.com", "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        ("https://MyCompany.com", "g9IN/x4Cft2g517EjYvEvM/W7LU="),
        ("https://MyCompany.com:1234", "PCqOZm8cnu/L6+u5i5fuEd+Iac4="),
        ("http://MyCompany.com", "XY7AlKOKL6im4yWyX84gldUrtis="),
        ("http://username:password@MyCompany.com", "PJ08CxXr7KLPjEQCTc8LkUSMwSM="),
        ("HTTP://username:password@MyCompany.com", "hy/l8pca+LFms4cvRdv8uiP6NGc="),
        ("http://Username:Password@MyCompany.com", "SkTSKyDJH9kUlhItI0slbgZ1UsI="),
    ],
)
def test_twilios_vectors_of_hosts(host: str, signature: str) -> None:
    url = f"{host}/myapp.php?foo=1&bar=2"

    assert signatures.is_signed(signature, [TOKEN], url, signatures.joined(OTHER_CALL))
    assert not signatures.is_signed(signature, [TOKEN], f"{url}1", signatures.joined(OTHER_CALL))


def test_the_case_of_the_host_is_part_of_the_signature() -> None:
    url = URL.replace("mycompany", "MyCompany")

    assert not signatures.is_signed(
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=", [TOKEN], url, signatures.joined(OTHER_CALL)
    )


def test_twilios_test_of_a_webhook_with_26_fields() -> None:
    place = {"City": "OAKLAND", "Country": "US", "State": "CA", "Zip": "94612"}
    other = {"City": "SOUTH LAKE TAHOE", "Country": "US", "State": "CA", "Zip": "89449"}
    form = {
        "AccountSid": "AC9a9f9392lad99kla0sklakjs90j092j3",
        "ApiVersion": "2010-04-01",
        "CallSid": "CAd800bb12c0426a7ea4230e492fef2a4f",
        "CallStatus": "ringing",
        "CallerName": "CA Wireless Call",
        "Direction": "inbound",
        **dict.fromkeys(("Called", "To"), "+15306384866"),
        **dict.fromkeys(("Caller", "From"), "+15306666666"),
        **{f"{side}{part}": place[part] for side in ("Called", "To") for part in place},
        **{f"{side}{part}": other[part] for side in ("Caller", "From") for part in other},
    }
    signature = signatures.sign(
        "1c892n40nd03kdnc0112slzkl3091j20", "http://www.postbin.org/1ed898x", form.items()
    )

    assert len(form) == 26
    assert signature == b"fF+xx6dTinOaCdZ0aIeNkHr/ZAA="


@pytest.mark.parametrize("algorithm", Algorithm)
@given(form=fields)
def test_signs_like_twilios_sdk(algorithm: Algorithm, form: list[tuple[str, str]]) -> None:
    validator = RequestValidator(TOKEN)
    expected = validator.compute_signature(URL, MultiDict(form), str(algorithm))

    assert signatures.sign(TOKEN, URL, form, algorithm).decode() == expected
    assert signatures.is_signature(expected, algorithm)


def test_a_signature_with_the_other_algorithm_is_refused() -> None:
    # Computed with the Python SDK; there is no published constant.
    signature = "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="
    sha256 = Algorithm.HMAC_SHA256

    assert signatures.is_signed(signature, [TOKEN], URL, signatures.joined(OTHER_CALL), sha256)
    assert not signatures.is_signed(signature, [TOKEN], URL, signatures.joined(OTHER_CALL))
    assert not signatures.is_signed(
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=", [TOKEN], URL, signatures.joined(CALL), sha256
    )
    assert not signatures.is_signature(signature)


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


@given(st.permutations(CALL))
def test_the_order_of_fields_does_not_matter(form: list[tuple[str, str]]) -> None:
    assert signatures.sign(TOKEN, URL, form) == b"0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@given(st.text())
def test_any_header_is_compared_without_an_error(header: str) -> None:
    assume(header != "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")

    assert not signatures.is_signed(header, [TOKEN], URL, signatures.joined(CALL))


@pytest.mark.parametrize("header", ["", "\udcff", "é" * 28, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=\n"])
def test_an_unusual_header_does_not_match(header: str) -> None:
    assert not signatures.is_signed(header, [TOKEN], URL, signatures.joined(CALL))


@given(st.integers(min_value=0), st.characters(codec="utf-8"))
def test_a_changed_character_in_a_value_is_detected(position: int, character: str) -> None:
    signature = signatures.sign(TOKEN, URL, CALL).decode()
    value = CALL[0][1]
    place = position % len(value)
    changed = value[:place] + character + value[place + 1 :]
    assume(changed != value)

    assert not signatures.is_signed(
        signature, [TOKEN], URL, signatures.joined([("CallSid", changed), *CALL[1:]])
    )


def test_a_signature_of_any_of_the_tokens_passes() -> None:
    signature = signatures.sign("next", URL, CALL).decode()

    assert signatures.is_signed(signature, ["primary", "next"], URL, signatures.joined(CALL))
    assert not signatures.is_signed(signature, ["primary"], URL, signatures.joined(CALL))
    assert not signatures.is_signed(signature, [], URL, signatures.joined(CALL))


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.com/a?b=c:1", "https://example.com:443/a?b=c:1"),
        ("http://example.com/a", "http://example.com:80/a"),
        ("https://example.com:8443/a", "https://example.com/a"),
        ("https://example.com?x=1:2", "https://example.com:443?x=1:2"),
        ("https://[::1]/a", "https://[::1]:443/a"),
        ("https://[::1]:8443/a", "https://[::1]/a"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]"),
        ("https://user:1@[2001:db8::1]/a", "https://user:1@[2001:db8::1]:443/a"),
        ("HTTPS://example.com/a", "HTTPS://example.com:443/a"),
        ("https://2130706433/a", "https://2130706433:443/a"),
    ],
)
def test_twilio_can_sign_with_or_without_the_port(url: str, other: str) -> None:
    signature = signatures.sign(TOKEN, other, CALL).decode()

    assert signatures.with_other_port(url) == other
    assert signatures.is_signed(signature, [TOKEN], url, signatures.joined(CALL))
