"""Responses of Twilio's REST API."""

import json
from collections.abc import Mapping

from aiohttp import web


def json_answer(
    body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return JSON. Its content type has no charset, like Twilio's since 2021."""
    text = json.dumps(body).encode()
    return web.Response(body=text, status=status, headers=headers, content_type="application/json")
