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
    urls = ForwardedMedia([], [])
    for url, media_type in media:
        match = _MEDIA_URL.fullmatch(url)
        if match is None or not is_shareable(media_type.lower()):
            log.warning("Forwarding Twilio's URL of a file: the app doesn't link to its type")
            urls.others.append(url)
            continue
        try:
            target = WantedMedia(*match.groups())
            urls.linked.append(await links.url("GetSharedMedia", target, request_url))
        except ConfigurationError as error:
            log.warning("Forwarding Twilio's URL of a file: %s", error.log_text)
            urls.others.append(url)
    return urls
