"""A stand-in for the managed identity of App Service, for the unmodified Azure SDKs.

`GET /identity/token` is what App Service offers to ManagedIdentityCredential (api-version
2019-08-01). A token opens one kind of service, and is good for as long as the emulator runs.
"""

import secrets
import time
from http import HTTPStatus

from aiohttp import web

from local_stack.values import IDENTITY_HEADER

VAULTS = "https://vault.azure.net"
STORAGE = "https://storage.azure.com"
TOKEN_LIFE_S = 24 * 3600


class Identity:
    """One identity that may open vaults and storage accounts."""

    def __init__(self) -> None:
        self._tokens = {service: secrets.token_hex(16) for service in (VAULTS, STORAGE)}

    async def token(self, request: web.Request) -> web.Response:
        """Answer ManagedIdentityCredential."""
        if request.headers.get("X-IDENTITY-HEADER") != IDENTITY_HEADER:
            return _problem(HTTPStatus.UNAUTHORIZED, "X-IDENTITY-HEADER is wrong")
        service = request.query.get("resource", "").rstrip("/")
        if service not in self._tokens:
            return _problem(HTTPStatus.BAD_REQUEST, "resource is wrong")
        return web.json_response(
            {
                "access_token": self._tokens[service],
                "expires_on": str(int(time.time()) + TOKEN_LIFE_S),
                "resource": service,
                "token_type": "Bearer",
            }
        )

    def opens(self, service: str, request: web.Request) -> bool:
        """Whether a request for a service carries the identity's token for it."""
        return request.headers.get("Authorization") == f"Bearer {self._tokens[service]}"


def challenge(service: str) -> dict[str, str]:
    """The header of a 401 that tells the SDKs where to get a token."""
    authority = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000"
    text = f'Bearer authorization="{authority}", resource="{service}"'
    return {"WWW-Authenticate": text}


def _problem(status: HTTPStatus, message: str) -> web.Response:
    return web.json_response({"statusCode": int(status), "message": message}, status=status)
