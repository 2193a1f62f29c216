"""What the doors of the world share: reading a request, and refusing it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import cast

from aiohttp import web

from deskphone.line.calls.live_calls import WrongStateError
from deskphone.rest.errors import TwilioRefusalError

BODY_LIMIT = 1600

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WorldError(Exception):
    """The request makes no sense; `status` is the HTTP status, the text says what would."""

    def __init__(self, detail: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


@web.middleware
async def world_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what the world refuses as problem+json (RFC 9457)."""
    try:
        return await handler(request)
    except WorldError as error:
        return problem(error.status, error.detail)
    except WrongStateError as error:
        return problem(HTTPStatus.CONFLICT, str(error))
    except TwilioRefusalError as error:
        return problem(error.status, error.message)


def problem(status: int, detail: str) -> web.Response:
    """Return an error answer."""
    body = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")


async def json_of(request: web.Request) -> dict[str, object]:
    """Return the JSON object of the body.

    Another content type is refused: a foreign page could send it.
    """
    if request.content_type != "application/json":
        raise WorldError("Content-Type must be application/json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        body = json.loads(await request.read() or b"{}")
    except web.HTTPRequestEntityTooLarge as error:
        raise WorldError("The body is too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
    except (ValueError, RecursionError) as error:
        raise WorldError("The body is no JSON") from error
    if not isinstance(body, dict):
        raise WorldError("The body must be a JSON object")
    return cast(dict[str, object], body)


def text_of(body: Mapping[str, object], name: str, default: str = "") -> str:
    """Return a text of at most BODY_LIMIT characters."""
    text = body.get(name, default)
    if not isinstance(text, str) or len(text) > BODY_LIMIT:
        raise WorldError(f"{name}: text of at most {BODY_LIMIT} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WorldError(f"{name}: half of a character (a lone surrogate)") from error
    return text


def flag_of(body: Mapping[str, object], name: str, *, default: bool) -> bool:
    """Return true or false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise WorldError(f"{name}: true or false")
    return value
