"""Why an app rejected a signature: compare what was signed with what the app says it checked.

The app's side is the member `signature` of its 403 (RFC 9457): the URL, the field names in the
order in which they are signed, the names of the secrets tried, and the algorithm. Neither it nor
the result contains field values or tokens.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from deskphone.records.history import SignatureCheck, SignatureStep
from deskphone.webhooks.advice import SHOWN_CHARACTERS, Advice, Finding, listed, step_name
from deskphone.webhooks.signing import SHA1, SigningKey
from deskphone.webhooks.url_difference import compare_urls

SHOWN_REASON = 200
MOST_NAMES = 500
LONGEST = 8000
"""How much of the app's text is shown, and how much is read."""

ON_THE_WAY = "Look for a proxy, or for code that reads the body before the check."
OF_ANOTHER_KIND = (
    "The app doesn't say what it checked. If it rejected the signature, compare the URL, the "
    "fields and the token with these."
)
VALUES = (
    "URL, field names and secret match, so a value changed in transit: spaces were trimmed, or "
    f"characters were decoded differently. {ON_THE_WAY}"
)
ANOTHER_ALGORITHM = "Twilio signs with HMAC_SHA1 unless a shared key is set up for the webhook."
NO_KEY = "If the app doesn't have the number's shared key, store it there. "
NO_SETTINGS = (
    "A shared key signed this webhook. Its algorithm is in the header "
    f"X-Twilio-Webhooks-Signature-Settings. {ON_THE_WAY}"
)


@dataclass(frozen=True)
class Signed:
    """What was signed, and with which key; `fields` are names in the order of the signature."""

    url: str
    fields: tuple[str, ...]
    key: SigningKey


@dataclass(frozen=True)
class Checked:
    """What an app says it checked."""

    reason: str
    url: str
    fields: tuple[str, ...]
    tokens: tuple[str, ...]
    algorithm: str


def checked_of(body: bytes) -> Checked | None:
    """Return what a 403 says about the signature; None if it says nothing valid."""
    try:
        signature: Any = json.loads(body)["signature"]
        return Checked(
            reason=_text(signature["reason"])[:SHOWN_REASON],
            url=_text(signature["url"]),
            fields=_names(signature["fields"]),
            tokens=_names(signature["tokens"]),
            algorithm=_text(signature.get("algorithm", SHA1)),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def explain(signed: Signed, checked: Checked | None, advice: Advice) -> SignatureCheck:
    """Compare both sides step by step; without the app's side, only show ours."""
    if checked is None:
        steps = (
            SignatureStep("URL", None, "This URL was signed.", signed.url),
            SignatureStep("Fields", None, f"These names were signed: {listed(signed.fields)}"),
            advice.token(signed.key, ())[0],
        )
        return SignatureCheck("", steps, "", OF_ANOTHER_KIND)
    url = compare_urls(signed.url, checked.url, advice.public_url)
    if not checked.tokens:
        return _refused_early(url[0], checked, signed.key)
    findings = [
        url,
        _fields(signed.fields, checked.fields),
        _algorithm(signed.key.algorithm, checked.algorithm),
        advice.token(signed.key, checked.tokens),
    ]
    return _judged(checked.reason, [finding for finding in findings if finding is not None])


def _judged(reason: str, findings: Sequence[Finding]) -> SignatureCheck:
    """Combine the findings: the first difference, and the advice on all of them."""
    steps = tuple(step for step, _ in findings)
    wrong = [(step.text, advice) for step, advice in findings if step.agrees is False]
    if wrong:
        return SignatureCheck(reason, steps, wrong[0][0], " ".join(advice for _, advice in wrong))
    unsure = next((advice for step, advice in findings if step.agrees is None), "")
    if unsure:
        return SignatureCheck(reason, steps, "", unsure)
    return SignatureCheck(reason, steps, "a value changed in transit", VALUES)


def _refused_early(url: SignatureStep, checked: Checked, key: SigningKey) -> SignatureCheck:
    """Explain a rejection before a secret was tried.

    The header or the body was changed, or the app has no shared key.
    """
    text = f"The app rejected the request before trying a {'shared key' if key.sid else 'token'}"
    steps = (url, SignatureStep(step_name(key), None, text))
    advice = f"{NO_KEY if key.sid else ''}{ON_THE_WAY}"
    return SignatureCheck(checked.reason, steps, checked.reason.rstrip("."), advice)


def _fields(signed: Sequence[str], checked: Sequence[str]) -> Finding:
    missing = list((Counter(signed) - Counter(checked)).elements())
    added = list((Counter(checked) - Counter(signed)).elements())
    if not missing and not added:
        count = f"{len(signed)} names" if len(signed) != 1 else "1 name"
        return SignatureStep("Fields", True, f"{count} signed and read"), ""
    texts = [f"not read: {listed(missing)}"] if missing else []
    texts += [f"read, but not signed: {listed(added)}"] if added else []
    advice = "Every posted field is part of the signature, including blank and repeated ones."
    return SignatureStep("Fields", False, "; ".join(texts)), f"{advice} {ON_THE_WAY}"


def _algorithm(signed: str, checked: str) -> Finding | None:
    if checked == signed:
        return None
    text = f"signed with {signed}, checked with {checked[:SHOWN_CHARACTERS]}"
    advice = ANOTHER_ALGORITHM if signed == SHA1 else NO_SETTINGS
    return SignatureStep("Algorithm", False, text), advice


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a string")
    return value[:LONGEST]


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return tuple(_text(name) for name in cast(list[object], value)[:MOST_NAMES])
