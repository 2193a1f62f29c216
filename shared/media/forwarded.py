"""Replace Twilio's URLs of an incoming text's media by links to GetSharedMedia."""

import logging
import re
from collections.abc import Iterable
from typing import NamedTuple

from shared.errors import ConfigurationError
from shared.media.files import WantedMedia, is_shareable
from shared.media.links import Links

_MEDIA_URL = re.compile(
    r"https?://[^/?#]+/2010-04-01/Accounts/AC[0-9a-fA-F]{32}"
    r"/Messages/([SM]M[0-9a-fA-F]{32})/Media/(ME[0-9a-fA-F]{32})"
)

log = logging.getLogger(__name__)


class ForwardedMedia(NamedTuple):
    """The URLs of media: links of this app, and Twilio's own for what it can't link to."""

    linked: list[str]
    others: list[str]


async def forwarded(
    media: Iterable[tuple[str, str]], links: Links, request_url: str
) -> ForwardedMedia:
    """Return links to a text's media, given as URL and type.

    Keep Twilio's URL, and log why, if there is no key to sign links or the file isn't shareable.
    """
    targets = {url: _shareable(url, media_type) for url, media_type in media}
    try:
        wanted = filter(None, targets.values())
        linked = [await links.url("GetSharedMedia", target, request_url) for target in wanted]
        others = [url for url, target in targets.items() if target is None]
        reason = "GetSharedMedia doesn't return this type of file"
    except ConfigurationError as error:
        linked, others, reason = [], [*targets], error.log_text
    if others:
        log.warning("Forwarding Twilio's URLs for %d files: %s", len(others), reason)
    return ForwardedMedia(linked, others)


def _shareable(url: str, media_type: str) -> WantedMedia | None:
    """Return the file at one of Twilio's media URLs, or None if the app doesn't return it."""
    match = _MEDIA_URL.fullmatch(url)
    return WantedMedia(*match.groups()) if match and is_shareable(media_type.lower()) else None
