"""Answers for a host that cannot start."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def unavailable(listener: socket.socket, reason: str) -> AsyncGenerator[None]:
    """Answer every request on `listener` with 503 and the reason, while the context lasts.

    Without this, connections would wait for ever in the socket of a host that never comes.
    """
    from aiohttp.web_request import BaseRequest
    from aiohttp.web_response import Response

    from deskphone.bad_requests import KEEP_ALIVE_S, Server
    from deskphone.doorkeeper import protect, refusal

    async def answer(request: BaseRequest) -> Response:
        refused = refusal(request)
        text = refused or f"The Functions host is not running: {reason}"
        response = Response(status=403 if refused else 503, text=f"{text}\n")
        protect(response)
        response.force_close()
        return response

    # A duplicate, since the server closes the socket it serves.
    requests = Server(answer, access_log=None, keepalive_timeout=KEEP_ALIVE_S)
    server = await asyncio.get_running_loop().create_server(requests, sock=listener.dup())
    try:
        yield
    finally:
        server.close()
        await requests.shutdown(timeout=0.1)
