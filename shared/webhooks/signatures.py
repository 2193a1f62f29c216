"""X-Twilio-Signature: how Twilio signs its requests.

Twilio appends each posted field (name and value, sorted) to the URL that it requests, and computes
a Base64 HMAC of that with the account's auth token (SHA-1) or with a webhook shared key (SHA-1 or
SHA-256, as a second header says). A body that isn't a form is not signed itself; the signed URL
has its hash in `bodySHA256`. Sources: Twilio, "Webhooks security" and "Webhook shared keys".
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from enum import StrEnum

HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
BODY_HASH_PARAMETER = "bodySHA256"

Fields = Iterable[tuple[str, str]]


class Algorithm(StrEnum):
    """The algorithm of a signature, as Twilio's header names it."""

    HMAC_SHA1 = "HMAC_SHA1"
    HMAC_SHA256 = "HMAC_SHA256"


_ENCODING = ("utf-8", "surrogatepass")
# Base64 of 20 and of 32 bytes; both end with one `=`.
_FORMS = {
    Algorithm.HMAC_SHA1: re.compile(r"[A-Za-z0-9+/]{27}="),
    Algorithm.HMAC_SHA256: re.compile(r"[A-Za-z0-9+/]{43}="),
}


def joined(fields: Fields) -> bytes:
    """Join the decoded form fields, including blank ones, as Twilio signs them.

    A field repeated with the same value counts once, as in Twilio's SDKs.
    """
    return "".join([name + value for name, value in sorted(set(fields))]).encode(*_ENCODING)


def sign(
    secret: str, url: str, fields: Fields = (), algorithm: Algorithm = Algorithm.HMAC_SHA1
) -> bytes:
    """Return the signature of a request, as the bytes of the header's value.

    `url` is the exact URL requested; `fields` are the form fields, as for `joined`.
    """
    return _sign(secret, url, joined(fields), algorithm)


def is_signed(
    signature: str,
    secrets: Iterable[str],
    url: str,
    form: bytes = b"",
    algorithm: Algorithm = Algorithm.HMAC_SHA1,
    *,
    any_port: bool = True,
) -> bool:
    """Return whether `signature` was made with one of the secrets; compare in constant time.

    `form` is the joined fields. Try the URL as it is and, with `any_port`, with its port removed
    (or the default port added), because Twilio omits the port for some webhooks.
    """
    given = signature.encode(*_ENCODING)
    for secret in secrets:
        if hmac.compare_digest(given, _sign(secret, url, form, algorithm)):
            return True
        if any_port:
            other = _sign(secret, with_other_port(url), form, algorithm)
            if hmac.compare_digest(given, other):
                return True
    return False


def is_signature(text: str, algorithm: Algorithm = Algorithm.HMAC_SHA1) -> bool:
    """Return whether `text` looks like a signature: Base64 of the right length."""
    return bool(_FORMS[algorithm].fullmatch(text))


def is_body_hash(body: bytes, hexadecimal: str) -> bool:
    """Return whether `hexadecimal` is the SHA-256 of `body`, as in `bodySHA256`."""
    given = hexadecimal.lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, hashlib.sha256(body).hexdigest().encode())


def with_other_port(url: str) -> str:
    """Return the URL without its explicit port, or with the default port of its scheme."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("?")[0].partition("/")[0]
    name, colon, port = host.rpartition(":")
    if not (colon and port.isdigit()):
        name, colon, port = host, ":", "443" if scheme.lower() == "https" else "80"
        return f"{scheme}://{name}{colon}{port}{rest[len(host) :]}"
    return f"{scheme}://{name}{rest[len(host) :]}"


def _sign(secret: str, url: str, form: bytes, algorithm: Algorithm) -> bytes:
    function = hashlib.sha1 if algorithm == Algorithm.HMAC_SHA1 else hashlib.sha256
    return b64encode(hmac.digest(secret.encode(), url.encode(*_ENCODING) + form, function))
