"""A stand-in for the managed identity of App Service, for the unmodified Azure SDKs.

On App Service, ManagedIdentityCredential calls `GET /identity/token` (api-version 2019-08-01). A
token is valid for one kind of service, for as long as the emulator runs.
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
    """An identity with access to vaults and storage accounts."""

    def __init__(self) -> None:
        self._tokens = {service: secrets.token_hex(16) for service in (VAULTS, STORAGE)}

    async def token(self, request: web.Request) -> web.Response:
        """Answer ManagedIdentityCredential."""
        if request.headers.get("X-IDENTITY-HEADER") != IDENTITY_HEADER:
            return _problem(HTTPStatus.UNAUTHORIZED, "invalid X-IDENTITY-HEADER")
        service = request.query.get("resource", "").rstrip("/")
        if service not in self._tokens:
            return _problem(HTTPStatus.BAD_REQUEST, "invalid resource")
        return web.json_response(
            {
                "access_token": self._tokens[service],
                "expires_on": str(int(time.time()) + TOKEN_LIFE_S),
                "resource": service,
                "token_type": "Bearer",
            }
        )

    def opens(self, service: str, request: web.Request) -> bool:
        """Return whether a request has the identity's token for a service."""
        return request.headers.get("Authorization") == f"Bearer {self._tokens[service]}"


def challenge(service: str) -> dict[str, str]:
    """Return the header of a 401 that tells the SDKs where to get a token."""
    authority = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000"
    text = f'Bearer authorization="{authority}", resource="{service}"'
    return {"WWW-Authenticate": text}


def _problem(status: HTTPStatus, message: str) -> web.Response:
    return web.json_response({"statusCode": int(status), "message": message}, status=status)
