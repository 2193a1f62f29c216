"""The door /2010-04-01/: authentication, dispatch and errors of Twilio's REST API."""

import asyncio
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from deskphone.account.accounts import Accounts
from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.rest import wire
from deskphone.rest.authentication import Secrets, refused_credentials, user_of
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Resource, not_allowed, page_of
from deskphone.rest.test_credentials import try_out
from deskphone.values import ACCOUNT_SID, TEST_ACCOUNT_SID

PREFIX = f"/{wire.API_VERSION}/"
REAL_RESOURCES = frozenset(name.split("/", maxsplit=1)[0] for name in wire.ACCOUNT_PARTS.values())
REAL_PARTS: Mapping[str, frozenset[str]] = {
    "Messages": frozenset({"Media", "Feedback"}),
    "Calls": frozenset(wire.CALL_PARTS.values()),
    "IncomingPhoneNumbers": frozenset({"AssignedAddOns"}),
    "Queues": frozenset({"Members"}),
    "Conferences": frozenset({"Participants", "Recordings"}),
    "Recordings": frozenset({"Transcriptions", "AddOnResults"}),
}
"""What Twilio has below an account, so that a gap of the emulator can be told from a wrong path."""
PUBLIC_FILE = re.compile(r".+/Messages/[^/]+/Media/[^/.]+")
"""Media of messages are for everybody unless the account's owner locks them; recordings are not
(docs/usage/security)."""


Part = Callable[[str], Resource[Any]]
"""Makes the resource below the record with this SID; raises 20404 when there is no such record."""


class Api:
    """Turns one HTTP request into a call of a resource and its answer or refusal into JSON."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        accounts: Accounts,
        secrets: Secrets,
        resources: Mapping[str, Resource[Any]],
        parts: Mapping[str, Part],
    ) -> None:
        """`secrets` tell who may ask.

        `resources` are by their name in the path, `parts` by e.g. "Queues/Members".
        """
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._secrets = secrets
        self._resources = resources
        self._parts = parts

    def resource(self, name: str) -> Resource[Any]:
        """Return a resource by its name in the path, e.g. Messages."""
        return self._resources[name]

    async def handle(self, request: web.Request) -> web.Response:
        query = Parameters(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))
        try:
            parameters = await _form_of(request)
            if PUBLIC_FILE.fullmatch(request.path):
                return self._file(request)
            user = user_of(request.headers.get("Authorization", ""), self._secrets)
            if user == TEST_ACCOUNT_SID:
                return _json(self._try_out(request, parameters), HTTPStatus.CREATED)
            if not request.path.endswith(".json"):
                return await asyncio.to_thread(self._file, request)
            body, status = self._dispatch(
                request, parameters, query, is_api_key=user != ACCOUNT_SID
            )
        except TwilioRefusalError as refusal:
            if isinstance(refusal, NotEmulatedError):
                self._store.alert("", None, refusal.message)
            return _json(refusal.body(), refusal.status, refusal.headers())
        return _json(body, status)

    def _try_out(self, request: web.Request, parameters: Parameters) -> wire.Json:
        path = request.path.removeprefix(PREFIX).removesuffix(".json").split("/")
        return try_out(request.method, path, parameters, self._clock)

    def _dispatch(
        self, request: web.Request, parameters: Parameters, query: Parameters, *, is_api_key: bool
    ) -> tuple[wire.Json | None, int]:
        path = request.path.removeprefix(PREFIX)
        match path.removesuffix(".json").split("/"):
            case ["Accounts", *rest] if len(rest) <= 1:
                if is_api_key:
                    raise refused_credentials()
                return self._account(request.method, rest, parameters, query)
            case ["Accounts", account, name, *rest] if account == ACCOUNT_SID:
                if is_api_key and name == "Keys":
                    raise refused_credentials()
                return self._resource(request, name, rest, parameters, query)
            case _:
                raise not_found(request.path)

    def _file(self, request: web.Request) -> web.Response:
        """Answer with the file of a recording or of a message's media."""
        match request.path.removeprefix(PREFIX).split("/"):
            case ["Accounts", account, "Recordings", file] if account == ACCOUNT_SID:
                content = self._resources["Recordings"].content(file)
            case ["Accounts", account, "Messages", sid, "Media", file] if account == ACCOUNT_SID:
                content = self._parts["Messages/Media"](sid).content(file)
            case ["Accounts", *_]:
                raise NotEmulatedError("An answer in XML (the path has no .json)")
            case _:
                raise not_found(request.path)
        if request.method not in ("GET", "HEAD"):
            raise not_allowed()
        if content.location:
            headers = {"Location": content.location}
            return web.Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers=headers)
        return web.Response(body=content.body, content_type=content.content_type)

    def _account(
        self, method: str, rest: list[str], parameters: Parameters, query: Parameters
    ) -> tuple[wire.Json, int]:
        match method, rest:
            case "GET", []:
                return self._accounts.page(query), HTTPStatus.OK
            case "POST", []:
                return self._accounts.create(parameters), HTTPStatus.CREATED
            case "GET", [sid]:
                return self._accounts.fetch(sid), HTTPStatus.OK
            case "POST", [sid]:
                return self._accounts.update(sid, parameters), HTTPStatus.OK
            case _:
                raise not_allowed()

    def _resource(
        self,
        request: web.Request,
        name: str,
        rest: list[str],
        parameters: Parameters,
        query: Parameters,
    ) -> tuple[wire.Json | None, int]:
        if rest and f"{name}/{rest[0]}" in self._resources:
            name, rest = f"{name}/{rest[0]}", rest[1:]
        resource = self._resources.get(name)
        if len(rest) > 1 and f"{name}/{rest[1]}" in self._parts:
            resource = self._parts[f"{name}/{rest[1]}"](rest[0])
            rest = rest[2:]
        elif _is_gap(name, rest, emulated=resource is not None):
            raise NotEmulatedError(f"The resource {'/'.join([name, *rest])}")
        if resource is None or len(rest) > 1:
            raise not_found(request.path)
        match request.method, rest:
            case "GET", []:
                return page_of(resource, request.path, query), HTTPStatus.OK
            case "POST", []:
                return resource.create(parameters), resource.created_status
            case "GET", [sid]:
                return resource.fetch(sid), HTTPStatus.OK
            case "POST", [sid]:
                return resource.update(sid, parameters), HTTPStatus.OK
            case "DELETE", [sid]:
                resource.delete(sid)
                return None, HTTPStatus.NO_CONTENT
            case _:
                raise not_allowed()


async def _form_of(request: web.Request) -> Parameters:
    """Return the form in the body; Twilio publishes no number for one that is too large."""
    try:
        return Parameters.from_form(await request.read())
    except web.HTTPRequestEntityTooLarge as error:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise TwilioRefusalError(status, "The request body is too large", status) from error


def _is_gap(name: str, rest: list[str], *, emulated: bool) -> bool:
    """Whether Twilio has this resource and the emulator has not."""
    if not emulated:
        return name in REAL_RESOURCES or name == "Tokens"
    return len(rest) > 1 and rest[1] in REAL_PARTS.get(name, ())


def _json(
    body: Mapping[str, object] | None, status: int, headers: Mapping[str, str] | None = None
) -> web.Response:
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)
