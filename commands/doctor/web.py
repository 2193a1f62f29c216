"""Send HTTP requests with a timeout. Redirects are not followed."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urlencode

if TYPE_CHECKING:
    import aiohttp

LIMIT_S = 8.0
MAX_BYTES = 100_000


class UnreachableError(Exception):
    """There was no response; the message says why."""


class Answer(NamedTuple):
    """An HTTP response; header names are in lower case."""

    status: int
    text: str
    headers: Mapping[str, str]


class Web:
    """An HTTP client; open it with `async with`."""

    def __init__(self, *, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """GET a URL, or POST a form or JSON to it; raise UnreachableError without a response."""
        import aiohttp
        from yarl import URL

        sent = dict(headers or {})
        if form is not None:
            body = urlencode(form).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            sent["Content-Type"] = "application/json"
        try:
            async with self._connected().request(
                "GET" if body is None else "POST",
                URL(url, encoded=True),  # exactly as it was signed
                data=body,
                headers=sent,
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(MAX_BYTES)
                lower = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, body.decode("utf-8", "replace"), lower)
        except (
            aiohttp.ClientError,
            TimeoutError,
            asyncio.IncompleteReadError,
            ValueError,
        ) as error:
            raise UnreachableError(_explained(error, self._limit_s)) from error

    def _connected(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._limit_s)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


def _explained(error: Exception, limit_s: float) -> str:
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its host name can't be resolved"
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
        return "its certificate is invalid"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "the connection was refused"
    if isinstance(error, TimeoutError):
        return f"it timed out after {limit_s:g} seconds"
    return f"the connection failed ({type(error).__name__})"
