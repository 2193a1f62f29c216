"""Requests from Twilio to the app: signed, timed, followed through redirects, and recorded."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode, urlsplit
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
from emulator.webhooks.urls import credentials_of, host_of, join_url, sendable_url, signed_url
from emulator.webhooks.webhook import Answer, Webhook, WebhookError

CONNECT_S = 5
TOTAL_S = 15
"""Limits of one webhook (twilio.com/docs/usage/webhooks/webhooks-connection-overrides)."""
ATTEMPTS = 2
"""A request is repeated once, and only when no connection came about (same page, rc=1, rp=ct)."""
MAX_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)
MAX_BYTES = 64 * 1024
MAX_MEDIA_BYTES = 40 * 1024 * 1024
"""Twilio's limit for documents; none is documented for media, a desk needs one."""
USER_AGENT = "TwilioProxy/1.1"

type Pairs = Sequence[tuple[str, str]]


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
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
        )

    async def close(self) -> None:
        await self._session.close()

    async def request(self, webhook: Webhook) -> Answer:
        """Return the answer with a status of success; raise WebhookError for everything else.

        All attempts and redirects together take at most TOTAL_S.
        """
        join_url("", webhook.url)
        if urlsplit(webhook.url).fragment:
            message = "Connection overrides (the part of a webhook's URL after #) are not emulated"
            self._store.alert(webhook.resource_sid, None, message, "warning")
        with self._clock.working():
            try:
                async with asyncio.timeout(TOTAL_S):
                    return await self._follow(webhook)
            except TimeoutError as error:
                host = host_of(webhook.url)
                raise WebhookError(11205, f"No answer from {host} within {TOTAL_S} s") from error

    async def _follow(self, webhook: Webhook) -> Answer:
        """Go through redirects, and give the password in the URL to whoever asks for it."""
        headers = {"I-Twilio-Idempotency-Token": str(uuid4())}
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._attempts(webhook, headers)
            credentials = credentials_of(webhook.url)
            if answer.wants_password and credentials and "Authorization" not in headers:
                headers["Authorization"] = credentials
            elif answer.location is not None:
                webhook = _redirected(webhook, answer)
            elif answer.status >= 300:
                message = f"{host_of(answer.url)} answered with HTTP status {answer.status}"
                raise WebhookError(11200, message)
            else:
                return answer
        raise WebhookError(11215, f"More than {MAX_REDIRECTS} redirects")

    async def _attempts(self, webhook: Webhook, headers: Mapping[str, str]) -> Answer:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(webhook, headers, attempt)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                if attempt == ATTEMPTS:
                    message = f"No connection to {host_of(webhook.url)}"
                    raise WebhookError(11205, message) from error
            except (aiohttp.ClientError, ValueError) as error:
                message = f"The connection to {host_of(webhook.url)} broke before an answer came"
                raise WebhookError(11205, message) from error
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, webhook: Webhook, headers: Mapping[str, str], attempt: int) -> Answer:
        """Make one request and put it, with whatever came of it, into the history."""
        url = sendable_url(webhook)
        form = webhook.params if webhook.method == "POST" else ()
        delivery = self._store.deliveries.put(
            Delivery(
                sid=new_sid("NO"),
                resource_sid=webhook.resource_sid,
                purpose=webhook.purpose,
                method=webhook.method,
                url=url,
                form=form,
                signed=webhook.signed,
                at=self._clock.now(),
                attempt=attempt,
            )
        )
        began = time.perf_counter()
        try:
            answer = await self._exchange(webhook, url, form, headers)
        except BaseException as error:
            message = str(error) or type(error).__name__
            self._store.deliveries.put(
                replace(delivery, error=message, duration_ms=_ms_since(began))
            )
            raise
        self._store.deliveries.put(
            replace(
                delivery,
                status=answer.status,
                content_type=answer.content_type,
                answer=_shown(answer),
                duration_ms=_ms_since(began),
                error=f"HTTP {answer.status}" if answer.status >= 400 else "",
            )
        )
        return answer

    async def _exchange(
        self, webhook: Webhook, url: str, form: Pairs, headers: Mapping[str, str]
    ) -> Answer:
        async with self._session.request(
            webhook.method,
            URL(url, encoded=True),
            data=urlencode(form).encode() if webhook.method == "POST" else None,
            headers={**self._headers(webhook, url, form), **headers},
            allow_redirects=False,
        ) as response:
            content_type = response.headers.get("Content-Type", "").partition(";")[0]
            content_type = content_type.strip().lower()
            if "Set-Cookie" in response.headers:
                message = "Twilio would keep the cookie of this answer; the emulator does not"
                self._store.alert(webhook.resource_sid, None, message, "warning")
            is_media = content_type.startswith("audio/")
            body = await _read(response, MAX_MEDIA_BYTES if is_media else MAX_BYTES)
            challenge = response.headers.get("WWW-Authenticate", "").lower()
            return Answer(
                url=url,
                status=response.status,
                content_type=content_type,
                body=body,
                location=response.headers.get("Location") if response.status in REDIRECTS else None,
                wants_password=response.status == 401 and challenge.startswith("basic"),
            )

    def _headers(self, webhook: Webhook, url: str, form: Pairs) -> dict[str, str]:
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
        }
        if webhook.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if webhook.signed:
            headers["X-Twilio-Signature"] = self._signature(webhook, url, form)
        return headers

    def _signature(self, webhook: Webhook, url: str, form: Pairs) -> str:
        is_voice = webhook.resource_sid.startswith("CA")
        # A dictionary of several values: Twilio's SDK reads repeated fields from nothing else.
        return self._validator.compute_signature(
            signed_url(url, is_voice=is_voice), MultiDict(form)
        )


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the body; raise WebhookError when it is larger than the limit in bytes."""
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > limit:
            code = 11750 if limit == MAX_BYTES else 11751
            raise WebhookError(code, f"The answer is larger than {limit} bytes")
    return bytes(content)


def _redirected(webhook: Webhook, answer: Answer) -> Webhook:
    """Like a browser: 307 and 308 repeat the request, the others become a GET without the form."""
    target = join_url(answer.url, answer.location or "")
    if answer.status in (307, 308):
        return replace(webhook, url=target)
    return replace(webhook, url=target, method="GET", params=())


def _shown(answer: Answer) -> str:
    """Text for the page; media stay out of the history."""
    if answer.content_type.startswith(("text/", "application/")):
        return answer.text
    return f"({len(answer.body)} bytes)"


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
