"""One HTTP request of a webhook: its headers, its signature, and the response."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, quote_plus, urlencode

import aiohttp
from yarl import URL

from deskphone.webhooks.cookies import Cookies
from deskphone.webhooks.overrides import Connection, Trouble
from deskphone.webhooks.signing import SigningKey
from deskphone.webhooks.tls import tls_fault
from deskphone.webhooks.urls import host_of, signed_url
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

MAX_BYTES = 64 * 1024
MAX_MEDIA_BYTES = 40 * 1024 * 1024
"""Twilio's limit for documents, and ours for media, where Twilio documents none."""
REDIRECTS = (301, 302, 303, 307, 308)
BAD_HOST_NAME, NOT_HTTP = 11210, 11206
USER_AGENT = "TwilioProxy/1.1"
FORM = "application/x-www-form-urlencoded"

Pairs = Sequence[tuple[str, str]]


class AttemptError(WebhookError):
    """An attempt failed; whether to retry depends on the kind of trouble."""

    def __init__(self, trouble: Trouble, message: str, code: int = 11205) -> None:
        super().__init__(code, message)
        self.trouble: Trouble = trouble


class Client:
    """Makes requests. Use it inside a running event loop, and close it at the end."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies
        # One connection per request: a kept one could be dead after the host restarts.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        await self._session.close()

    async def exchange(
        self,
        webhook: Webhook,
        url: str,
        connection: Connection,
        headers: Mapping[str, str],
        conversation: str,
        key: SigningKey,
    ) -> Answer:
        """Request `url`, the webhook's URL as sent; raise AttemptError if there is no response.

        `key` signs the request.
        """
        headers = {**self._cookies.header(conversation, url), **headers}
        host = host_of(url)
        try:
            response = await self._respond(webhook, url, connection, headers, key)
        except aiohttp.ClientSSLError as error:
            raise AttemptError("ct", *tls_fault(host, error)) from error
        except aiohttp.ClientConnectorDNSError as error:
            raise AttemptError("ct", f"There is no host {host}", BAD_HOST_NAME) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise AttemptError("ct", f"Can't connect to {host}") from error
        except aiohttp.ServerTimeoutError as error:
            raise AttemptError(
                "rt", f"No response from {host} within {connection.rt} ms"
            ) from error
        except aiohttp.ClientResponseError as error:
            message = f"The response from {host} isn't HTTP"
            raise AttemptError("broken", message, NOT_HTTP) from error
        except (aiohttp.ClientError, ValueError) as error:
            message = f"The connection to {host} broke before a response arrived"
            raise AttemptError("broken", message) from error
        async with response:
            self._cookies.take(conversation, url, response.cookies)
            return await _answer(response, webhook.url)

    async def _respond(
        self,
        webhook: Webhook,
        url: str,
        connection: Connection,
        headers: Mapping[str, str],
        key: SigningKey,
    ) -> aiohttp.ClientResponse:
        form = webhook.params if webhook.method == "POST" else ()
        return await self._session.request(
            webhook.method,
            URL(url, encoded=True),
            data=_body(form) if webhook.method == "POST" else None,
            headers={**_headers(webhook, url, form, key), **headers},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=connection.ct / 1000, sock_read=connection.rt / 1000
            ),
            allow_redirects=False,
        )


def _headers(webhook: Webhook, url: str, form: Pairs, key: SigningKey) -> dict[str, str]:
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
    }
    if webhook.method == "POST":
        headers["Content-Type"] = _content_type(webhook)
    if webhook.signed:
        headers["X-Home-Region"] = "us1"
        headers |= key.headers(signed_url(url, webhook.resource_sid), form)
    return headers


def _body(form: Pairs) -> bytes:
    """Return the form; blanks are +, but in reports on recordings %20, as recorded in 2023.

    Apps that decode only one of them notice.
    """
    names = dict(form).keys()
    is_of_recording = not names.isdisjoint({"RecordingStatus", "TranscriptionStatus"})
    return urlencode(form, quote_via=quote if is_of_recording else quote_plus).encode()


def _content_type(webhook: Webhook) -> str:
    """Return the form's type as Twilio writes it for texts, reports on texts, and everything else.

    Frameworks that compare the whole value notice.
    """
    if not webhook.resource_sid.startswith(("SM", "MM")):
        return f"{FORM}; charset=UTF-8"
    return f"{FORM}; charset=utf-8" if webhook.purpose == "status" else FORM


async def _answer(response: aiohttp.ClientResponse, url: str) -> Answer:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_media = content_type.startswith("audio/")
    try:
        body = await _read(response, MAX_MEDIA_BYTES if is_media else MAX_BYTES)
    except (aiohttp.ClientError, ValueError) as error:
        raise AttemptError("partial", f"The response from {host_of(url)} was cut off") from error
    challenge = response.headers.get("WWW-Authenticate", "").lower()
    return Answer(
        url=url,
        status=response.status,
        content_type=content_type,
        body=body,
        location=response.headers.get("Location") if response.status in REDIRECTS else None,
        wants_password=response.status == 401 and challenge.startswith("basic"),
    )


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the body; raise WebhookError if it is larger than the limit in bytes."""
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > limit:
            code = 11750 if limit == MAX_BYTES else 11751
            raise WebhookError(code, f"The response is larger than {limit} bytes")
    return bytes(content)
