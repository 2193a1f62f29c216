"""A process that stands in for Twilio: accepts every text after a pause and discards it."""

import asyncio
import itertools
import multiprocessing
import socket
from collections.abc import Generator
from contextlib import contextmanager

from aiohttp import web

BACKLOG = 1024
STOP_LIMIT_S = 10
DATE = "Mon, 30 Nov 2026 12:00:00 +0000"
MESSAGES = "/2010-04-01/Accounts/{account}/Messages"


@contextmanager
def fake_twilio(wait_s: float) -> Generator[str]:
    """Start it on a free port; return its URL without a trailing slash."""
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        # A fresh process, which inherits only the socket.
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_serve, args=(listener, wait_s), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join(STOP_LIMIT_S)


def _serve(listener: socket.socket, wait_s: float) -> None:
    numbers = itertools.count(1)

    async def create(request: web.Request) -> web.Response:
        form = await request.post()
        await asyncio.sleep(wait_s)
        account, sid = request.match_info["account"], f"SM{next(numbers):032x}"
        message = {
            "sid": sid,
            "account_sid": account,
            "api_version": "2010-04-01",
            "status": "queued",
            "direction": "outbound-api",
            "to": form["To"],
            "from": form.get("From", ""),
            "body": form.get("Body", ""),
            "num_segments": "1",
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "date_created": DATE,
            "date_updated": DATE,
            "date_sent": None,
            "price": None,
            "price_unit": "USD",
            "messaging_service_sid": None,
            "uri": f"{MESSAGES.format(account=account)}/{sid}.json",
            "subresource_uris": {},
        }
        return web.json_response(message, status=201)

    app = web.Application()
    app.router.add_post(f"{MESSAGES}.json", create)
    web.run_app(app, sock=listener, print=None, access_log=None)
