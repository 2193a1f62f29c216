"""Faults of the REST API: what strikes requests that send, change or read texts and calls."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from deskphone.faults.faults import Faults
from deskphone.faults.injection import Play, cut, play_of, retry_after
from deskphone.rest.api import PREFIX
from deskphone.rest.auth_tokens import PREFIX as TOKENS_PREFIX
from deskphone.rest.errors import TwilioRefusalError

SEND = re.compile(r"/2010-04-01/Accounts/[^/]+/(Messages|Calls)(/[^/]+)?\.json")
"""What texts and calls are sent, changed and read by."""
DOORS = (PREFIX, TOKENS_PREFIX)
CODES: Mapping[int, int] = {429: 20429, 500: 20500, 503: 20503}
"""Twilio's numbers (twilio.com/docs/api/errors)."""


def strike_twilio(faults: Faults, request: web.Request) -> Play | None:
    """Let a request to Twilio meet a fault of Twilio's."""
    if is_send(request):
        return play_of(faults.strike("twilio"), _refusal)
    if request.method == "GET" and SEND.fullmatch(request.path):
        return play_of(faults.strike("twilio", lambda fault: fault.reads), _refusal)
    return None


def refuse_twilio(faults: Faults, request: web.Request) -> Play | None:
    """Break each connection to Twilio while `twilio refused` is on.

    For an emulator whose REST API has no door of its own that can be closed.
    """
    if not faults.is_on("twilio", "refused") or not request.path.startswith(DOORS):
        return None

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        return cut(request, web.Response())

    return refuse


def is_send(request: web.Request) -> bool:
    """Whether a request sends or changes a text or a call."""
    return request.method == "POST" and SEND.fullmatch(request.path) is not None


def _refusal(status: int, retry_after_s: float) -> web.Response:
    body = TwilioRefusalError(CODES[status], HTTPStatus(status).phrase, status).body()
    return web.json_response(body, status=status, headers=retry_after(status, retry_after_s))
