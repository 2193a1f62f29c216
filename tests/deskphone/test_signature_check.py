"""Why a signature was rejected: both sides compared."""

import json

import pytest

from deskphone.records.history import SignatureCheck, SignatureStep
from deskphone.webhooks.advice import Advice
from deskphone.webhooks.signature_check import (
    Checked,
    Signed,
    checked_of,
    explain,
)
from deskphone.webhooks.signing import SHA256, SigningKey

URL = "https://app.example/api/TwimlReply?Message=a%20b"
FIELDS = ("Body", "From", "To")
TOKEN = SigningKey("token")
SHARED = SigningKey("shared", "webhooks_sharedkey_1")
SECRET_NAME = "TwilioAuthToken"  # noqa: S105 - the name of a secret, not a secret


def judged(*, agrees: bool | None) -> Advice:
    """Return advice that gives this verdict on any token."""
    step = SignatureStep("Token", agrees, "The token was judged")
    return Advice(token=lambda key, tried: (step, "Do this."), public_url="its own setting")


AGREED = judged(agrees=True)


def check(
    url: str = URL,
    fields: tuple[str, ...] = FIELDS,
    tokens: tuple[str, ...] = (SECRET_NAME,),
    algorithm: str = "HMAC_SHA1",
    *,
    signed: str = URL,
    key: SigningKey = TOKEN,
    advice: Advice = AGREED,
) -> SignatureCheck:
    """Explain the rejection of a request with FIELDS; arguments that aren't given match."""
    return explain(
        Signed(signed, FIELDS, key),
        Checked("It does not match.", url, fields, tokens, algorithm),
        advice,
    )


def step(found: SignatureCheck, name: str) -> SignatureStep:
    return next(step for step in found.steps if step.name == name)


def marked(url: str, of: SignatureStep) -> str:
    return url[of.same : len(url) - of.tail]


@pytest.mark.parametrize(
    ("checked", "part", "ours", "theirs"),
    [
        ("http://app.example/api/TwimlReply?Message=a%20b", "scheme", "s", ""),
        ("https://app.internal/api/TwimlReply?Message=a%20b", "host", "example", "internal"),
        ("https://app.example/api/twimlReply?Message=a%20b", "path", "T", "t"),
        ("https://app.example/api/TwimlReply?Message=a+b", "query", "%20", "+"),
        ("https://app.example/api/TwimlReply", "query", "?Message=a%20b", ""),
    ],
)
def test_differing_part_of_the_url_is_named_and_marked(
    checked: str, part: str, ours: str, theirs: str
) -> None:
    found = check(checked)

    url = step(found, "URL")
    assert (url.agrees, found.finding) == (False, url.text)
    assert url.text.endswith(f"What differs: {part}")
    assert (marked(url.signed, url), marked(url.checked, url)) == (ours, theirs)


def test_advice_for_another_host_names_both_fixes() -> None:
    found = check("http://127.0.0.1:7071/api/X", signed="http://localhost:7071/api/X")

    assert "to start with http://127.0.0.1:7071." in found.advice
    assert "check http://localhost:7071 by changing its own setting." in found.advice


def test_advice_covers_both_url_and_token() -> None:
    found = check("http://app.example/api/X", advice=judged(agrees=False))

    assert found.finding == step(found, "URL").text
    assert "its own setting" in found.advice
    assert found.advice.endswith("Do this.")


@pytest.mark.parametrize(
    ("signed", "checked", "agrees"),
    [
        ("https://a.example/b", "https://a.example:8443/b", True),
        ("https://a.example:443/b", "https://a.example/b", True),
        ("http://a.example:80/b", "http://a.example/b", True),
        ("https://a.example:8443/b", "https://a.example/b", False),
        ("https://a.example:8443/b", "https://a.example:8444/b", False),
    ],
)
def test_port_matters_only_if_the_app_does_not_try_both(
    signed: str, checked: str, agrees: bool
) -> None:
    assert step(check(checked, signed=signed), "URL").agrees is agrees


def test_missing_and_added_fields_are_named() -> None:
    found = check(fields=("Body", "From", "From", "Sneaked"))

    assert step(found, "Fields").text == "not read: To; read, but not signed: From, Sneaked"
    assert "including blank and repeated ones" in found.advice


def test_token_of_unknown_app_is_undecided() -> None:
    found = check(advice=Advice())

    assert (step(found, "Token").agrees, found.finding) == (None, "")
    assert step(found, "Token").text == f"The app tried {SECRET_NAME}"
    assert found.advice == "Make sure that the app has the account's current auth token."


def test_refusal_before_trying_a_token_gives_the_apps_reason() -> None:
    found = check(tokens=(), fields=())

    assert [step.name for step in found.steps] == ["URL", "Token"]
    assert (step(found, "Token").agrees, found.finding) == (None, "It does not match")
    assert "Look for a proxy" in found.advice


def test_other_algorithm_is_named() -> None:
    assert (
        check(algorithm="HMAC_SHA256").finding == "signed with HMAC_SHA1, checked with HMAC_SHA256"
    )


def test_a_shared_keys_algorithm_agrees() -> None:
    found = check(algorithm=SHA256, key=SHARED)

    assert "Algorithm" not in [step.name for step in found.steps]


def test_a_lost_settings_header_is_named() -> None:
    found = check(key=SHARED)

    assert found.finding == "signed with HMAC_SHA256, checked with HMAC_SHA1"
    assert "X-Twilio-Webhooks-Signature-Settings" in found.advice


def test_an_app_without_a_shared_key_is_told_to_store_it() -> None:
    found = check(tokens=(), fields=(), algorithm=SHA256, key=SHARED)

    assert [step.name for step in found.steps] == ["URL", "Key"]
    assert "shared key, store it" in found.advice


def test_the_key_of_an_unknown_app_is_undecided() -> None:
    found = check(algorithm=SHA256, key=SHARED, advice=Advice())

    assert step(found, "Key").agrees is None
    assert "shared key" in found.advice


def test_full_agreement_means_a_changed_value() -> None:
    found = check()

    assert [step.agrees for step in found.steps] == [True, True, True]
    assert found.advice.startswith("URL, field names and secret match")


def test_refusal_without_details_shows_what_was_signed() -> None:
    found = explain(Signed(URL, FIELDS, TOKEN), None, Advice())

    assert [(step.name, step.agrees) for step in found.steps] == [
        ("URL", None),
        ("Fields", None),
        ("Token", None),
    ]
    assert step(found, "URL").signed == URL
    assert "Body, From, To" in step(found, "Fields").text
    assert (found.reason, found.finding) == ("", "")


def test_long_names_and_lists_are_cut() -> None:
    text = step(check(fields=(*FIELDS, *("x" * 5000 for _ in range(50)))), "Fields").text

    assert len(text) < 500
    assert text.endswith("and 42 more")


def test_apps_side_is_read_from_its_problem_details() -> None:
    details = {"reason": "r", "url": URL, "fields": ["Body"], "tokens": ["T"], "algorithm": "X"}

    assert checked_of(json.dumps({"status": 403, "signature": details}).encode()) == Checked(
        "r", URL, ("Body",), ("T",), "X"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Forbidden",
        b"[]",
        b'"signature"',
        b'{"signature": null}',
        b'{"signature": "no"}',
        b'{"signature": {"reason": "r"}}',
        b'{"signature": {"reason": 1, "url": "", "fields": [], "tokens": []}}',
        b'{"signature": {"reason": "", "url": "", "fields": {}, "tokens": []}}',
        b'{"signature": {"reason": "", "url": "", "fields": [[]], "tokens": []}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_any_other_response_says_nothing_about_the_signature(body: bytes) -> None:
    assert checked_of(body) is None
