"""URLs: split a request's URL as it was sent, and build the public URLs of this app's functions.

urllib never parses `req.url`, because its host comes from a header and can be anything.
"""

import logging

from shared.config.local_stack import is_loopback
from shared.config.settings import Settings

REPEAT_REPORTS = "#rc=3&rp=5xx,ct"

log = logging.getLogger(__name__)


def path_and_query(url: str) -> str:
    """Return the path and query of an absolute URL, or of one that starts with a slash, as sent."""
    without_fragment = url.partition("#")[0]
    if "://" not in without_fragment.partition("?")[0]:
        return without_fragment
    after_scheme = without_fragment.partition("://")[2]
    host = after_scheme.partition("?")[0].partition("/")[0]
    return after_scheme[len(host) :] or "/"


def query_of(url: str) -> str:
    """Return the query of a URL as sent, without the question mark."""
    return url.partition("#")[0].partition("?")[2]


class PublicUrls:
    """Build the URLs that the app gives to Twilio."""

    def __init__(self, config: Settings) -> None:
        self._public_url = config.public_url
        # Whether Twilio (the real one or the local stack's) can call this app.
        self.reachable = bool(config.local_stack_url) or not is_loopback(config.public_url)
        self._has_warned = False

    def of_function(self, name: str, request_url: str) -> str:
        """Return the URL of another function of this app, next to the one of this request.

        It reuses the directory of the request's path, so it follows the route prefix. The host
        also accepts a path with a trailing slash.
        """
        path = path_and_query(request_url).partition("?")[0].rstrip("/")
        return f"{self._public_url}{path.rpartition('/')[0]}/{name}"

    def of_report(self, name: str, request_url: str, claim: str = "") -> str | None:
        """Return the URL for Twilio's reports; None (logged once) if Twilio can't reach the app.

        `claim` comes back in the reports. The fragment is for Twilio only: it retries a report
        three times if the app is unreachable or can't store it. Source: webhooks, connection
        overrides.
        """
        if self.reachable:
            query = f"?claim={claim}" if claim else ""
            return f"{self.of_function(name, request_url)}{query}{REPEAT_REPORTS}"
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "PUBLIC_URL is a loopback address, so Twilio can't send reports to this app"
            )
        return None
