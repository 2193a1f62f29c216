"""Stand-ins for managed identity and Key Vault, for the unmodified Azure SDKs.

`GET /identity/token` is what App Service offers to ManagedIdentityCredential (api-version
2019-08-01); `GET /vault/secrets/{name}` is what SecretClient asks. A request without a token is
challenged with 401, as the real vault does.
"""

import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from emulator.local_values import IDENTITY_HEADER, VAULT_URL

RESOURCE = "https://vault.azure.net"
TOKEN_LIFE_S = 24 * 3600
CHALLENGE = (
    'Bearer authorization="https://login.microsoftonline.com/'
    '00000000-0000-0000-0000-000000000000", '
    'resource="https://vault.azure.net"'
)


class Vault:
    """One vault with one version of each secret."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._secrets = dict(values)
        self._token = secrets.token_hex(16)
        self._version = secrets.token_hex(16)
        self._since = int(time.time())

    async def token(self, request: web.Request) -> web.Response:
        """Answer ManagedIdentityCredential."""
        if request.headers.get("X-IDENTITY-HEADER") != IDENTITY_HEADER:
            return web.json_response(
                {"statusCode": 401, "message": "X-IDENTITY-HEADER is wrong"}, status=401
            )
        if request.query.get("resource", "").rstrip("/") != RESOURCE:
            return web.json_response(
                {"statusCode": 400, "message": "resource is wrong"}, status=400
            )
        return web.json_response(
            {
                "access_token": self._token,
                "expires_on": str(int(time.time()) + TOKEN_LIFE_S),
                "resource": RESOURCE,
                "token_type": "Bearer",
            }
        )

    async def secret(self, request: web.Request) -> web.Response:
        """Answer SecretClient.get_secret."""
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return _problem(HTTPStatus.UNAUTHORIZED, "Unauthorized", "A bearer token is required.")
        name = request.match_info["name"]
        value = next((v for n, v in self._secrets.items() if n.lower() == name.lower()), None)
        version = request.match_info["version"].strip("/")
        if value is None or version not in ("", self._version):
            text = f"A secret with (name/id) {name} was not found in this key vault."
            return _problem(HTTPStatus.NOT_FOUND, "SecretNotFound", text)
        return web.json_response(
            {
                "value": value,
                "id": f"{VAULT_URL}/secrets/{name}/{self._version}",
                "attributes": {
                    "enabled": True,
                    "created": self._since,
                    "updated": self._since,
                    "recoveryLevel": "Recoverable+Purgeable",
                },
            }
        )


def _problem(status: HTTPStatus, code: str, message: str) -> web.Response:
    headers = {"WWW-Authenticate": CHALLENGE} if status == HTTPStatus.UNAUTHORIZED else {}
    return web.json_response(
        {"error": {"code": code, "message": message}}, status=status, headers=headers
    )
