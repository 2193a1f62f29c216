"""Explain in the app's log why a signature did not match.

Try the usual mistakes: sign each variant of the request with the same secrets until one produces
the signature that came. The explanation goes only to the log, because a response that says what
would have matched helps an attacker. It contains no signature and no values.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shared.clock import Clock
from shared.config.settings import HiddenText, Secret
from shared.webhooks.signatures import Algorithm, is_signed, joined
from shared.webhooks.variants import SignedRequest, variants

# An explanation takes one or two hundred signatures, so strangers must not trigger many.
MAX_EXPLANATIONS = 5
INTERVAL_S = 60.0
MAX_SHOWN_NAMES = 40

# What Twilio's fields and the app's parameters look like. Anything else may be a text or a phone
# number in the wrong place.
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,39}[0-9]{0,3}(\[[0-9]{0,2}\])?")
_PLAIN_PATH = re.compile(r"(/[A-Za-z][A-Za-z_-]{0,39}[0-9]{0,2})*/?")

UNKNOWN_CAUSE = (
    "None of the usual mistakes explains it. The likely causes, most likely first: it was signed "
    "with another secret (the token of a subaccount or of another account, an old token, or one "
    "that isn't promoted yet), the body was changed in transit, or it didn't come from Twilio."
)


class Refused(NamedTuple):
    """A request whose signature matches none of the secrets in `tried`.

    `others` are secrets that the app knows but that are not valid for this request.
    """

    signature: str
    algorithm: Algorithm
    request: SignedRequest
    tried: list[tuple[Secret, HiddenText]]
    others: list[tuple[Secret, HiddenText]]


class Explanations:
    """Explain a few rejected requests per minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given_at: deque[float] = deque(maxlen=MAX_EXPLANATIONS)

    def of(self, refused: Refused) -> str:
        """Return what was checked and what would have matched; "" after too many this minute."""
        now = self._clock.monotonic()
        if len(self._given_at) == MAX_EXPLANATIONS and now - self._given_at[0] < INTERVAL_S:
            return ""
        self._given_at.append(now)
        return f"{_checked(refused)} {_finding(refused)}"


def _checked(refused: Refused) -> str:
    request = refused.request
    path, _, query = request.path_and_query.partition("?")
    shown_path = path if _PLAIN_PATH.fullmatch(path) else "/(hidden path)"
    parameters = _names(piece.partition("=")[0] for piece in query.split("&") if piece)
    return (
        f"Checked (names only): URL {request.public_url}{shown_path}, "
        f"query {parameters}, fields {_names(name for name, _ in sorted(set(request.form)))}, "
        f"secrets {_names(str(secret) for secret, _ in refused.tried)}, "
        f"algorithm {refused.algorithm}."
    )


def _names(names: Iterable[str]) -> str:
    """Join plain names with commas; only count the others."""
    given = [*dict.fromkeys(names)]
    plain = [name for name in given if _PLAIN_NAME.fullmatch(name)][:MAX_SHOWN_NAMES]
    hidden = len(given) - len(plain)
    return ", ".join(plain + ([f"{hidden} hidden"] if hidden else [])) or "none"


def _finding(refused: Refused) -> str:
    """Return advice for the first mistake that produces the signature that came."""
    request = refused.request
    for variant in variants(request):
        if _is_made_with(refused, _values(refused.tried), variant.url, variant.form):
            return variant.advice
    url = request.public_url + request.path_and_query
    for secret, values in _other_secrets(refused):
        if _is_made_with(refused, values, url, joined(request.form)):
            return secret
    return UNKNOWN_CAUSE


def _is_made_with(refused: Refused, secrets: Iterable[str], url: str, form: bytes) -> bool:
    return is_signed(refused.signature, secrets, url, form, refused.algorithm)


def _values(secrets: Iterable[tuple[Secret, HiddenText]]) -> list[str]:
    return [str(value) for _, value in secrets]


def _other_secrets(refused: Refused) -> Iterator[tuple[str, list[str]]]:
    """Yield advice, each with the wrong secrets that it is for."""
    for secret, value in refused.tried:
        padded = [f"{value} ", f" {value}", f"{value}\n", f"{value}\r\n"]
        yield (
            f"It matches with a space or a line break around the secret ({secret}), probably from "
            "copying. Sign without it.",
            padded,
        )
    for secret, value in refused.others:
        if all(value != known for _, known in refused.tried):
            yield _advice_on(secret), [str(value)]


def _advice_on(secret: Secret) -> str:
    if secret in (Secret.API_KEY_SECRET, Secret.API_KEY_SECRET_SECONDARY):
        return (
            f"It matches with {secret}, but Twilio signs with the auth token, never with an API "
            "key's secret. Sign with TwilioAuthToken."
        )
    if secret in (Secret.WEBHOOK_KEY, Secret.WEBHOOK_KEY_SECONDARY):
        return (
            f"It matches with {secret}, but the X-Twilio-Webhooks-Signature-Settings header is "
            "missing: a proxy or gateway drops it. Make it forward that header."
        )
    return (
        f"It matches with {secret}, but the X-Twilio-Webhooks-Signature-Settings header says that "
        "a shared key signed it. Sign with TwilioWebhookKey, or remove the header."
    )
