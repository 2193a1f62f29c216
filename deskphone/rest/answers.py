"""Responses of Twilio's REST API."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

SUCCESSFUL = "application/json;charset=utf-8"


def json_answer(
    body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return JSON, with the content types of Twilio's newest recorded responses (2023 to 2026)."""
    kind = "application/json" if status >= HTTPStatus.BAD_REQUEST else SUCCESSFUL
    text = json.dumps(body).encode()
    return web.Response(body=text, status=status, headers={**(headers or {}), "Content-Type": kind})
