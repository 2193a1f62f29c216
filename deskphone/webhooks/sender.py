"""Requests from Twilio to the app, with retries, redirects and a history."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.records.history import Delivery, SignatureCheck
from deskphone.webhooks.advice import Advice, doubts_about
from deskphone.webhooks.client import AttemptError, Client
from deskphone.webhooks.cookies import Cookies
from deskphone.webhooks.overrides import Connection, connection_of
from deskphone.webhooks.signature_check import Signed, checked_of, explain
from deskphone.webhooks.signing import SigningKey
from deskphone.webhooks.signing_keys import SigningKeys
from deskphone.webhooks.urls import (
    credentials_of,
    host_of,
    join_url,
    origin_of,
    sendable_url,
    signed_url,
)
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

MAX_REDIRECTS = 10
DROPPED = "Not sent: the 'dropped' fault is on for status callbacks"


class Webhooks:
    """Sends webhooks. Use it inside a running event loop, and close it at the end."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        auth_token: Callable[[], str],
        advice: Advice,
    ) -> None:
        """`auth_token` returns the account's current one."""
        self._keys = SigningKeys(store, auth_token)
        self._advice = advice
        self._store = store
        self._clock = clock
        self._cookies = Cookies(clock)
        self._client = Client(self._cookies)

    async def close(self) -> None:
        await self._client.close()

    def forget(self) -> None:
        """Forget the cookies."""
        self._cookies.forget()

    async def request(self, webhook: Webhook) -> Answer:
        """Return a successful response; raise WebhookError for everything else.

        All attempts and redirects together take at most 15 s, or the total in the URL's fragment.
        """
        webhook = replace(webhook, url=join_url("", webhook.url))
        connection = connection_of(webhook.url)
        for message in doubts_about(webhook.url, connection.ignored):
            self._store.alert(webhook.resource_sid, None, message, "warning")
        with self._clock.working():
            try:
                async with asyncio.timeout(connection.tt / 1000):
                    return await self._follow(webhook, connection)
            except TimeoutError as error:
                # docs/api/errors/11205 is for the default of 15 s, 11203 for a custom total.
                code = 11203 if connection.own_total else 11205
                message = f"No response from {host_of(webhook.url)} within {connection.tt / 1000} s"
                raise WebhookError(code, message) from error

    def note_dropped(self, webhook: Webhook) -> None:
        """Record a suppressed request in the history without sending it."""
        webhook = replace(webhook, url=join_url("", webhook.url))
        self._store.deliveries.put(replace(self._delivery(webhook, 1), error=DROPPED))

    async def _follow(self, webhook: Webhook, connection: Connection) -> Answer:
        """Follow redirects, and send the password in the URL if it is requested."""
        headers = {"I-Twilio-Idempotency-Token": str(uuid4())}
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._attempts(webhook, connection, headers)
            if _can_log_in(webhook, answer, headers):
                headers["Authorization"] = credentials_of(webhook.url)
            elif answer.location is not None:
                webhook = _redirected(webhook, answer)
                if origin_of(webhook.url) != origin_of(answer.url):
                    headers.pop("Authorization", None)
            elif answer.status >= 300:
                raise WebhookError(11200, self._refusal(answer))
            else:
                return answer
        raise WebhookError(11215, f"More than {MAX_REDIRECTS} redirects")

    def _refusal(self, answer: Answer) -> str:
        hint = self._advice.why(answer.url, answer.status) or answer.problem or answer.finding
        message = f"{host_of(answer.url)} returned HTTP status {answer.status}"
        return f"{message}: {hint}" if hint else message

    async def _attempts(
        self, webhook: Webhook, connection: Connection, headers: Mapping[str, str]
    ) -> Answer:
        for attempt in range(1, connection.rc + 1):
            try:
                answer = await self._attempt(webhook, connection, headers, attempt)
            except AttemptError as error:
                if not connection.repeats(error.trouble):
                    raise
                continue
            refused = answer.status >= 400 and not _can_log_in(webhook, answer, headers)
            if not refused or not connection.repeats("4xx" if answer.status < 500 else "5xx"):
                return answer
        return await self._attempt(webhook, connection, headers, connection.rc + 1)

    async def _attempt(
        self, webhook: Webhook, connection: Connection, headers: Mapping[str, str], attempt: int
    ) -> Answer:
        """Make one request and record it, with its outcome, in the history."""
        delivery = self._store.deliveries.put(self._delivery(webhook, attempt))
        key = self._keys.of(webhook.resource_sid)
        began = time.perf_counter()
        try:
            answer = await self._client.exchange(
                webhook, delivery.url, connection, headers, self._conversation(webhook), key
            )
        except BaseException as error:
            message = str(error) or type(error).__name__
            self._store.deliveries.put(
                replace(delivery, error=message, duration_ms=_ms_since(began))
            )
            raise
        delivery = self._store.deliveries.put(
            replace(
                delivery,
                status=answer.status,
                content_type=answer.content_type,
                answer=_shown(answer),
                duration_ms=_ms_since(began),
                error=f"HTTP {answer.status}" if answer.status >= 400 else "",
                signature=self._explained(delivery, answer, key),
            )
        )
        return replace(answer, finding=delivery.signature.finding if delivery.signature else "")

    def _explained(
        self, delivery: Delivery, answer: Answer, key: SigningKey
    ) -> SignatureCheck | None:
        """Explain why the signature was rejected; return None if it wasn't."""
        if not delivery.signed or answer.status != HTTPStatus.FORBIDDEN:
            return None
        # A field that repeats the same value is signed once, as in Twilio's SDKs.
        names = tuple(name for name, _ in sorted(set(delivery.form)))
        signed = Signed(signed_url(delivery.url, delivery.resource_sid), names, key)
        return explain(signed, checked_of(answer.body), self._advice)

    def _delivery(self, webhook: Webhook, attempt: int) -> Delivery:
        return Delivery(
            sid=new_sid("NO"),
            resource_sid=webhook.resource_sid,
            purpose=webhook.purpose,
            method=webhook.method,
            url=sendable_url(webhook),
            form=webhook.params if webhook.method == "POST" else (),
            signed=webhook.signed,
            at=self._clock.now(),
            attempt=attempt,
        )

    def _conversation(self, webhook: Webhook) -> str:
        """Return the name of the cookie jar: the call's, or that of a text's two numbers."""
        message = self._store.messages.get(webhook.resource_sid)
        return f"{message.sender} {message.to}" if message is not None else webhook.resource_sid


def _can_log_in(webhook: Webhook, answer: Answer, headers: Mapping[str, str]) -> bool:
    """Whether the URL has a requested password that wasn't sent yet."""
    has_password = "@" in urlsplit(webhook.url).netloc
    return answer.wants_password and has_password and "Authorization" not in headers


def _redirected(webhook: Webhook, answer: Answer) -> Webhook:
    """Like a browser, repeat the request for 307 and 308, and GET without the form otherwise."""
    target = join_url(answer.url, answer.location or "")
    if answer.status in (307, 308):
        return replace(webhook, url=target)
    return replace(webhook, url=target, method="GET", params=())


def _shown(answer: Answer) -> str:
    """Return the text for the page; the history doesn't keep media."""
    if answer.content_type.startswith(("text/", "application/")):
        return answer.text
    return f"({len(answer.body)} bytes)"


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
