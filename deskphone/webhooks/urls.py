"""Webhook URLs: resolved, sent and signed like Twilio does."""

import re
import string
from base64 import b64encode
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from deskphone.webhooks.webhook import Webhook, WebhookError

BAD_URL = 11100


def join_url(base: str, url: str) -> str:
    """Resolve a URL against another one; raise WebhookError(11100) if the result isn't http(s).

    Spaces and non-ASCII characters are percent-encoded; everything else is unchanged.
    """
    try:
        joined = urljoin(base, url.strip())
        parts = urlsplit(joined)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        joined, usable = "", False
    if not usable:
        message = f"{url[:200].partition('?')[0]!r} isn't a valid http(s) URL"
        raise WebhookError(BAD_URL, message, _encoded(joined or url))
    return _encoded(joined)


def _encoded(url: str) -> str:
    # A Location header may contain invalid UTF-8, which aiohttp returns as surrogates.
    return quote(url, safe=string.punctuation, errors="surrogateescape")


def sendable_url(webhook: Webhook) -> str:
    """Return the URL to send and sign: without its fragment and credentials.

    A GET carries its fields in the query.
    """
    parts = urlsplit(webhook.url)
    query = parts.query
    if webhook.method == "GET" and webhook.params:
        query = "&".join(filter(None, [query, urlencode(webhook.params)]))
    return without_password(urlunsplit(parts._replace(query=query, fragment="")))


def without_password(url: str) -> str:
    """Return a URL without `user:password@`, so that it can be sent and shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def signed_url(url: str, resource_sid: str) -> str:
    """Return the URL to sign: without the port for voice over https (docs/usage/security).

    `resource_sid` is the text, call or conference that the request belongs to.
    """
    if resource_sid.startswith(("CA", "CF")) and url.startswith("https:"):
        return re.sub(r"^(https://[^/?]+?):\d+(?=[/?]|$)", r"\1", url)
    return url


def credentials_of(url: str) -> str:
    """Return the Authorization header for a URL's `user:password@`, or "" without them."""
    user_info, at_sign, _ = urlsplit(url).netloc.rpartition("@")
    return f"Basic {b64encode(unquote(user_info).encode()).decode()}" if at_sign else ""


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Return a URL's scheme, host and port, which a password is valid for."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def host_of(url: str) -> str:
    """Return a URL's host and port for messages."""
    return urlsplit(url).netloc.rpartition("@")[2] or url
