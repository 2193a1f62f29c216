"""Links that open a recording or a file without a key until they expire (docs/decisions/0007).

A link carries what it opens, its expiry time, and an HMAC-SHA256 of both. Anyone with the link may
open it, but can't change it or make another one.
"""

import hmac
import re
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, Self
from urllib.parse import urlencode

from shared.clock import Clock
from shared.config.credentials import Credentials
from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError, ForbiddenLinkError
from shared.http.inputs import Inputs
from shared.http.urls import PublicUrls

FIELDS = ("expires", "signature")
# Anyone with a link can try keys against it offline, so a key needs at least 16 random bytes, which
# are 32 hexadecimal digits.
MIN_KEY_CHARS = 32

_EXPIRES = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class Linked(Protocol):
    """What a link opens."""

    @property
    def signed(self) -> tuple[str, ...]:
        """What the signature is for: the kind, and what identifies one of them.

        No part can contain a line break, so no two links sign the same text.
        """
        ...

    @property
    def query(self) -> dict[str, str]:
        """The query parameters that identify it, without default values."""
        ...


class Link(NamedTuple):
    """What a link opens and until when: `expires_s` is a Unix time in seconds."""

    target: Linked
    expires_s: int

    @classmethod
    def lasting(cls, target: Linked, now: datetime, lifetime: timedelta) -> Self:
        """Return a link that expires after `lifetime`."""
        return cls(target, int((now + lifetime).timestamp()))

    def query(self, key: str) -> str:
        """Return the query of the link."""
        signature = self.signature(key)
        return urlencode({**self.target.query, "expires": self.expires_s, "signature": signature})

    def signature(self, key: str) -> str:
        """Return the signature: 64 hexadecimal digits."""
        signed = "\n".join((*self.target.signed, str(self.expires_s)))
        return hmac.digest(key.encode(), signed.encode(), "sha256").hex()

    def is_signed(self, key: str, signature: str) -> bool:
        """Whether a signature (ASCII) was made with the key; compare in constant time."""
        return hmac.compare_digest(self.signature(key), signature)


class Links:
    """Makes links; each lasts for `lifetime`."""

    def __init__(
        self, credentials: Credentials, urls: PublicUrls, clock: Clock, config: Settings
    ) -> None:
        self._credentials = credentials
        self._urls = urls
        self._clock = clock
        self.lifetime = timedelta(hours=config.link_lifetime_hours)

    async def url(self, function: str, target: Linked, request_url: str) -> str:
        """Return the URL of a function that opens the link, next to the one of this request.

        Raise ConfigurationError if the key is missing, weak, or cannot be read now.
        """
        key = require_strong(await self._credentials.find(Secret.LINK_SIGNING_KEY))
        link = Link.lasting(target, self._clock.now(), self.lifetime)
        return f"{self._urls.of_function(function, request_url)}?{link.query(key)}"


def require_strong(key: str | None) -> str:
    """Return the link signing key; raise ConfigurationError if it is missing or weak."""
    name = Secret.LINK_SIGNING_KEY
    if not key:
        raise ConfigurationError(f"The secret {name} is missing or cannot be read.")
    if len(key) < MIN_KEY_CHARS:
        raise ConfigurationError(
            f"The secret {name} is shorter than {MIN_KEY_CHARS} characters. To generate one, run "
            'python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    return key


async def require_link(
    inputs: Inputs, target: Linked, credentials: Credentials, now: datetime
) -> None:
    """Raise ForbiddenLinkError unless the inputs `FIELDS` are a valid link to the target.

    Raise ConfigurationError or VaultError if the key is not available.
    """
    expires, signature = inputs.text("expires") or "", inputs.text("signature") or ""
    if not (_EXPIRES.fullmatch(expires) and _SIGNATURE.fullmatch(signature)):
        raise ForbiddenLinkError("The link is incomplete. Copy all of it.")
    link = Link(target, int(expires))
    if not await _is_ours(link, signature, credentials):
        raise ForbiddenLinkError("The link was changed, or it isn't from this app.")
    if now.timestamp() >= link.expires_s:
        raise ForbiddenLinkError("The link has expired.")


async def _is_ours(link: Link, signature: str, credentials: Credentials) -> bool:
    """Try the cached key, the secondary one, then both fresh from the vault; never a weak one."""
    (key,) = await credentials.get(Secret.LINK_SIGNING_KEY)
    if _is_signed(link, key, signature):
        return True
    secondary = await credentials.find(Secret.LINK_SIGNING_KEY_SECONDARY)
    if _is_signed(link, secondary, signature):
        return True
    await credentials.refresh(Secret.LINK_SIGNING_KEY, Secret.LINK_SIGNING_KEY_SECONDARY)
    (current,) = await credentials.get(Secret.LINK_SIGNING_KEY)
    current_secondary = await credentials.find(Secret.LINK_SIGNING_KEY_SECONDARY)
    if _is_signed(link, current_secondary, signature):
        return True
    return link.is_signed(require_strong(current), signature)


def _is_signed(link: Link, key: str | None, signature: str) -> bool:
    """Whether a signature was made with this key, if the key is strong enough."""
    return key is not None and len(key) >= MIN_KEY_CHARS and link.is_signed(key, signature)
