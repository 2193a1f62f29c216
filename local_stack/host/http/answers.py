"""Build the host's responses, including those that only a strange function result needs."""

import re
from collections.abc import Mapping

from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import HttpVersion10
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse
from multidict import CIMultiDict

from local_stack.host.app.host_file import HEADER_NAME, HEADER_VALUE
from local_stack.host.triggers.http import FunctionAnswer

SERVER_NAME = "Kestrel"  # the server of Azure's host, without a version
NOT_RUNNING = b"Function host is not running."
LENGTH = re.compile("[0-9]{1,18}")
WITHOUT_BODY = frozenset({204, 205, 304})
SWITCHING = 101
FIRST_FINAL = 200
FIRST_STATUS = 100
OK = 200
USUAL = frozenset({"content-type", "cache-control"})
"""Headers that have nothing to do with the length of the body."""


class UnsendableError(Exception):
    """Azure's host can't send a function's response; the message says why.

    `closes` is whether the connection ends with the error.
    """

    def __init__(self, reason: str, *, closes: bool = False) -> None:
        super().__init__(reason)
        self.closes = closes


def to_response(answer: FunctionAnswer, request: BaseRequest) -> StreamResponse:
    """Return a function's answer as an HTTP response; raise UnsendableError."""
    given = checked(answer.headers)
    headers = CIMultiDict({"Server": SERVER_NAME})
    headers.update(given)
    for cookie in answer.cookies:
        headers.add("Set-Cookie", cookie)
    if answer.status == OK and {"content-type"} <= given.keys() <= USUAL:
        return Response(headers=headers, body=answer.body)
    return unusual(answer, headers, is_head=request.method == "HEAD")


def unusual(answer: FunctionAnswer, headers: CIMultiDict[str], *, is_head: bool) -> StreamResponse:
    """Return a response whose status or headers may say more than the body allows."""
    body = answer.body
    length = given_length(headers)
    if length is not None and length < len(body):
        raise UnsendableError("Content-Length is less than the length of the body", closes=True)
    if FIRST_STATUS <= answer.status < FIRST_FINAL or "Transfer-Encoding" in headers:
        return RawResponse(answer.status, headers, *raw_body(answer.status, headers, body))
    if length is not None and length > len(body) and not is_head:
        return RawResponse(answer.status, headers, body, closes=True)
    if answer.status in WITHOUT_BODY and body:
        response = Response(status=answer.status, headers=headers)
        if not is_head:
            response.force_close()
        return response
    if body and "Content-Type" not in headers:
        return untyped(answer.status, headers, b"" if is_head else body, len(body))
    return Response(status=answer.status, headers=headers, body=body)


def untyped(status: int, headers: CIMultiDict[str], body: bytes, length: int) -> StreamResponse:
    """Return a response without a Content-Type, which aiohttp would add."""
    headers["Content-Length"] = str(length)
    return RawResponse(status, headers, body)


def checked(headers: Mapping[str, object]) -> dict[str, str]:
    """Return headers that can be sent; raise UnsendableError for others."""
    sendable: dict[str, str] = {}
    for name, value in headers.items():
        text = str(value).strip()
        if not HEADER_NAME.fullmatch(name):
            raise UnsendableError("the name of a header has characters that HTTP doesn't allow")
        if not HEADER_VALUE.fullmatch(text):
            raise UnsendableError(f"the header {name} has characters that HTTP doesn't allow")
        sendable[name] = text
    return sendable


def given_length(headers: Mapping[str, str]) -> int | None:
    """Return the function's own Content-Length; raise UnsendableError for what is no number."""
    given = headers.get("Content-Length")
    if given is None:
        return None
    if not LENGTH.fullmatch(given):
        raise UnsendableError("Content-Length is not a number")
    return int(given)


def raw_body(status: int, headers: CIMultiDict[str], body: bytes) -> tuple[bytes, bool]:
    """Return the bytes after the headers, and whether the connection closes, as Kestrel does."""
    coding = headers.get("Transfer-Encoding", "").lower()
    if status == SWITCHING or (coding and coding != "chunked"):
        headers["Connection"] = "close"
        return body, True
    if not coding:
        headers["Transfer-Encoding"] = "chunked"
        return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n", False
    return body, False


class RawResponse(StreamResponse):
    """A response written as it is, for what aiohttp would repair."""

    def __init__(
        self,
        status: int,
        headers: CIMultiDict[str],
        body: bytes,
        closes: bool = False,
    ) -> None:
        super().__init__(status=status, headers=headers)
        self._raw = body
        if closes:
            self.force_close()

    async def prepare(self, request: BaseRequest) -> None:
        """Write everything."""
        if not request.keep_alive:
            self.force_close()
            self.headers.setdefault("Connection", "close")
        self.headers.setdefault("Date", rfc822_formatted_time())
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"HTTP/1.1 {self.status} {self.reason}\r\n{lines}\r\n"
        if request.transport is not None:
            body = b"" if request.method == "HEAD" else self._raw
            request.transport.write(head.encode("latin-1") + body)

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: everything is written."""

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow."""
        return super().keep_alive is not False


def empty(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response without a body, like the Functions host for its own errors."""
    return Response(status=status, headers={"Server": SERVER_NAME, **(headers or {})})


def not_running() -> StreamResponse:
    """Return what Azure's host says for every function when the app as a whole can't run."""
    headers = CIMultiDict({"Server": SERVER_NAME})
    return untyped(503, headers, NOT_RUNNING, len(NOT_RUNNING))


def plain(status: int, text: str) -> Response:
    """Return a response in plain text; half of a character becomes a question mark."""
    text = text.encode(errors="replace").decode()
    return Response(status=status, headers={"Server": SERVER_NAME}, text=text + "\n")


class ClosingResponse(Response):
    """A response after which the connection closes at once, whatever the client still sends."""

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Remember the connection, and send the headers."""
        self._connection = request.protocol
        self.force_close()
        return await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the rest and close."""
        await super().write_eof(data)
        self._connection.force_close()


def closing(status: int) -> StreamResponse:
    """Return a response without a body, after which the connection closes."""
    return ClosingResponse(status=status, headers={"Server": SERVER_NAME})


def is_old(request: BaseRequest) -> bool:
    """Return whether the connection closes after the response whatever the client asks for."""
    return request.version <= HttpVersion10
