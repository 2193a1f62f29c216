"""The Accounts resource: the one account of the local stack."""

import secrets
from dataclasses import dataclass

from deskphone.clock import Clock
from deskphone.rest import wire
from deskphone.rest.errors import NotEmulatedError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN

FRIENDLY_NAME = "Local stack"


@dataclass
class Accounts:
    """Fetch, list, rename. Subaccounts are not emulated."""

    clock: Clock

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was changed."""
        self.friendly_name = FRIENDLY_NAME
        self._primary = AUTH_TOKEN
        self.secondary_auth_token = ""
        self._imposed = ""
        self.created = self.updated = self.clock.now()

    @property
    def auth_token(self) -> str:
        """The primary token, which signs Twilio's requests."""
        return self._imposed or self._primary

    def auth_tokens(self) -> tuple[str, ...]:
        """All tokens that open the REST API.

        Twilio's docs call the secondary one good for API requests; nobody here has tried it.
        """
        return tuple(filter(None, (self.auth_token, self.secondary_auth_token)))

    def impose(self, auth_token: str) -> None:
        """Let another token count in the place of the primary one; "" ends that."""
        self._imposed = auth_token

    def add_secondary(self) -> str:
        """Make a secondary token and return it."""
        self.secondary_auth_token = secrets.token_hex(16)
        return self.secondary_auth_token

    def promote(self) -> None:
        """Make the secondary token the primary one, whose predecessor is dead at once."""
        self._primary, self.secondary_auth_token = self.secondary_auth_token, ""
        self._imposed = ""
        self.updated = self.clock.now()

    def create(self, parameters: Parameters) -> wire.Json:
        raise NotEmulatedError("Creating a subaccount")

    def fetch(self, sid: str) -> wire.Json:
        if sid != ACCOUNT_SID:
            raise not_found(f"Accounts/{sid}")
        return wire.account(self.friendly_name, self.auth_token, self.created, self.updated)

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        self.fetch(sid)
        if parameters.text("Status"):
            raise NotEmulatedError("Suspending or closing the account")
        self.friendly_name = parameters.text("FriendlyName") or self.friendly_name
        self.updated = self.clock.now()
        return self.fetch(sid)

    def page(self, parameters: Parameters) -> wire.Json:
        """Return the list; there is one account, so there is one page."""
        name = parameters.text("FriendlyName")
        shown = [self.fetch(ACCOUNT_SID)] if name in ("", self.friendly_name) else []
        path = f"/{wire.API_VERSION}/Accounts.json?PageSize=50&Page=0"
        return {
            "accounts": shown,
            "first_page_uri": path,
            "next_page_uri": None,
            "previous_page_uri": None,
            "page": 0,
            "page_size": 50,
            "start": 0,
            "end": 0,
            "uri": path,
        }
