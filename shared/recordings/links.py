"""Links to recordings that open without a key until they expire (docs/decisions/0007).

A link carries the SID of the recording, the time of its end, and an HMAC-SHA256 of both and of the
sound format. Who has the link may listen; nobody can change it or make one of their own.
"""

import hmac
import re
from datetime import datetime, timedelta
from typing import NamedTuple, Self
from urllib.parse import urlencode

from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import ConfigurationError, ForbiddenLinkError
from shared.http.inputs import Inputs

FIELDS = ("expires", "signature")
# Who has a link can try keys against it, as fast as a computer can: 16 random bytes in
# hexadecimal digits have 32 characters.
MIN_KEY_CHARS = 32

_EXPIRES = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class RecordingLink(NamedTuple):
    """What a link opens and until when: `expires_s` is in seconds since 1970, UTC."""

    sid: str
    sound_format: str
    expires_s: int

    @classmethod
    def lasting(cls, sid: str, sound_format: str, now: datetime, lifetime: timedelta) -> Self:
        """A link that ends after `lifetime`."""
        return cls(sid, sound_format, int((now + lifetime).timestamp()))

    def query(self, key: str) -> str:
        """The query of the link; the format is not in it, so it has to be the default one."""
        signature = self.signature(key)
        return urlencode({"sid": self.sid, "expires": self.expires_s, "signature": signature})

    def signature(self, key: str) -> str:
        """The signature, 64 hexadecimal digits."""
        # None of the parts can hold a line's end, so no two links have the same text.
        signed = f"recording\n{self.sid}\n{self.sound_format}\n{self.expires_s}"
        return hmac.digest(key.encode(), signed.encode(), "sha256").hex()

    def is_signed(self, key: str, signature: str) -> bool:
        """Whether a signature (ASCII) was made with the key, compared in constant time."""
        return hmac.compare_digest(self.signature(key), signature)


def require_strong(key: str | None) -> str:
    """The key with which links are signed; raise ConfigurationError for none, or for a weak one."""
    name = Secret.LINK_SIGNING_KEY
    if not key:
        raise ConfigurationError(f"the secret {name} is missing or cannot be read")
    if len(key) < MIN_KEY_CHARS:
        raise ConfigurationError(
            f"the secret {name} has fewer than {MIN_KEY_CHARS} characters; to make one: "
            'python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    return key


async def require_link(
    inputs: Inputs, sid: str, sound_format: str, credentials: Credentials, now: datetime
) -> None:
    """Raise ForbiddenLinkError unless the inputs `FIELDS` allow to hear the recording.

    Raise ConfigurationError or VaultError when that cannot be found out.
    """
    expires, signature = inputs.text("expires") or "", inputs.text("signature") or ""
    if not (_EXPIRES.fullmatch(expires) and _SIGNATURE.fullmatch(signature)):
        raise ForbiddenLinkError("The link is not complete.")
    link = RecordingLink(sid, sound_format, int(expires))
    if not await _is_ours(link, signature, credentials):
        raise ForbiddenLinkError("The link was changed, or this app did not make it.")
    if now.timestamp() >= link.expires_s:
        raise ForbiddenLinkError("The link has expired.")


async def _is_ours(link: RecordingLink, signature: str, credentials: Credentials) -> bool:
    """Try the key, the one before it, then both as they are in the vault now; never a weak one."""
    (key,) = await credentials.get(Secret.LINK_SIGNING_KEY)
    if _is_signed(link, key, signature):
        return True
    before = await credentials.find(Secret.LINK_SIGNING_KEY_SECONDARY)
    if _is_signed(link, before, signature):
        return True
    await credentials.refresh(Secret.LINK_SIGNING_KEY, Secret.LINK_SIGNING_KEY_SECONDARY)
    (current,) = await credentials.get(Secret.LINK_SIGNING_KEY)
    current_before = await credentials.find(Secret.LINK_SIGNING_KEY_SECONDARY)
    if _is_signed(link, current_before, signature):
        return True
    return link.is_signed(require_strong(current), signature)


def _is_signed(link: RecordingLink, key: str | None, signature: str) -> bool:
    """Whether a signature was made with a key that nobody can find by trying."""
    return key is not None and len(key) >= MIN_KEY_CHARS and link.is_signed(key, signature)
