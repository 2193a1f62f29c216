"""The cost of a request with an invalid signature: computed signatures and their bytes."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import TwimlMessage
from shared import clients
from shared.http.form_encoding import Pairs, read_pairs
from shared.http.request_parts import (
    FORM_TYPE,
    MAX_URL_CHARS,
    MAX_WEBHOOK_BYTES,
    MAX_WEBHOOK_FIELDS,
)
from shared.webhooks import signatures, signed_texts, verifier
from shared.webhooks.explanation import MAX_EXPLANATIONS
from shared.webhooks.headers import MAX_SETTINGS_CHARS
from shared.webhooks.spellings import MAX_SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG = "A" * 27 + "="
APP = "https://app.example/api/TwimlMessage?"
LONG_QUERY = "a=b%3Dc'&d=%27&e=sip%3A1%40a&".ljust(MAX_URL_CHARS - len(APP), "e")
LONG_FORM = b"Body=".ljust(MAX_WEBHOOK_BYTES, b"a")
USUAL_FORM = b"CallSid=CA0&From=%2B12025550123&To=%2B12025550100&CallStatus=ringing"
SECRETS = 2
MAX_SIGNATURES = 4 * SECRETS
"""The URL with two ports and in two other encodings, for each secret."""
SIP_CALL = "&".join(f"{name}=sip%3A1001%40pbx" for name in ("From", "To", "Caller", "Called"))

type Refused = Callable[..., None]


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all signed texts."""
    lengths: list[int] = []
    digest = hmac.digest

    def counting(key: bytes, text: bytes, function: str) -> bytes:
        lengths.append(len(text))
        return digest(key, text, function)

    monkeypatch.setattr(hmac, "digest", counting)
    return lengths


@pytest.fixture
def refused(app: clients.Clients, values: dict[str, str], signed: list[int]) -> Refused:
    """Sends a forged request to an app with two tokens that has used up its explanations."""
    tokens = {**values, "TWILIO_AUTH_TOKEN_SECONDARY": "next"}
    clients.reset(clients.Clients(tokens, app.clock))

    def send(query: str = LONG_QUERY, body: bytes = LONG_FORM, **headers: str) -> None:
        given = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": WRONG}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = func.HttpRequest("POST", f"{APP}{query}", headers=given, body=body)
        assert asyncio.run(TwimlMessage.main(request)).status_code == 403

    for _ in range(MAX_EXPLANATIONS):
        send("", USUAL_FORM)
    signed.clear()
    return send


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X_Original_Url": f"/api/TwimlMessage?{LONG_QUERY.replace('%3D', '=')}"},
        {
            "X_Waws_Unencoded_Url": f"/api/TwimlMessage?{LONG_QUERY.replace('b%3Dc', '%62%3dc')}",
            "X_Original_Url": f"/api/TwimlMessage?{LONG_QUERY.replace('%3D', '=')}",
        },
    ],
)
def test_the_largest_forged_request_is_signed_a_few_times(
    refused: Refused, signed: list[int], headers: dict[str, str]
) -> None:
    refused(**headers)

    assert 2 * SECRETS < len(signed) <= MAX_SIGNATURES
    assert max(signed) <= MAX_URL_CHARS + len(":443") + MAX_WEBHOOK_BYTES


@pytest.mark.parametrize("filler", ["", "&a=".ljust(3_000, "a")])
def test_many_spellings_cost_no_more_than_a_long_form(
    refused: Refused, signed: list[int], filler: str
) -> None:
    refused(SIP_CALL + filler, b"")

    assert MAX_SIGNATURES < len(signed) <= (2 + MAX_SPELLINGS) * SECRETS
    assert sum(signed) < MAX_SIGNATURES * MAX_WEBHOOK_BYTES


def test_a_form_is_joined_once_for_all_secrets_and_spellings(
    refused: Refused, signed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[Pairs] = []

    def join(form: Pairs) -> bytes:
        joined.append(form)
        return signatures.joined(form)

    monkeypatch.setattr(signed_texts, "joined", join)
    refused()

    assert [len(form) for form in joined] == [1]
    assert len(signed) > SECRETS


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (LONG_FORM, {"X_Twilio_Signature": ""}),
        (LONG_FORM, {"X_Twilio_Signature": "A" * 30_000}),
        (LONG_FORM, {"X_Twilio_Webhooks_Signature_Settings": "key=a," * MAX_SETTINGS_CHARS}),
        (LONG_FORM + b"a", {}),
        (b"&".join([b"a="] * (MAX_WEBHOOK_FIELDS + 1)), {}),
        (b"Body=" + b"%41" * 10_000 + b"%4", {}),
        (b"Body=" + b"\xff" * 10_000, {}),
        (b"a" * 10_000, {}),
    ],
)
def test_requests_that_cannot_come_from_twilio_cost_no_signature(
    refused: Refused, signed: list[int], body: bytes, headers: dict[str, str]
) -> None:
    refused(body=body, **headers)

    assert signed == []


def test_the_query_of_a_forged_request_is_not_read(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def read(text: str, **how: Any) -> Pairs:
        texts.append(text)
        return read_pairs(text, **how)

    monkeypatch.setattr(verifier, "read_pairs", read)
    refused(body=USUAL_FORM)

    assert texts == [USUAL_FORM.decode()]


def test_an_explanation_signs_little(app: clients.Clients, signed: list[int]) -> None:
    """Explain the longest request, with everything that has variants."""
    query = "code=a&b=%3D+%20%2B'".ljust(verifier.MAX_EXPLAINED_CHARS // 2, "e")
    body = b"Body=+a&c=".ljust(verifier.MAX_EXPLAINED_CHARS // 2 - len(APP), b"a")
    headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": WRONG, "Host": "other.example"}
    request = func.HttpRequest("POST", APP + query, headers=headers, body=body)
    assert asyncio.run(TwimlMessage.main(request)).status_code == 403

    assert 30 < len(signed) < 150
    assert sum(signed) < 150 * verifier.MAX_EXPLAINED_CHARS
