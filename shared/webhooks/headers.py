"""Read a request's signature headers before verifying it."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.config.settings import Secret
from shared.errors import ForgedRequestError
from shared.webhooks.signatures import HEADER, SETTINGS_HEADER, Algorithm, is_signature

AUTH_TOKENS = (Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY)
WEBHOOK_KEYS = (Secret.WEBHOOK_KEY, Secret.WEBHOOK_KEY_SECONDARY)
# Twilio's value has about 80 characters.
MAX_SETTINGS_CHARS = 1_000

WRONG_SIGNATURE = "The X-Twilio-Signature does not match."
MALFORMED_SETTINGS = (
    "The X-Twilio-Webhooks-Signature-Settings header is malformed: it must name a key and the "
    "algorithm HMAC_SHA1 or HMAC_SHA256."
)


class SignatureHeader(NamedTuple):
    """A signature, its algorithm, and the secrets (primary, secondary) that may have made it."""

    signature: str
    algorithm: Algorithm
    secrets: tuple[Secret, Secret]


def signature_header(headers: Mapping[str, str], url: str) -> SignatureHeader:
    """Read both headers; raise ForgedRequestError if one is missing or malformed.

    If the header that names a shared key is missing or blank, only the auth token is valid;
    otherwise only the webhook key is, so a caller can't choose the weaker one. Source: Twilio's
    SDK for Python, get_signature_algorithm.
    """
    signature = headers.get(HEADER)
    if not signature:
        raise ForgedRequestError("The X-Twilio-Signature header is missing.", url)
    # Most requests have no such header, and `get` on Azure's headers is slow then.
    settings = headers[SETTINGS_HEADER].strip() if SETTINGS_HEADER in headers else ""
    algorithm = _algorithm(settings) if settings else Algorithm.HMAC_SHA1
    if algorithm is None:
        raise ForgedRequestError(MALFORMED_SETTINGS, url, algorithm="unknown")
    if not is_signature(signature, algorithm):
        raise ForgedRequestError(_misfit(signature, algorithm), url, algorithm=str(algorithm))
    return SignatureHeader(signature, algorithm, WEBHOOK_KEYS if settings else AUTH_TOKENS)


def _misfit(signature: str, algorithm: Algorithm) -> str:
    """Return why this can't be a signature with that algorithm."""
    for other in Algorithm:
        if other != algorithm and is_signature(signature, other):
            return f"The X-Twilio-Signature does not match: expected {algorithm}, got {other}."
    return WRONG_SIGNATURE


def _algorithm(settings: str) -> Algorithm | None:
    """Return the algorithm in a value like `key=webhooks_sharedkey_…,algorithm=HMAC_SHA256`.

    Accept any key name, because it says nothing about the key's value. Ignore other members.
    """
    if len(settings) > MAX_SETTINGS_CHARS:
        return None
    members = [member.strip().partition("=") for member in settings.split(",")]
    keys = [value for name, _, value in members if name == "key"]
    algorithms = [value for name, _, value in members if name == "algorithm"]
    if len(keys) != 1 or not keys[0] or len(algorithms) != 1:
        return None
    return next((known for known in Algorithm if known == algorithms[0]), None)
