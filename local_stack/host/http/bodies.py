"""Read the body of a request, with the limits of Azure's host."""

import asyncio
import re
from collections.abc import Mapping

from aiohttp.web_request import BaseRequest

from local_stack.host.http.refused import RequestRefusedError

MAX_BODY_BYTES = 100 * 1024 * 1024
LIMIT_SETTING = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
LIMIT = re.compile("[0-9]{1,18}")
GRACE_S = 5.0
SLOWEST_BYTES_PER_S = 240
"""Source: https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/options"""


def body_limit(settings: Mapping[str, str]) -> int:
    """Return the number of bytes that a function can receive."""
    given = settings.get(LIMIT_SETTING, "")
    return int(given) if LIMIT.fullmatch(given) else MAX_BODY_BYTES


async def read_body(request: BaseRequest, limit: int) -> bytes:
    """Return the body if there is a Content-Length; a chunked body arrives empty, as on Azure.

    Raises RequestRefusedError for a body that is too long or too slow.
    """
    length = request.content_length or 0
    if length > limit:
        raise RequestRefusedError(500, f"the body is longer than {limit} bytes")
    if length == 0:
        return b""
    if request.content.is_eof():  # it arrived together with the headers
        return await request.content.read()
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # These bytes aren't part of the response; without this an error could not be sent.
        request.writer.output_size = 0
    return await read_in_time(request)


async def read_in_time(request: BaseRequest) -> bytes:
    """Read the rest of a body; refuse a client that is too slow."""
    loop = asyncio.get_running_loop()
    began, parts, received = loop.time(), list[bytes](), 0
    while True:
        try:
            deadline = began + GRACE_S + received / SLOWEST_BYTES_PER_S
            async with asyncio.timeout_at(deadline):
                part = await request.content.readany()
        except TimeoutError as error:
            raise RequestRefusedError(500, "the body arrives too slowly") from error
        if not part:
            return b"".join(parts)
        parts.append(part)
        received += len(part)
