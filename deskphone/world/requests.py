"""Shared by all handlers of /emulator/: reading requests and returning errors."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from aiohttp import web

from deskphone.doorkeeper import Handler, problem
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.rest.errors import TwilioRefusalError

BODY_LIMIT = 1600


class WorldError(Exception):
    """An invalid request. `status` is the HTTP status; the message says what is expected."""

    def __init__(self, detail: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


def with_refusals(handler: Handler) -> Handler:
    """Return a handler that returns its errors as problem+json (RFC 9457)."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except WorldError as error:
            return problem(error.status, error.detail)
        except WrongStateError as error:
            return problem(HTTPStatus.CONFLICT, str(error))
        except TwilioRefusalError as error:
            return problem(error.status, error.message)

    return handle


async def json_of(request: web.Request) -> dict[str, object]:
    """Return the JSON object in the body.

    Other content types are refused, because pages on other sites could send them.
    """
    if request.content_type != "application/json":
        raise WorldError(
            "Content-Type must be application/json.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        )
    try:
        body = json.loads(await request.read() or b"{}")
    except web.HTTPRequestEntityTooLarge as error:
        raise WorldError("The body is too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
    except (ValueError, RecursionError) as error:
        raise WorldError("The body isn't valid JSON.") from error
    if not isinstance(body, dict):
        raise WorldError("The body must be a JSON object.")
    return cast(dict[str, object], body)


def text_of(body: Mapping[str, object], name: str, default: str = "") -> str:
    """Return a string of at most BODY_LIMIT characters."""
    text = body.get(name, default)
    if not isinstance(text, str) or len(text) > BODY_LIMIT:
        raise WorldError(f"`{name}` must be a string of at most {BODY_LIMIT} characters.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WorldError(f"`{name}` contains an unpaired surrogate.") from error
    return text


def flag_of(body: Mapping[str, object], name: str, *, default: bool) -> bool:
    """Return a boolean."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise WorldError(f"`{name}` must be true or false.")
    return value
