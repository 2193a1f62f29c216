"""/v1/AuthTokens/ of accounts.twilio.com: create, delete and promote the secondary auth token.

Sources: twilio.com/docs/iam/api/secondary_authtoken, twilio.com/docs/iam/api/authtoken. They don't
say what a second secondary token does or who may create one: here it replaces the first one, and
API keys aren't allowed.
"""

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from deskphone.account.account import Account
from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.rest.answers import json_answer
from deskphone.rest.api import form_of, query_of
from deskphone.rest.errors import TwilioRefusalError, not_allowed, not_found, refused_sign_in
from deskphone.rest.parameters import warn_of_unknown
from deskphone.rest.resource import Json
from deskphone.values import ACCOUNT_SID

PREFIX = "/v1/AuthTokens/"
URL = f"https://accounts.twilio.com{PREFIX}"
EMULATED = ("SuppressEmailNotification",)
"""Accepted for compatibility; no email is sent."""


class AuthTokens:
    """Creates, deletes and promotes the account's secondary token."""

    def __init__(self, store: Store, clock: Clock, account: Account) -> None:
        self._store = store
        self._clock = clock
        self._account = account

    async def handle(self, request: web.Request) -> web.Response:
        try:
            authorization = request.headers.get("Authorization", "")
            if self._account.user_of(authorization) != ACCOUNT_SID:
                raise refused_sign_in(authorization)
            form, query = await form_of(request), query_of(request)
            form.check(EMULATED)
            query.check(EMULATED)
            warn_of_unknown(self._store, query, form)
            return self._verb(request.method, request.path)()
        except TwilioRefusalError as refusal:
            return json_answer(refusal.body(), status=refusal.status, headers=refusal.headers())

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
        body = {**self._body("Secondary"), "secondary_auth_token": self._account.add_secondary()}
        return json_answer(body, status=HTTPStatus.CREATED)

    def _delete(self) -> web.Response:
        self._require_secondary("Secondary")
        self._account.secondary_auth_token = ""
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _promote(self) -> web.Response:
        self._require_secondary("Promote")
        self._account.promote()
        return json_answer({**self._body("Promote"), "auth_token": self._account.auth_token})

    def _require_secondary(self, name: str) -> None:
        """Raise 20404 if there is no secondary token, like Twilio does for a promotion."""
        if not self._account.secondary_auth_token:
            raise not_found(f"{PREFIX}{name}")

    def _body(self, name: str) -> Json:
        now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "account_sid": ACCOUNT_SID,
            "date_created": now,
            "date_updated": now,
            "url": URL + name,
        }
