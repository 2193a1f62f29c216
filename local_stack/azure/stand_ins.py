"""The Azure stand-ins: vault, managed identity, and tables, with their routes."""

from collections.abc import Callable, Sequence

from aiohttp import web

from deskphone.clock import Clock
from deskphone.webhooks.advice import Finding
from deskphone.webhooks.signing import SigningKey
from local_stack.azure.identity import Identity
from local_stack.azure.table_door import PREFIX, StorageDoor
from local_stack.azure.tables import Tables
from local_stack.azure.token_places import TokenPlaces, judge_shared_key, judge_token
from local_stack.azure.vault import Vault
from local_stack.values import SECRETS


class Azure:
    """The state of all stand-ins.

    `secrets` are the vault's by name, `given` is what the app last received. `is_rotated`: a fault
    has changed the account's auth token.
    """

    def __init__(self, clock: Clock) -> None:
        self.secrets = dict(SECRETS)
        self.given: dict[str, str] = {}
        self.is_rotated = False
        self._tables = Tables(clock)
        self._identity = Identity()
        self._vault = Vault(self.secrets, self._identity, self.given)

    def reset(self) -> None:
        """Reset the state; the app keeps the secrets it already has."""
        self._tables.clear()
        self.secrets.clear()
        self.secrets.update(SECRETS)

    def judge_token(self, key: SigningKey, tried: Sequence[str]) -> Finding:
        """Return whether the app can have a key, given the secrets that it tried."""
        places = TokenPlaces.of(key.secret, self.secrets, self.given, is_rotated=self.is_rotated)
        return judge_shared_key(tried, places) if key.sid else judge_token(tried, places)

    def routes(self, on_gap: Callable[[str], None]) -> list[web.RouteDef]:
        """Return the routes; `on_gap` is called for what isn't emulated."""
        vault = self._vault
        storage = StorageDoor(self._tables, self._identity, on_gap)
        return [
            web.get("/identity/token", self._identity.token),
            web.get("/vault/secrets", vault.names),
            web.put("/vault/secrets/{name}", vault.write),
            web.get("/vault/secrets/{name}{version:/?.*}", vault.secret),
            web.route("*", PREFIX + "{path:.*}", storage.handle),
        ]
