"""Twilio's signature of a request (twilio.com/docs/usage/webhooks/webhooks-security)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

SHA1, SHA256 = "HMAC_SHA1", "HMAC_SHA256"
"""The algorithms for an auth token and for a shared webhook key."""
BODY_HASH = "bodySHA256"
"""The query parameter that ties a JSON body to the URL."""

HASHES = {SHA1: hashlib.sha1, SHA256: hashlib.sha256}


@dataclass(frozen=True)
class SigningKey:
    """The account's auth token, or a shared key, which has a SID.

    Source for shared keys: twilio.com/docs/usage/webhooks/webhook-shared-keys.
    """

    secret: str
    sid: str = ""

    @property
    def algorithm(self) -> str:
        """The algorithm that it signs with, a key of HASHES."""
        return SHA256 if self.sid else SHA1

    def headers(self, url: str, fields: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the headers that sign a request; a shared key also adds its settings."""
        signed = {"X-Twilio-Signature": signature(self.secret, url, fields, self.algorithm)}
        if self.sid:
            settings = f"key={self.sid},algorithm={self.algorithm}"
            signed["X-Twilio-Webhooks-Signature-Settings"] = settings
        return signed


def signature(
    secret: str, url: str, fields: Iterable[tuple[str, str]] = (), algorithm: str = SHA1
) -> str:
    """Return the signature of a URL and the fields of a form, in base64.

    Fields are sorted by name, then by value, without duplicates. `algorithm` is a key of HASHES.
    """
    signed = url + "".join(name + value for name, value in sorted({*fields}))
    digest = hmac.digest(secret.encode(), signed.encode(), HASHES[algorithm])
    return base64.b64encode(digest).decode()


def with_body_hash(url: str, body: str) -> str:
    """Return the URL with the hash of a JSON body, which is signed instead of fields."""
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}{BODY_HASH}={hashlib.sha256(body.encode()).hexdigest()}"
