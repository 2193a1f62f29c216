"""URLs: the parts of a request's, as sent, and those of this app's functions as Twilio sees them.

`req.url` is never taken apart by urllib: its host comes from a header and may be anything.
"""

import logging

from shared.config.local_stack import is_loopback
from shared.config.settings import Settings

REPEAT_REPORTS = "#rc=3&rp=5xx,ct"

log = logging.getLogger(__name__)


def path_and_query(url: str) -> str:
    """Return path and query of an absolute URL, or of one that begins with a slash, as sent."""
    without_fragment = url.partition("#")[0]
    if "://" not in without_fragment.partition("?")[0]:
        return without_fragment
    after_scheme = without_fragment.partition("://")[2]
    host = after_scheme.partition("?")[0].partition("/")[0]
    return after_scheme[len(host) :] or "/"


def query_of(url: str) -> str:
    """Return the query of a URL as sent, without its question mark."""
    return url.partition("#")[0].partition("?")[2]


class PublicUrls:
    """Makes the URLs that are handed to Twilio."""

    def __init__(self, config: Settings) -> None:
        self._public_url = config.public_url
        # Whether Twilio (the real one, or the local stack's) can call this app.
        self.reachable = bool(config.local_stack_url) or not is_loopback(config.public_url)
        self._has_told = False

    def of_function(self, name: str, request_url: str) -> str:
        """The URL of another function of this app, beside the one of this request.

        It takes over the directory of the request's path, so it follows the route prefix. The host
        takes a path with a slash at its end as well.
        """
        path = path_and_query(request_url).partition("?")[0].rstrip("/")
        return f"{self._public_url}{path.rpartition('/')[0]}/{name}"

    def of_report(self, name: str, request_url: str, claim: str = "") -> str | None:
        """Like of_function; None when Twilio could not reach it (the log says so once).

        `claim` is what the reports shall name. The fragment is for Twilio alone: it repeats a
        report three times when the app could not be reached or could not store it.
        Source: webhooks, connection overrides.
        """
        if self.reachable:
            query = f"?claim={claim}" if claim else ""
            return f"{self.of_function(name, request_url)}{query}{REPEAT_REPORTS}"
        if not self._has_told:
            self._has_told = True
            log.warning(
                "PUBLIC_URL is a loopback address, so Twilio can't send reports to this app"
            )
        return None
