"""The HTTP transport below Twilio's SDK. Only `sign_in` imports it, since it loads aiohttp.

The SDK's own async transport ignores its timeout and is limited to 100 connections.
"""

import asyncio
import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from shared.config.local_stack import twilio_url
from shared.errors import (
    FileTooLongError,
    TwilioOutcomeUnknownError,
    TwilioTimeoutError,
    TwilioUnreachableError,
)
from shared.http.connector import Connector
from shared.twilio_api import dispatch
from shared.twilio_api.downloads import Download
from shared.twilio_api.outcomes import UNREADABLE

# Callers (and Twilio, which waits 15 s) should hear of a failure in time.
TOTAL_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 5.0
# A long recording takes a while, but a silent connection is broken.
DOWNLOAD_TIMEOUT_S = 60.0
# Each file, up to 100 MB, is in memory twice, and an instance has 2 GB for all its requests.
MAX_DOWNLOADS = 4
NO_CONNECTION = "The app cannot connect to Twilio, so nothing was sent. Try again."


class _Request(aiohttp.ClientRequest):
    """A request that doesn't go out after its deadline.

    aiohttp calls `send` once it has a connection, for each request that it writes. Nothing awaits
    between the check of the clock and the write.
    """

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Write the request."""
        dispatch.note_leave()
        answer = await super().send(conn)
        dispatch.note_left()
        return answer


class TwilioHttp(AsyncHttpClient):
    """A connection pool for one event loop; create it inside a coroutine of that loop."""

    def __init__(self, local_stack_url: str, *, total_timeout_s: float = TOTAL_TIMEOUT_S) -> None:
        """Send requests to Twilio, or to `local_stack_url` if it isn't empty."""
        self.is_async = True
        self._local_stack_url = local_stack_url
        self._download_timeout = aiohttp.ClientTimeout(
            total=max(total_timeout_s, DOWNLOAD_TIMEOUT_S),
            connect=CONNECT_TIMEOUT_S,
            sock_connect=CONNECT_TIMEOUT_S,
            sock_read=total_timeout_s,
        )
        self._downloads = asyncio.Semaphore(MAX_DOWNLOADS)
        self._session = aiohttp.ClientSession(
            connector=Connector(limit=0),
            request_class=_Request,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=total_timeout_s, connect=CONNECT_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S
            ),
        )

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request for the SDK, ignoring its `timeout` in favor of ours.

        Raise TwilioUnreachableError or TooLateError if nothing was sent, TwilioOutcomeUnknownError
        if no answer came back, and the SDK's own error for a refusal (see `checked`).
        """
        url = twilio_url(uri, self._local_stack_url) if self._local_stack_url else uri
        if params:
            url = f"{url}?{urlencode(params, doseq=True)}"
        try:
            async with self._session.request(
                method,
                url,
                data=urlencode(data, doseq=True).encode() if data else None,
                headers=_with_authorization(headers or {}, auth),
                allow_redirects=allow_redirects,
            ) as answer:
                # Twilio writes UTF-8. Any other charset in the header may not even exist.
                text = (await answer.read()).decode("utf-8", "replace")
                if answer.ok and not text.lstrip().startswith("{") and text:
                    raise TwilioOutcomeUnknownError(UNREADABLE)
                return checked(method, Response(answer.status, text, answer.headers))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TwilioUnreachableError(NO_CONNECTION) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TwilioOutcomeUnknownError(
                "Twilio did not answer, so it may have carried out the request. "
                "Check Twilio's log before you retry."
            ) from error

    async def download(self, url: str, auth: tuple[str, str], *, max_bytes: int) -> Download:
        """Download a file. Run only a few downloads at once.

        Raise TwilioUnreachableError, TwilioTimeoutError, FileTooLongError, and the SDK's own error
        for a 429, which may have a Retry-After. Follow Twilio's redirects to its file storage,
        without the credentials.
        """
        local = self._local_stack_url
        try:
            async with (
                self._downloads,
                self._session.get(
                    twilio_url(url, local) if local else url,
                    headers=_with_authorization({}, auth),
                    timeout=self._download_timeout,
                ) as answer,
            ):
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    checked("GET", Response(answer.status, "", answer.headers))
                body = await _limited(answer, max_bytes)
                return Download(answer.status, body, answer.content_type.lower())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TwilioUnreachableError(NO_CONNECTION) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TwilioTimeoutError("Twilio did not send the whole file. Try again.") from error

    async def close(self) -> None:
        """Close the connections; call it in the event loop that opened them."""
        await self._session.close()

    def abandon(self) -> None:
        """Let the operating system close the connections: at exit their event loop is gone."""
        self._session.detach()


def checked(method: str, answer: Response) -> Response:
    """Return the answer; for an error status, raise it with the answer, as the SDK does for lists.

    The SDK's errors for anything else drop the headers and, for an RFC 9457 problem, the HTTP
    status, which decides whether to retry.
    """
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        work = "create" if method == "POST" else "fetch"
        raise TwilioException(f"Unable to {work} record", answer)
    return answer


async def _limited(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read the body up to the limit, or not at all if its Content-Length exceeds it."""
    too_long = FileTooLongError(
        f"The file is larger than the limit of {max_bytes} bytes. "
        "For a recording, use format=mp3, the smallest format."
    )
    if (answer.content_length or 0) > max_bytes:
        raise too_long
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise too_long
    return bytes(body)


def _with_authorization(
    headers: Mapping[str, str], auth: tuple[str, str] | None
) -> Mapping[str, Any]:
    """Basic authentication as a header; aiohttp's own way is deprecated."""
    if auth is None:
        return headers
    user_and_password = base64.b64encode(":".join(auth).encode()).decode()
    return {**headers, "Authorization": f"Basic {user_and_password}"}
