"""Requests from Twilio to the app: signed, timed, followed through redirects, and recorded."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit
from uuid import uuid4

import aiohttp
from multidict import MultiDict
from twilio.request_validator import RequestValidator
from yarl import URL

from emulator.clock import Clock
from emulator.local_values import AUTH_TOKEN
from emulator.twilio.records import Delivery
from emulator.twilio.sids import new_sid
from emulator.twilio.store import Store

CONNECT_S = 5
TOTAL_S = 15
"""Limits of one webhook (twilio.com/docs/usage/webhooks/webhooks-connection-overrides)."""
ATTEMPTS = 2
"""A request is repeated once, and only when no connection came about (same page, rc=1, rp=ct)."""
MAX_REDIRECTS = 10
MAX_BYTES = 64 * 1024
USER_AGENT = "TwilioProxy/1.1"

type Pairs = Sequence[tuple[str, str]]


class WebhookError(Exception):
    """A webhook failed; `code` is the number that Twilio's debugger shows."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Webhook:
    """What to request and what for; `resource_sid` is the text or call it belongs to."""

    resource_sid: str
    purpose: str
    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    signed: bool = True
    limit_bytes: int = MAX_BYTES


@dataclass(frozen=True)
class Answer:
    """What came back. `url` is the last one after redirects, against which links in it resolve."""

    url: str
    status: int
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Webhooks:
    """Sends webhooks. Use it inside a running event loop and close it at the end."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._validator = RequestValidator(AUTH_TOKEN)
        # A connection for each request: one that the host left open may be dead when the host was
        # restarted.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S),
        )

    async def close(self) -> None:
        await self._session.close()

    async def request(self, webhook: Webhook) -> Answer:
        """Return the answer with any status below 400; raise WebhookError for everything else."""
        token = str(uuid4())
        with self._clock.working():
            for _ in range(MAX_REDIRECTS + 1):
                answer, location = await self._attempts(webhook, token)
                if location is None:
                    return answer
                # Like a browser: 307 and 308 repeat the request, the others become a GET without
                # the form.
                target = urljoin(answer.url, location)
                if answer.status in (307, 308):
                    webhook = replace(webhook, url=target)
                else:
                    webhook = replace(webhook, url=target, method="GET", params=())
        raise WebhookError(11215, f"More than {MAX_REDIRECTS} redirects")

    async def _attempts(self, webhook: Webhook, token: str) -> tuple[Answer, str | None]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(webhook, token, attempt)
            except aiohttp.ClientConnectorError as error:
                if attempt == ATTEMPTS:
                    raise WebhookError(11205, f"No connection to {_host(webhook.url)}") from error
            except TimeoutError as error:
                raise WebhookError(
                    11205, f"No answer from {_host(webhook.url)} within {TOTAL_S} s"
                ) from error
            except (aiohttp.ClientError, ValueError) as error:
                message = f"The connection to {_host(webhook.url)} broke before an answer came"
                raise WebhookError(11205, message) from error
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(
        self, webhook: Webhook, token: str, attempt: int
    ) -> tuple[Answer, str | None]:
        url = _sendable(webhook)
        form = webhook.params if webhook.method == "POST" else ()
        delivery = Delivery(
            new_sid("NO"), webhook.resource_sid, webhook.purpose, webhook.method, url, form,
            webhook.signed, self._clock.now(), attempt,
        )  # fmt: skip
        self._store.deliveries.put(delivery)
        began = time.perf_counter()
        try:
            answer, location = await self._exchange(webhook, url, form, token)
        except (
            aiohttp.ClientError,
            TimeoutError,
            ValueError,
            WebhookError,
            asyncio.CancelledError,
        ) as error:
            message = str(error) or type(error).__name__
            self._store.deliveries.put(
                replace(delivery, error=message, duration_ms=_ms_since(began))
            )
            raise
        done = replace(
            delivery, status=answer.status, content_type=answer.content_type,
            answer=_shown(answer), duration_ms=_ms_since(began),
        )  # fmt: skip
        if location is None and answer.status >= 400:
            self._store.deliveries.put(replace(done, error=f"HTTP {answer.status}"))
            raise WebhookError(11200, f"{_host(url)} answered with HTTP status {answer.status}")
        self._store.deliveries.put(done)
        return answer, location

    async def _exchange(
        self, webhook: Webhook, url: str, form: Pairs, token: str
    ) -> tuple[Answer, str | None]:
        body = urlencode(form).encode() if webhook.method == "POST" else None
        headers = self._headers(webhook, url, form, token)
        exact = URL(url, encoded=True)
        async with self._session.request(
            webhook.method, exact, data=body, headers=headers, allow_redirects=False
        ) as response:
            content = await response.content.read(webhook.limit_bytes + 1)
            while len(content) <= webhook.limit_bytes and (
                more := await response.content.readany()
            ):
                content += more
            if len(content) > webhook.limit_bytes:
                raise WebhookError(11750, f"The answer is larger than {webhook.limit_bytes} bytes")
            content_type = (
                response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            )
            answer = Answer(url, response.status, content_type, content)
            redirected = response.status in (301, 302, 303, 307, 308)
            return answer, response.headers.get("Location") if redirected else None

    def _headers(self, webhook: Webhook, url: str, form: Pairs, token: str) -> dict[str, str]:
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "I-Twilio-Idempotency-Token": token,
        }
        if webhook.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if webhook.signed:
            headers["X-Twilio-Signature"] = self._signature(webhook, url, form)
        return headers

    def _signature(self, webhook: Webhook, url: str, form: Pairs) -> str:
        """Sign the URL as Twilio does.

        For voice over https without its port (docs/usage/security).
        """
        parts = urlsplit(url)
        if webhook.resource_sid.startswith("CA") and parts.scheme == "https" and parts.port:
            url = urlunsplit(parts._replace(netloc=parts.hostname or ""))
        # A dictionary of several values: Twilio's SDK reads repeated fields from nothing else.
        return self._validator.compute_signature(url, MultiDict(form))


def _sendable(webhook: Webhook) -> str:
    """Drop fragment and credentials, neither of which is sent or signed.

    A GET carries its fields in the query.
    """
    parts = urlsplit(webhook.url)
    query = parts.query
    if webhook.method == "GET" and webhook.params:
        query = "&".join(filter(None, [query, urlencode(webhook.params)]))
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=netloc, query=query, fragment=""))


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or url


def _shown(answer: Answer) -> str:
    """Text for the page; media stay out of the history."""
    if answer.content_type.startswith(("text/", "application/")):
        return answer.text
    return f"({len(answer.body)} bytes)"


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
