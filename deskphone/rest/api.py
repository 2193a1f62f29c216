"""Requests to /2010-04-01/: sign in, find the resource, and return its result or error as JSON."""

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from deskphone.account.account import Account
from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.records.addresses import API_VERSION
from deskphone.rest.answers import json_answer
from deskphone.rest.errors import (
    NOT_FOUND,
    NotEmulatedError,
    TwilioRefusalError,
    not_allowed,
    not_found,
    refused_credentials,
    refused_sign_in,
    wrong_state,
)
from deskphone.rest.paging import page_of
from deskphone.rest.parameters import Parameters, warn_of_unknown
from deskphone.rest.resource import Resource
from deskphone.rest.test_credentials import answer_test_request
from deskphone.rest.tree import REAL_PARTS, REAL_RESOURCES, Tree
from deskphone.values import ACCOUNT_SID, TEST_ACCOUNT_SID

PREFIX = f"/{API_VERSION}/"


class RestApi:
    """Twilio's REST API 2010-04-01, for the unmodified SDK."""

    def __init__(self, store: Store, clock: Clock, account: Account, tree: Tree) -> None:
        self._store = store
        self._clock = clock
        self._account = account
        self._tree = tree

    def resource(self, name: str) -> Resource[Any]:
        """Return a resource by its name in the path, such as Messages."""
        return self._tree.resources[name]

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request; also raise an alert if it needs something that isn't emulated."""
        try:
            return await self._respond(request)
        except TwilioRefusalError as raised:
            is_missing = raised.code == NOT_FOUND
            refusal = not_found(request.path) if is_missing else raised  # Twilio names the path
            if isinstance(refusal, NotEmulatedError):
                self._store.alert("", None, refusal.message)
            elif refusal.advice:
                self._store.alert("", refusal.code, refusal.advice, "warning")
            # A browser would ask for a password when the phone page shows a picture.
            headers = {} if "Sec-Fetch-Dest" in request.headers else refusal.headers()
            return json_answer(refusal.body(), refusal.status, headers)

    async def _respond(self, request: web.Request) -> web.Response:
        form, query = await form_of(request), query_of(request)
        authorization = request.headers.get("Authorization", "")
        user = self._account.user_of(authorization)
        if user is None:
            raise refused_sign_in(authorization)
        try:
            return await self._answer(request, user, form, query)
        finally:
            warn_of_unknown(self._store, query, form)

    async def _answer(
        self, request: web.Request, user: str, form: Parameters, query: Parameters
    ) -> web.Response:
        if user == TEST_ACCOUNT_SID:
            query.check(())
            path = _parts_of(request.path)
            return json_answer(
                answer_test_request(request.method, path, form, self._clock), HTTPStatus.CREATED
            )
        if request.method in ("GET", "HEAD", "DELETE"):
            form.check(())
        if not request.path.endswith(".json"):
            return await asyncio.to_thread(self._file, request, query)
        resource, below = self._found(request.path, is_api_key=user != ACCOUNT_SID)
        try:
            return self._verb(request, resource, below, form, query)
        except WrongStateError as error:  # the call ended just before, and its task a bit later
            raise wrong_state(str(error)) from error

    def _verb(
        self,
        request: web.Request,
        resource: Resource[Any],
        below: list[str],
        form: Parameters,
        query: Parameters,
    ) -> web.Response:
        # HEAD is GET without the body, which aiohttp leaves out (RFC 9110, section 9.3.2). Twilio
        # documents neither HEAD nor its refusal, and answers it for recordings.
        method = "GET" if request.method == "HEAD" else request.method
        if method != "GET" or below:
            query.check((), resource.missing_in_fetch if method == "GET" else ())
        match method, below:
            case "GET", []:
                return json_answer(page_of(resource, request.path, query))
            case "POST", []:
                return json_answer(resource.create(form), resource.created_status)
            case "GET", [sid]:
                return json_answer(resource.fetch(sid), HTTPStatus.OK)
            case "POST", [sid]:
                return json_answer(resource.update(sid, form), HTTPStatus.OK)
            case "DELETE", [sid]:
                resource.delete(sid)
                return web.Response(status=HTTPStatus.NO_CONTENT)
            case _:
                raise not_allowed()

    def _found(self, path: str, *, is_api_key: bool) -> tuple[Resource[Any], list[str]]:
        """Return the resource at a path, and the last SID in the path, if any."""
        match _parts_of(path):
            case ["Accounts", *below] if len(below) <= 1:
                if is_api_key:
                    raise refused_credentials()
                return self._tree.accounts, below
            case ["Accounts", account, name, *below] if account == ACCOUNT_SID:
                if is_api_key and name == "Keys":
                    raise refused_credentials()
                return self._below_account(path, name, below)
            case _:
                raise not_found(path)

    def _below_account(
        self, path: str, name: str, below: list[str]
    ) -> tuple[Resource[Any], list[str]]:
        tree = self._tree
        if below and f"{name}/{below[0]}" in tree.resources:
            name, below = f"{name}/{below[0]}", below[1:]
        resource = tree.resources.get(name)
        if len(below) > 1 and f"{name}/{below[1]}" in tree.parts:
            resource, below = tree.parts[f"{name}/{below[1]}"](below[0]), below[2:]
        elif _is_gap(name, below, is_emulated=resource is not None):
            raise NotEmulatedError(f"The resource {'/'.join([name, *below])}")
        if resource is None or len(below) > 1:
            raise not_found(path)
        return resource, below

    def _file(self, request: web.Request, query: Parameters) -> web.Response:
        """Return the file of a recording or of a message's media."""
        match request.path.removeprefix(PREFIX).split("/"):
            case ["Accounts", account, "Recordings", file] if account == ACCOUNT_SID:
                content = self.resource("Recordings").content(file, query)
            case ["Accounts", account, "Messages", sid, "Media", file] if account == ACCOUNT_SID:
                content = self._tree.parts["Messages/Media"](sid).content(file, query)
            case ["Accounts", *_]:
                raise NotEmulatedError("An XML response (a path without .json)")
            case _:
                raise not_found(request.path)
        if request.method not in ("GET", "HEAD"):
            raise not_allowed()
        if content.location:
            headers = {"Location": content.location}
            return web.Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers=headers)
        return web.Response(body=content.body, content_type=content.content_type)


def _parts_of(path: str) -> list[str]:
    return path.removeprefix(PREFIX).removesuffix(".json").split("/")


def query_of(request: web.Request) -> Parameters:
    """Return the parameters in the URL."""
    return Parameters(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))


async def form_of(request: web.Request) -> Parameters:
    """Return the form in the body; raise 20413 if it is too large."""
    try:
        return Parameters.from_form(await request.read())
    except web.HTTPRequestEntityTooLarge as error:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise TwilioRefusalError(20413, "Request Entity Too Large", status) from error


def _is_gap(name: str, below: list[str], *, is_emulated: bool) -> bool:
    """Whether Twilio has this resource and the emulator doesn't."""
    if not is_emulated:
        return name in REAL_RESOURCES or name == "Tokens"
    return len(below) > 1 and below[1] in REAL_PARTS.get(name, ())
