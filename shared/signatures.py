"""X-Twilio-Signature: how Twilio signs its requests.

Twilio appends each posted field (name and value, sorted) to the URL it requests and makes a
Base64 HMAC-SHA1 of that, keyed with the account's auth token. A body that is not a form is not
part of it: there the signed URL carries `bodySHA256`. Source: Twilio, "Webhooks security".
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable

HEADER = "x-twilio-signature"
BODY_HASH_PARAMETER = "bodySHA256"


def sign(token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> bytes:
    """The signature of a request, as the bytes of the header's value.

    `url` is the exact URL requested; `fields` are the decoded form fields, blank ones included. A
    field that is repeated with the same value counts once, as in Twilio's SDKs.
    """
    posted = "".join([name + value for name, value in sorted(set(fields))])
    signed = (url + posted).encode("utf-8", "surrogatepass")
    return b64encode(hmac.digest(token.encode(), signed, hashlib.sha1))


def is_signed(
    signature: str, tokens: Iterable[str], url: str, fields: Iterable[tuple[str, str]] = ()
) -> bool:
    """Whether `signature` was made with one of the tokens, compared in constant time.

    The URL is tried as it is and with its port removed (or the default port added), because
    Twilio leaves out the port of some webhooks.
    """
    given = signature.encode("utf-8", "surrogatepass")
    pairs = list(fields)
    return any(
        hmac.compare_digest(given, sign(token, candidate, pairs))
        for token in tokens
        for candidate in (url, with_other_port(url))
    )


def is_signature(text: str) -> bool:
    """Whether `text` looks like a signature: the Base64 form of 20 bytes."""
    return bool(re.fullmatch(r"[A-Za-z0-9+/]{27}=", text))


def is_body_hash(body: bytes, hexadecimal: str) -> bool:
    """Whether `hexadecimal` is the SHA-256 of `body`, as in the parameter `bodySHA256`."""
    given = hexadecimal.lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, hashlib.sha256(body).hexdigest().encode())


def with_other_port(url: str) -> str:
    """The URL without its explicit port, or with the default port of its scheme."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("?")[0].partition("/")[0]
    name, colon, port = host.rpartition(":")
    if not (colon and port.isdigit()):
        name, colon, port = host, ":", "443" if scheme == "https" else "80"
        return f"{scheme}://{name}{colon}{port}{rest[len(host) :]}"
    return f"{scheme}://{name}{rest[len(host) :]}"
