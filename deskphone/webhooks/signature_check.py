"""Why an app refused a signature: what was signed, laid beside what the app says it checked.

The app's side is the member `signature` of its 403 (RFC 9457): the URL, the names of the fields in
the order they are signed, the names of the secrets tried, the algorithm. No value of a field and no
token is part of it, or of what comes out here.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from deskphone.records.history import SignatureCheck, SignatureStep
from deskphone.webhooks.url_difference import compare_urls

ALGORITHM = "HMAC_SHA1"
SHOWN_NAMES = 8
SHOWN_CHARACTERS = 40
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


@dataclass(frozen=True)
class TokenPlaces:
    """Where the account's present auth token is, by the names of secrets.

    `in_vault` hold it now, `in_app` gave it to the app when that last asked; `asked` has every
    secret that the app ever asked for. `is_rotated`: it was changed on purpose.
    """

    in_vault: frozenset[str] = frozenset()
    in_app: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    is_rotated: bool = False

    @classmethod
    def of(
        cls, token: str, vault: Mapping[str, str], given: Mapping[str, str], *, is_rotated: bool
    ) -> Self:
        """Find the token in what the vault holds and in what it last gave to the app."""
        in_vault, in_app = (
            frozenset(name for name, value in secrets.items() if value == token)
            for secrets in (vault, given)
        )
        return cls(in_vault, in_app, frozenset(given), is_rotated)


def checked_of(body: bytes) -> Checked | None:
    """Read what a 403 says of the signature; None when it says nothing, or something else."""
    try:
        told: Any = json.loads(body)["signature"]
        return Checked(
            reason=_text(told["reason"])[:SHOWN_REASON],
            url=_text(told["url"]),
            fields=_names(told["fields"]),
            tokens=_names(told["tokens"]),
            algorithm=_text(told.get("algorithm", ALGORITHM)),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def explain(signed: Signed, checked: Checked | None, places: TokenPlaces) -> SignatureCheck:
    """Compare both sides step by step; without the app's there is only ours to show."""
    if checked is None:
        steps = (
            SignatureStep("URL", None, "This URL was signed.", signed.url),
            SignatureStep("Fields", None, f"These names were signed: {_listed(signed.fields)}"),
            SignatureStep("Token", None, _vault_says(places)),
        )
        return SignatureCheck("", steps, "", OF_ANOTHER_KIND)
    if not checked.tokens:
        return _refused_early(signed, checked)
    findings = [
        compare_urls(signed.url, checked.url),
        _fields(signed.fields, checked.fields),
        _algorithm(checked.algorithm),
        _token(checked.tokens, places),
    ]
    return _judged(checked.reason, [finding for finding in findings if finding is not None])


def _judged(reason: str, findings: Sequence[tuple[SignatureStep, str]]) -> SignatureCheck:
    """The finding is the first difference, the advice is on all of them."""
    steps = tuple(step for step, _ in findings)
    wrong = [(step.text, advice) for step, advice in findings if step.agrees is False]
    if wrong:
        return SignatureCheck(reason, steps, wrong[0][0], " ".join(advice for _, advice in wrong))
    unsure = next((advice for step, advice in findings if step.agrees is None), "")
    if unsure:
        return SignatureCheck(reason, steps, "", unsure)
    return SignatureCheck(reason, steps, "a value changed on the way", VALUES)


def _refused_early(signed: Signed, checked: Checked) -> SignatureCheck:
    """Explain a refusal before a token was tried: the header or the body is not what was sent."""
    url, _ = compare_urls(signed.url, checked.url)
    text = "The app refused before it tried a token"
    steps = (url, SignatureStep("Token", None, text))
    return SignatureCheck(checked.reason, steps, checked.reason.rstrip("."), ON_THE_WAY)


def _fields(signed: Sequence[str], checked: Sequence[str]) -> tuple[SignatureStep, str]:
    missing = list((Counter(signed) - Counter(checked)).elements())
    added = list((Counter(checked) - Counter(signed)).elements())
    if not missing and not added:
        count = f"{len(signed)} names" if len(signed) != 1 else "1 name"
        return SignatureStep("Fields", True, f"{count} signed and read"), ""
    texts = [f"not read: {_listed(missing)}"] if missing else []
    texts += [f"read, but not signed: {_listed(added)}"] if added else []
    advice = "Every posted field is part of the signature, blank and repeated ones too."
    return SignatureStep("Fields", False, "; ".join(texts)), f"{advice} {ON_THE_WAY}"


def _algorithm(name: str) -> tuple[SignatureStep, str] | None:
    if name == ALGORITHM:
        return None
    text = f"{ALGORITHM} signed, {name[:SHOWN_CHARACTERS]} was checked"
    return SignatureStep("Algorithm", False, text), ANOTHER_ALGORITHM


def _token(tried: Sequence[str], places: TokenPlaces) -> tuple[SignatureStep, str]:
    """Say whether the app can have the token that signed; the names are those of secrets."""
    names = _listed(tried)
    if places.in_app & set(tried):
        text = f"The app has the account's present token. It tried {names}"
        return SignatureStep("Token", True, text), ""
    if not places.asked & set(tried):
        text = f"The app tried {names}, and has not asked this vault for it"
        advice = "Its token comes from elsewhere: give it the account's present one, or the vault."
        return SignatureStep("Token", None, text), advice
    text = f"{_changed(places)}, the app tried {names} as it was before"
    if places.in_vault & set(tried):
        advice = (
            "The vault holds the present token, and the app looks for it once a minute. To change "
            "the token without an outage: docs/rotation.md"
        )
        return SignatureStep("Token", False, text), advice
    text = f"{_vault_says(places)}. The app tried {names}"
    advice = "Store the account's present token as TwilioAuthToken: docs/rotation.md"
    return SignatureStep("Token", False, text), advice


def _changed(places: TokenPlaces) -> str:
    why = " (the fault rotated is on)" if places.is_rotated else ""
    return f"The account's token has changed{why}"


def _vault_says(places: TokenPlaces) -> str:
    if not places.in_vault:
        return "No secret in the vault is the account's present token"
    return f"The vault holds the account's present token as {_listed(sorted(places.in_vault))}"


def _listed(names: Sequence[str]) -> str:
    """Return the first names, cut, and how many more there are."""
    shown = ", ".join(name[:SHOWN_CHARACTERS] for name in names[:SHOWN_NAMES]) or "none"
    more = len(names) - SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text is needed")
    return value[:LONGEST]


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return tuple(_text(name) for name in cast(list[object], value)[:MOST_NAMES])
