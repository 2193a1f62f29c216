"""The account's numbers and their webhooks, as the page edits them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from aiohttp import web

from deskphone.account.store import Store
from deskphone.phone import views
from deskphone.phone.handsets import Handsets
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Resource
from deskphone.values import LINE, SHARED_KEY
from deskphone.world.requests import WorldError, json_of, text_of

FIELDS = {
    "voice_url": "VoiceUrl",
    "voice_method": "VoiceMethod",
    "sms_url": "SmsUrl",
    "sms_method": "SmsMethod",
}
APPLICATIONS = {"VoiceUrl": "VoiceApplicationSid", "SmsUrl": "SmsApplicationSid"}
SHARED_KEY_FIELD = "shared_key"
KEY = re.compile("[!-~]{16,200}")
LAST = 99
"""How many numbers after the line's are reserved for fiction."""


class Numbers:
    """Handlers for numbers, with the same rules as the REST API."""

    def __init__(
        self,
        store: Store,
        resource: Resource[PhoneNumber],
        handsets: Handsets,
        answers_url: str,
    ) -> None:
        """`resource` is IncomingPhoneNumbers; relative URLs resolve against `answers_url`."""
        self._store = store
        self._resource = resource
        self._handsets = handsets
        self._answers_url = answers_url

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/emulator/numbers", self.add),
            web.put("/emulator/numbers/{sid}", self.change),
            web.delete("/emulator/numbers/{sid}", self.remove),
        ]

    async def add(self, request: web.Request) -> web.Response:
        """Add a number."""
        body = await json_of(request)
        number = text_of(body, "number")
        parameters = {"PhoneNumber": number or self._next_number()} | self._urls(body)
        shared_key = _shared_key(body)
        created = self._resource.create(Parameters(parameters.items()))
        return self._shown(str(created["sid"]), HTTPStatus.CREATED, shared_key)

    async def change(self, request: web.Request) -> web.Response:
        """Change a number's webhooks, or the key that signs them."""
        sid, body = request.match_info["sid"], await json_of(request)
        shared_key = _shared_key(body)
        self._resource.update(sid, Parameters(self._urls(body).items()))
        return self._shown(sid, HTTPStatus.OK, shared_key)

    async def remove(self, request: web.Request) -> web.Response:
        """Remove a number."""
        self._resource.delete(request.match_info["sid"])
        return web.json_response({})

    def _next_number(self) -> str:
        """Return the first number after the line's that neither the app nor a handset has."""
        taken = {*self._handsets.all(), *(one.phone_number for one in self._store.numbers)}
        following = (f"+{int(LINE) + count}" for count in range(1, LAST + 1))
        number = next((one for one in following if one not in taken), None)
        if number is None:
            raise WorldError("No suggested number is available. Specify one.", HTTPStatus.CONFLICT)
        return number

    def _urls(self, body: Mapping[str, object]) -> dict[str, str]:
        """Return Twilio's parameters; URLs may be relative to the app's."""
        unknown = sorted(set(body) - {*FIELDS, SHARED_KEY_FIELD, "number"})
        if unknown:
            raise WorldError(f"Unknown field {unknown[0][:40]!r}.")
        found = {FIELDS[name]: text_of(body, name).strip() for name in FIELDS if name in body}
        # With an application, the URLs would be unused.
        found |= {APPLICATIONS[name]: "" for name in APPLICATIONS if name in found}
        base = f"{self._answers_url}/" if self._answers_url else ""
        return {
            name: _absolute(base, value) if name.endswith("Url") and value else value
            for name, value in found.items()
        }

    def _shown(self, sid: str, status: HTTPStatus, shared_key: str | None) -> web.Response:
        """Show a number after changing its shared key, unless that is None."""
        record = self._resource.found(sid)
        if shared_key is not None:
            record = self._store.numbers.put(replace(record, shared_key=shared_key))
        return web.json_response(views.number(record), status=status)


def _shared_key(body: Mapping[str, object]) -> str | None:
    """Return the shared key, "" for the auth token, or None if the body doesn't say."""
    if SHARED_KEY_FIELD not in body:
        return None
    value = body[SHARED_KEY_FIELD]
    if isinstance(value, bool):
        return SHARED_KEY if value else ""
    if isinstance(value, str) and KEY.fullmatch(value):
        return value
    raise WorldError(
        "`shared_key` must be true, false, or a key of 16 to 200 ASCII characters without spaces."
    )


def _absolute(base: str, url: str) -> str:
    """Resolve a URL; return an invalid one unchanged, to be refused later."""
    try:
        return url if urlsplit(url).scheme else urljoin(base, url)
    except ValueError:
        return url
