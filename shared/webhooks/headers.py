"""What the headers of a request say about its signature, before it is verified."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.config.settings import Secret
from shared.errors import ForgedRequestError
from shared.webhooks.signatures import HEADER, SETTINGS_HEADER, Algorithm, is_signature

AUTH_TOKENS = (Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY)
WEBHOOK_KEYS = (Secret.WEBHOOK_KEY, Secret.WEBHOOK_KEY_SECONDARY)
# Twilio's has 80 characters or so.
MAX_SETTINGS_CHARS = 1_000

WRONG_SIGNATURE = "The X-Twilio-Signature does not match."
MALFORMED_SETTINGS = (
    "The header X-Twilio-Webhooks-Signature-Settings is malformed: it must name a key and the "
    "algorithm HMAC_SHA1 or HMAC_SHA256."
)


class SignatureHeader(NamedTuple):
    """A signature, how it was made, and the secrets (primary, secondary) that may have made it."""

    signature: str
    algorithm: Algorithm
    secrets: tuple[Secret, Secret]


def signature_header(headers: Mapping[str, str], url: str) -> SignatureHeader:
    """Read both headers; raise ForgedRequestError if one is missing or malformed.

    Without the header that names a shared key, or with a blank one, only the auth token counts;
    with it only the webhook key does, so that a caller can't choose the weaker of the two. Source:
    Twilio's SDK for Python, get_signature_algorithm.
    """
    signature = headers.get(HEADER)
    if not signature:
        raise ForgedRequestError("The header X-Twilio-Signature is missing.", url)
    # Most requests have no such header, and Azure's headers are slow to say so by an exception.
    settings = headers[SETTINGS_HEADER].strip() if SETTINGS_HEADER in headers else ""
    algorithm = _algorithm(settings) if settings else Algorithm.HMAC_SHA1
    if algorithm is None:
        raise ForgedRequestError(MALFORMED_SETTINGS, url, algorithm="unknown")
    if not is_signature(signature, algorithm):
        raise ForgedRequestError(_misfit(signature, algorithm), url, algorithm=str(algorithm))
    return SignatureHeader(signature, algorithm, WEBHOOK_KEYS if settings else AUTH_TOKENS)


def _misfit(signature: str, algorithm: Algorithm) -> str:
    """Why something cannot be a signature of this algorithm."""
    for other in Algorithm:
        if other != algorithm and is_signature(signature, other):
            return f"The X-Twilio-Signature does not match: expected {algorithm}, got {other}."
    return WRONG_SIGNATURE


def _algorithm(settings: str) -> Algorithm | None:
    """The algorithm in a value like `key=webhooks_sharedkey_…,algorithm=HMAC_SHA256`.

    The name of the key says nothing about its value, so its form does not matter; members that
    Twilio may add do not either.
    """
    if len(settings) > MAX_SETTINGS_CHARS:
        return None
    members = [member.strip().partition("=") for member in settings.split(",")]
    keys = [value for name, _, value in members if name == "key"]
    algorithms = [value for name, _, value in members if name == "algorithm"]
    if len(keys) != 1 or not keys[0] or len(algorithms) != 1:
        return None
    return next((known for known in Algorithm if known == algorithms[0]), None)
