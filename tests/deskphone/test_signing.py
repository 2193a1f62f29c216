"""Our signatures match those of Twilio's SDK."""

import json

import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from deskphone.webhooks.signing import HASHES, signature, with_body_hash

KEY = "a key with ümlauts"
URLS = [
    "https://example.com/texts",
    "https://example.com:8443/texts?a=1&b=%20c",
    "http://127.0.0.1:7071/api/TwimlMenu?Options[1]=Caf%C3%A9&empty=",
    "https://example.com/straße?q=你好",
]
FORMS = [
    [],
    [("Body", ""), ("To", "+12025550100"), ("From", "+12025550123")],
    [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "b"), ("Body", "same name")],
    [("a", "bc"), ("ab", "c"), ("A", "case"), ("Body", "two\r\nlines & = 👋 \x00")],
]


@pytest.mark.parametrize("algorithm", HASHES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("url", URLS)
def test_signature_matches_twilios_sdk(
    url: str, form: list[tuple[str, str]], algorithm: str
) -> None:
    expected = RequestValidator(KEY).compute_signature(url, MultiDict(form), algorithm)

    assert signature(KEY, url, form, algorithm) == expected


@pytest.mark.parametrize("url", URLS)
def test_sdk_accepts_a_signed_json_body(url: str) -> None:
    body = json.dumps({"name": "Zoë"}, ensure_ascii=False)
    signed = with_body_hash(url, body)

    assert RequestValidator(KEY).validate(signed, body, signature(KEY, signed))
