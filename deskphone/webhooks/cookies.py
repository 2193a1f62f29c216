"""Cookies of webhooks (twilio.com/docs/voice/twiml and messaging/twiml, "Cookies").

Each call has its own cookies; for texts, each pair of numbers has, until four hours without texts.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

from aiohttp import CookieJar
from yarl import URL

from deskphone.clock import Clock

IDLE = timedelta(hours=4)
JARS_LIMIT = 500
COOKIES_LIMIT = 50
"""How many conversations have cookies, and how many each; new ones replace the oldest."""


class Cookies:
    """All cookie jars, by conversation."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jars: OrderedDict[str, tuple[datetime, CookieJar]] = OrderedDict()

    def header(self, conversation: str, url: str) -> dict[str, str]:
        """Return the `Cookie` header for a request; empty if it has no cookies."""
        self._forget_idle()
        if conversation not in self._jars:
            return {}
        _, jar = self._jars[conversation]
        self._keep(conversation, jar)
        found = jar.filter_cookies(URL(url, encoded=True)).values()
        pairs = [f"{morsel.key}={morsel.coded_value}" for morsel in found]
        return {"Cookie": "; ".join(pairs)} if pairs else {}

    def take(self, conversation: str, url: str, cookies: SimpleCookie) -> None:
        """Store the cookies that a response sets."""
        if not cookies:
            return
        # unsafe: the app's host may be an IP address, as it is locally.
        jar = self._jars[conversation][1] if conversation in self._jars else CookieJar(unsafe=True)
        if len(jar) + len(cookies) <= COOKIES_LIMIT:
            jar.update_cookies(cookies, URL(url, encoded=True))
        self._keep(conversation, jar)

    def forget(self) -> None:
        """Forget all cookies."""
        self._jars.clear()

    def _keep(self, conversation: str, jar: CookieJar) -> None:
        self._jars[conversation] = (self._clock.now(), jar)
        self._jars.move_to_end(conversation)
        if len(self._jars) > JARS_LIMIT:
            self._jars.popitem(last=False)

    def _forget_idle(self) -> None:
        limit = self._clock.now() - IDLE
        while self._jars:
            used, _ = next(iter(self._jars.values()))
            if used > limit:
                return
            self._jars.popitem(last=False)
