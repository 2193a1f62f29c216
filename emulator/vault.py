"""A stand-in for Key Vault, for the unmodified Azure SDK.

`GET /vault/secrets/{name}` is what SecretClient asks. A request without a token is challenged with
401, as the real vault does.
"""

import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from emulator.identity import VAULTS, Identity, challenge
from emulator.local_values import VAULT_URL


class Vault:
    """One vault with one version of each secret."""

    def __init__(
        self, values: Mapping[str, str], identity: Identity, given: dict[str, str] | None = None
    ) -> None:
        """`values` are the secrets by name; what changes in them changes in the vault.

        `given` takes what was last given out, by name.
        """
        self._secrets = values
        self._given = {} if given is None else given
        self._identity = identity
        self._version = secrets.token_hex(16)
        self._since = int(time.time())

    async def secret(self, request: web.Request) -> web.Response:
        """Answer SecretClient.get_secret."""
        if not self._identity.opens(VAULTS, request):
            return _problem(HTTPStatus.UNAUTHORIZED, "Unauthorized", "A bearer token is required.")
        name = request.match_info["name"]
        name = next((known for known in self._secrets if known.lower() == name.lower()), name)
        value = self._secrets.get(name)
        version = request.match_info["version"].strip("/")
        if value is None or version not in ("", self._version):
            text = f"A secret with (name/id) {name} was not found in this key vault."
            return _problem(HTTPStatus.NOT_FOUND, "SecretNotFound", text)
        self._given[name] = value
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
    headers = challenge(VAULTS) if status == HTTPStatus.UNAUTHORIZED else {}
    return web.json_response(
        {"error": {"code": code, "message": message}}, status=status, headers=headers
    )
