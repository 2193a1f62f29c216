"""Cookies of webhooks (twilio.com/docs/voice/twiml and messaging/twiml, "Cookies").

Each call has its own; for texts each pair of numbers has, until nothing came for four hours.
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
"""Conversations with cookies, and cookies of each; the oldest conversation makes room."""


class Cookies:
    """All jars, each under the name of a conversation."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jars: OrderedDict[str, tuple[datetime, CookieJar]] = OrderedDict()

    def header(self, conversation: str, url: str) -> dict[str, str]:
        """Return the header `Cookie` for a request, nothing when there is no cookie for it."""
        self._forget_idle()
        if conversation not in self._jars:
            return {}
        _, jar = self._jars[conversation]
        self._keep(conversation, jar)
        found = jar.filter_cookies(URL(url, encoded=True)).values()
        pairs = [f"{morsel.key}={morsel.coded_value}" for morsel in found]
        return {"Cookie": "; ".join(pairs)} if pairs else {}

    def take(self, conversation: str, url: str, cookies: SimpleCookie) -> None:
        """Keep what an answer sets."""
        if not cookies:
            return
        # unsafe: the app's host may be a bare address, as it is on the desk.
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
