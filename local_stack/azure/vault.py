"""A stand-in for Key Vault, for the unmodified Azure SDK.

SecretClient calls `GET /vault/secrets/{name}` for a value, `GET /vault/secrets` for all names, and
`PUT /vault/secrets/{name}` to store a new value. A request without a token gets a 401 challenge, as
from the real vault.
"""

import json
import re
import secrets
import time
from http import HTTPStatus
from typing import NamedTuple, cast

from aiohttp import web

from local_stack.azure.identity import VAULTS, Identity, challenge
from local_stack.values import VAULT_URL

NAME = re.compile("[0-9a-zA-Z-]{1,127}")
VALUE_LIMIT = 25_000
"""Characters of a value (learn.microsoft.com/azure/key-vault/secrets/about-secrets: 25k bytes)."""


class Version(NamedTuple):
    """One value of a secret and its version id; `since` is in seconds since 1970, UTC."""

    sid: str
    since: int


class Vault:
    """One vault. It keeps only the newest version of each secret."""

    def __init__(
        self, values: dict[str, str], identity: Identity, given: dict[str, str] | None = None
    ) -> None:
        """`values` are the secrets by name; changes to them change the vault.

        The vault records in `given` the last value it returned, by name.
        """
        self._secrets = values
        self._given = {} if given is None else given
        self._identity = identity
        self._first = _new_version()
        self._versions: dict[str, Version] = {}

    async def secret(self, request: web.Request) -> web.Response:
        """Answer SecretClient.get_secret."""
        if not self._identity.opens(VAULTS, request):
            return _no_token()
        name = self._known(request.match_info["name"])
        value = self._secrets.get(name)
        version = request.match_info["version"].strip("/")
        if value is None or version not in ("", self._version_of(name).sid):
            text = f"A secret with (name/id) {name} was not found in this key vault."
            return _problem(HTTPStatus.NOT_FOUND, "SecretNotFound", text)
        self._given[name] = value
        return web.json_response({"value": value, **self._item(name, with_version=True)})

    async def names(self, request: web.Request) -> web.Response:
        """Answer SecretClient.list_properties_of_secrets: all names on one page, without values."""
        if not self._identity.opens(VAULTS, request):
            return _no_token()
        items = [self._item(name, with_version=False) for name in sorted(self._secrets)]
        return web.json_response({"value": items, "nextLink": None})

    async def write(self, request: web.Request) -> web.Response:
        """Answer SecretClient.set_secret: the value becomes the secret's newest version."""
        if not self._identity.opens(VAULTS, request):
            return _no_token()
        name, value = self._known(request.match_info["name"]), _value_in(await request.read())
        if not NAME.fullmatch(name) or value is None:
            return _problem(HTTPStatus.BAD_REQUEST, "BadParameter", "The secret is not valid.")
        self._secrets[name] = value
        self._versions[name] = _new_version()
        return web.json_response({"value": value, **self._item(name, with_version=True)})

    def _known(self, name: str) -> str:
        """Return a name as it was first written; names are case-insensitive."""
        return next((known for known in self._secrets if known.lower() == name.lower()), name)

    def _version_of(self, name: str) -> Version:
        return self._versions.get(name, self._first)

    def _item(self, name: str, *, with_version: bool) -> dict[str, object]:
        version = self._version_of(name)
        return {
            "id": f"{VAULT_URL}/secrets/{name}" + (f"/{version.sid}" if with_version else ""),
            "attributes": {
                "enabled": True,
                "created": version.since,
                "updated": version.since,
                "recoveryLevel": "Recoverable+Purgeable",
            },
        }


def _new_version() -> Version:
    return Version(secrets.token_hex(16), int(time.time()))


def _value_in(body: bytes) -> str | None:
    """Return the value in a request; None if it is missing or invalid."""
    try:
        document: object = json.loads(body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    value = cast(dict[str, object], document).get("value")
    return value if isinstance(value, str) and 0 < len(value) <= VALUE_LIMIT else None


def _no_token() -> web.Response:
    return _problem(HTTPStatus.UNAUTHORIZED, "Unauthorized", "A bearer token is required.")


def _problem(status: HTTPStatus, code: str, message: str) -> web.Response:
    headers = challenge(VAULTS) if status == HTTPStatus.UNAUTHORIZED else {}
    return web.json_response(
        {"error": {"code": code, "message": message}}, status=status, headers=headers
    )
