"""Cross-origin requests, if the app's settings allow other origins.

Source: the CORS middleware of Azure/azure-functions-host.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aiohttp.web_request import BaseRequest

from local_stack.host.http.cors_settings import CREDENTIALS, ORIGINS, SWITCH

TRUE_WORDS = frozenset({"1", "true"})


@dataclass(frozen=True)
class Cors:
    """The origins of web pages that may call the functions; "*" is any."""

    origins: frozenset[str] = frozenset()
    with_credentials: bool = False

    def allowed_origin(self, request: BaseRequest) -> str:
        """Return the value of Access-Control-Allow-Origin for a request, "" for none."""
        if not self.origins:
            return ""
        origin = request.headers.get("Origin", "")
        if origin and "*" in self.origins:
            return "*"
        return origin if origin.lower() in self.origins else ""

    def headers(self, request: BaseRequest) -> dict[str, str]:
        """Return the headers that a response to this request gets."""
        origin = self.allowed_origin(request)
        if not origin:
            return {}
        headers = {"Access-Control-Allow-Origin": origin}
        if self.with_credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        return headers

    def is_preflight(self, request: BaseRequest) -> bool:
        """Return whether a browser asks what it may send; that never reaches a function."""
        asked = "Access-Control-Request-Method" in request.headers
        return bool(self.origins) and request.method == "OPTIONS" and asked

    def preflight_headers(self, request: BaseRequest) -> dict[str, str]:
        """Return the headers of the response to a preflight request."""
        headers = self.headers(request)
        if headers:
            headers["Access-Control-Allow-Methods"] = request.headers[
                "Access-Control-Request-Method"
            ]
            names = request.headers.get("Access-Control-Request-Headers")
            if names:
                headers["Access-Control-Allow-Headers"] = names
        return headers


def read_cors(settings: Mapping[str, str]) -> Cors:
    """Return what the settings allow; without them, no other origin."""
    if settings.get(SWITCH, "").lower() not in TRUE_WORDS:
        return Cors()
    try:
        origins: object = json.loads(settings.get(ORIGINS, "[]"))
    except (ValueError, RecursionError):
        return Cors()
    listed = cast(list[object], origins) if isinstance(origins, list) else []
    return Cors(
        frozenset(str(origin).lower() for origin in listed),
        settings.get(CREDENTIALS, "").lower() in TRUE_WORDS,
    )
