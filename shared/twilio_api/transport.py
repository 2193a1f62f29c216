"""The HTTP transport below Twilio's SDK. Imported by `clients` alone: it brings in aiohttp.

The SDK's own async transport ignores its timeout and keeps a pool of 100 connections.
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
from shared.twilio_api.outcomes import UNREADABLE

# A caller of ours (or Twilio, which waits 15 s) should hear of a failure in time.
TOTAL_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 5.0
# A long recording takes its time, but a line that is silent is broken.
DOWNLOAD_TIMEOUT_S = 60.0
# Each file is held twice in memory, up to 100 MB, and an instance has 2 GB for all its requests.
MAX_DOWNLOADS = 4
NO_CONNECTION = "There is no connection to Twilio; nothing was sent."


class _Request(aiohttp.ClientRequest):
    """A request that does not leave after its time.

    aiohttp calls `send` when it has the connection, for each request that it writes. Nothing waits
    between the look at the clock and the write.
    """

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Write the request."""
        dispatch.note_leave()
        answer = await super().send(conn)
        dispatch.note_left()
        return answer


class TwilioHttp(AsyncHttpClient):
    """One pool of connections for one event loop; create it inside a coroutine of that loop."""

    def __init__(self, local_stack_url: str, *, total_timeout_s: float = TOTAL_TIMEOUT_S) -> None:
        """Send requests to Twilio, or to `local_stack_url` when that is not empty."""
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
        """Make one request, as the SDK asks for it; `timeout` is fixed and never the SDK's.

        Raise TwilioUnreachableError and TooLateError when nothing was sent,
        TwilioOutcomeUnknownError when no answer came back, and for a refusal the SDK's own error,
        as `checked` does.
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
                # Twilio writes UTF-8. A charset that says otherwise may be none that exists.
                text = (await answer.read()).decode("utf-8", "replace")
                if answer.ok and not text.lstrip().startswith("{") and text:
                    raise TwilioOutcomeUnknownError(UNREADABLE)
                return checked(method, Response(answer.status, text, answer.headers))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TwilioUnreachableError(NO_CONNECTION) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TwilioOutcomeUnknownError(
                "Twilio did not answer, so it may have carried out the request. "
                "Check before you repeat it."
            ) from error

    async def download(
        self, url: str, auth: tuple[str, str], *, max_bytes: int
    ) -> tuple[int, bytes]:
        """Get a file; return the status of the answer and its bytes. A few are got at a time.

        Raise TwilioUnreachableError, TwilioTimeoutError, FileTooLongError, and for a 429, which
        may say when to come back, the SDK's own error. Twilio may send on to where it stores
        files, without the credentials; the local stack may not.
        """
        is_local = bool(self._local_stack_url)
        try:
            async with (
                self._downloads,
                self._session.get(
                    twilio_url(url, self._local_stack_url) if is_local else url,
                    headers=_with_authorization({}, auth),
                    allow_redirects=not is_local,
                    timeout=self._download_timeout,
                ) as answer,
            ):
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    checked("GET", Response(answer.status, "", answer.headers))
                return answer.status, await _limited(answer, max_bytes)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TwilioUnreachableError(NO_CONNECTION) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TwilioTimeoutError("Twilio did not give the whole file.") from error

    async def close(self) -> None:
        """Close the connections; call it in the event loop that opened them."""
        await self._session.close()

    def abandon(self) -> None:
        """Leave the connections to the system: at exit their event loop no longer runs."""
        self._session.detach()


def checked(method: str, answer: Response) -> Response:
    """The answer, unless it is a refusal: that is raised, with the answer, as the SDK does it.

    For a list, that is. The SDK's error for anything else keeps neither the headers nor, if the
    answer is an RFC 9457 problem, the HTTP status, which decides whether to try again.
    """
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        work = "create" if method == "POST" else "fetch"
        raise TwilioException(f"Unable to {work} record", answer)
    return answer


async def _limited(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The body, read as far as it may be: not at all when its Content-Length says too much."""
    too_long = FileTooLongError(
        f"The file has more than {max_bytes} bytes, too many to hand on. "
        "A recording is smallest with format=mp3."
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
