"""Why an app refused a signature: what was signed, laid beside what the app says it checked.

The app's side is the member `signature` of its 403 (RFC 9457): the URL, the names of the fields in
the order they are signed, the names of the secrets tried, the algorithm. No value of a field and no
token is part of it, or of what comes out here.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from deskphone.records.history import SignatureCheck, SignatureStep
from deskphone.webhooks.advice import SHOWN_CHARACTERS, Advice, Finding, listed
from deskphone.webhooks.signing import SHA1
from deskphone.webhooks.url_difference import compare_urls

SHOWN_REASON = 200
MOST_NAMES = 500
LONGEST = 8000
"""How much of an app's words is shown, and how much is read."""

ON_THE_WAY = "Look at what stands between: a proxy, or code that reads the body before the check."
OF_ANOTHER_KIND = (
    "The app does not say what it has checked. If it refused the signature, compare the URL, the "
    "fields and the token with these."
)
VALUES = (
    "URL, field names and token are the right ones, so a value has changed on the way: blanks were "
    f"trimmed, or characters decoded in another way. {ON_THE_WAY}"
)
ANOTHER_ALGORITHM = "Twilio signs with HMAC_SHA1 unless a shared key is set up for the webhook."


@dataclass(frozen=True)
class Signed:
    """What was signed: the URL, and the names of the fields in the order of the signature."""

    url: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What an app says that it has checked."""

    reason: str
    url: str
    fields: tuple[str, ...]
    tokens: tuple[str, ...]
    algorithm: str


def checked_of(body: bytes) -> Checked | None:
    """Read what a 403 says of the signature; None when it says nothing, or something else."""
    try:
        told: Any = json.loads(body)["signature"]
        return Checked(
            reason=_text(told["reason"])[:SHOWN_REASON],
            url=_text(told["url"]),
            fields=_names(told["fields"]),
            tokens=_names(told["tokens"]),
            algorithm=_text(told.get("algorithm", SHA1)),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def explain(signed: Signed, checked: Checked | None, token: str, advice: Advice) -> SignatureCheck:
    """Compare both sides step by step; without the app's there is only ours to show.

    `token` is the account's present auth token, which signed.
    """
    if checked is None:
        steps = (
            SignatureStep("URL", None, "This URL was signed.", signed.url),
            SignatureStep("Fields", None, f"These names were signed: {listed(signed.fields)}"),
            advice.token(token, ())[0],
        )
        return SignatureCheck("", steps, "", OF_ANOTHER_KIND)
    url = compare_urls(signed.url, checked.url, advice.public_url)
    if not checked.tokens:
        return _refused_early(url[0], checked)
    findings = [
        url,
        _fields(signed.fields, checked.fields),
        _algorithm(checked.algorithm),
        advice.token(token, checked.tokens),
    ]
    return _judged(checked.reason, [finding for finding in findings if finding is not None])


def _judged(reason: str, findings: Sequence[Finding]) -> SignatureCheck:
    """The finding is the first difference, the advice is on all of them."""
    steps = tuple(step for step, _ in findings)
    wrong = [(step.text, advice) for step, advice in findings if step.agrees is False]
    if wrong:
        return SignatureCheck(reason, steps, wrong[0][0], " ".join(advice for _, advice in wrong))
    unsure = next((advice for step, advice in findings if step.agrees is None), "")
    if unsure:
        return SignatureCheck(reason, steps, "", unsure)
    return SignatureCheck(reason, steps, "a value changed on the way", VALUES)


def _refused_early(url: SignatureStep, checked: Checked) -> SignatureCheck:
    """Explain a refusal before a token was tried: the header or the body is not what was sent."""
    text = "The app refused before it tried a token"
    steps = (url, SignatureStep("Token", None, text))
    return SignatureCheck(checked.reason, steps, checked.reason.rstrip("."), ON_THE_WAY)


def _fields(signed: Sequence[str], checked: Sequence[str]) -> Finding:
    missing = list((Counter(signed) - Counter(checked)).elements())
    added = list((Counter(checked) - Counter(signed)).elements())
    if not missing and not added:
        count = f"{len(signed)} names" if len(signed) != 1 else "1 name"
        return SignatureStep("Fields", True, f"{count} signed and read"), ""
    texts = [f"not read: {listed(missing)}"] if missing else []
    texts += [f"read, but not signed: {listed(added)}"] if added else []
    advice = "Every posted field is part of the signature, blank and repeated ones too."
    return SignatureStep("Fields", False, "; ".join(texts)), f"{advice} {ON_THE_WAY}"


def _algorithm(name: str) -> Finding | None:
    if name == SHA1:
        return None
    text = f"{SHA1} signed, {name[:SHOWN_CHARACTERS]} was checked"
    return SignatureStep("Algorithm", False, text), ANOTHER_ALGORITHM


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text is needed")
    return value[:LONGEST]


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return tuple(_text(name) for name in cast(list[object], value)[:MOST_NAMES])
