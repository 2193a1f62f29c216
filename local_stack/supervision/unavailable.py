"""Respond in place of a host that can't start."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def unavailable(listener: socket.socket, reason: str) -> AsyncGenerator[None]:
    """Respond to every request on `listener` with 503 and the reason, inside the context.

    Otherwise connections would wait forever in the socket of a host that never starts.
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

    # A duplicate, because the server closes its socket.
    requests = Server(answer, access_log=None, keepalive_timeout=KEEP_ALIVE_S)
    server = await asyncio.get_running_loop().create_server(requests, sock=listener.dup())
    try:
        yield
    finally:
        server.close()
        await requests.shutdown(timeout=0.1)
