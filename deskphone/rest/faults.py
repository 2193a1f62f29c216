"""Faults of the REST API, for requests that send, change or read texts and calls."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from deskphone.faults.faults import Faults
from deskphone.faults.injection import Effect, cut, effect_of, retry_after
from deskphone.rest.answers import json_answer
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.other_products import is_rest

SEND = re.compile(r"/2010-04-01/Accounts/[^/]+/(Messages|Calls)(/[^/]+)?\.json")
"""Paths that send, change and read texts and calls."""
CODES: Mapping[int, int] = {429: 20429, 500: 20500, 503: 20503}
"""Twilio's error codes by HTTP status (twilio.com/docs/api/errors)."""


def inject_twilio(faults: Faults, request: web.Request) -> Effect | None:
    """Return the effect of a Twilio fault on a request, or None."""
    if is_send(request):
        return effect_of(faults.pick("twilio"), _refusal)
    if request.method in ("GET", "HEAD") and SEND.fullmatch(request.path):
        return effect_of(faults.pick("twilio", lambda fault: fault.reads), _refusal)
    return None


def refuse_twilio(faults: Faults, request: web.Request) -> Effect | None:
    """Abort each request to the REST API while `twilio refused` is on.

    For an emulator whose REST API has no separate port to close.
    """
    if not is_rest(request.path) or not faults.happens("twilio", "refused"):
        return None

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        return cut(request, web.Response())

    return refuse


def is_send(request: web.Request) -> bool:
    """Whether a request sends or changes a text or a call."""
    return request.method == "POST" and SEND.fullmatch(request.path) is not None


def _refusal(status: int, retry_after_s: float) -> web.Response:
    refusal = TwilioRefusalError(CODES[status], HTTPStatus(status).phrase, status)
    headers = {**refusal.headers(), **retry_after(status, retry_after_s)}
    return json_answer(refusal.body(), status, headers)
