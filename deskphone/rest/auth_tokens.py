"""The door /v1/AuthTokens/ of accounts.twilio.com: the secondary auth token and its promotion.

Sources: twilio.com/docs/iam/api/secondary_authtoken, twilio.com/docs/iam/api/authtoken. They do not
say what a second secondary token does, nor who may ask: here it takes the place of the first, and
API keys may not.
"""

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from deskphone.account.accounts import Accounts
from deskphone.clock import Clock
from deskphone.rest import wire
from deskphone.rest.authentication import Secrets, refused_credentials, user_of
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.resource import not_allowed
from deskphone.values import ACCOUNT_SID

PREFIX = "/v1/AuthTokens/"
URL = f"https://accounts.twilio.com{PREFIX}"
EMULATED = ("SuppressEmailNotification",)
"""Nobody gets an email anyway."""


class AuthTokens:
    """Creates, deletes and promotes the account's secondary token."""

    def __init__(self, clock: Clock, accounts: Accounts, secrets: Secrets) -> None:
        """`secrets` tell who may ask."""
        self._clock = clock
        self._accounts = accounts
        self._secrets = secrets

    async def handle(self, request: web.Request) -> web.Response:
        try:
            if user_of(request.headers.get("Authorization", ""), self._secrets) != ACCOUNT_SID:
                raise refused_credentials()
            return self._verb(request.method, request.path)()
        except TwilioRefusalError as refusal:
            return web.json_response(
                refusal.body(), status=refusal.status, headers=refusal.headers()
            )

    def _verb(self, method: str, path: str) -> Callable[[], web.Response]:
        match method, path.removeprefix(PREFIX):
            case "POST", "Secondary":
                return self._create
            case "DELETE", "Secondary":
                return self._delete
            case "POST", "Promote":
                return self._promote
            case _, "Secondary" | "Promote":
                raise not_allowed()
            case _:
                raise not_found(path)

    def _create(self) -> web.Response:
        body = {**self._body("Secondary"), "secondary_auth_token": self._accounts.add_secondary()}
        return web.json_response(body, status=HTTPStatus.CREATED)

    def _delete(self) -> web.Response:
        self._require_secondary("Secondary")
        self._accounts.secondary_auth_token = ""
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _promote(self) -> web.Response:
        self._require_secondary("Promote")
        self._accounts.promote()
        return web.json_response({**self._body("Promote"), "auth_token": self._accounts.auth_token})

    def _require_secondary(self, name: str) -> None:
        """Without one Twilio answers 20404 to a promotion."""
        if not self._accounts.secondary_auth_token:
            raise not_found(f"/AuthTokens/{name}")

    def _body(self, name: str) -> wire.Json:
        now = wire.iso_8601(self._clock.now())
        return {
            "account_sid": ACCOUNT_SID,
            "date_created": now,
            "date_updated": now,
            "url": URL + name,
        }
