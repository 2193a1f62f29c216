"""The door /emulator/: what people do with their phones, and what a test wants to know or turn."""

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import cast

from aiohttp import web

from emulator import views
from emulator.clock import ManualClock
from emulator.line.exchange import WrongStateError
from emulator.state import State
from emulator.twilio.numbers import e164
from emulator.twilio.records import PhoneNumber

BODY_LIMIT = 1600
KEYS = re.compile(r"[0-9*#]{1,100}")
LONGEST_ADVANCE_S = 366 * 24 * 3600

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WorldError(Exception):
    """The request makes no sense; `status` is the HTTP status, the text says what would."""

    def __init__(self, detail: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


class World:
    """Handlers for each route below /emulator/."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/emulator/texts", self.text),
            web.post("/emulator/calls", self.call),
            web.get("/emulator/calls/{sid}", self.call_state),
            web.post("/emulator/calls/{sid}/answer", self._handset(self._state.exchange.answer)),
            web.post("/emulator/calls/{sid}/decline", self._handset(self._state.exchange.decline)),
            web.post("/emulator/calls/{sid}/hangup", self._handset(self._state.exchange.hang_up)),
            web.post("/emulator/calls/{sid}/keys", self.keys),
            web.get("/emulator/handsets/{number}", self.handset),
            web.get("/emulator/webhooks", self.webhooks),
            web.get("/emulator/alerts", self.alerts),
            web.post("/emulator/clock/advance", self.advance),
            web.post("/emulator/reset", self.reset),
        ]

    async def text(self, request: web.Request) -> web.Response:
        """Somebody texts a number."""
        body = await _json(request)
        sender, number = self._person(body), self._line(body)
        words, media = _words(body), _media(body)
        if not words and not media:
            raise WorldError("body: a text needs words or a picture")
        message = self._state.texts.receive(sender, number, words, media)
        return web.json_response({"sid": message.sid}, status=HTTPStatus.CREATED)

    async def call(self, request: web.Request) -> web.Response:
        """Somebody calls a number."""
        body = await _json(request)
        call = self._state.exchange.ring(self._person(body), self._line(body))
        return web.json_response({"sid": call.sid}, status=HTTPStatus.CREATED)

    async def call_state(self, request: web.Request) -> web.Response:
        call = self._state.store.calls.get(request.match_info["sid"])
        if call is None:
            raise WorldError("There is no such call.", HTTPStatus.NOT_FOUND)
        return web.json_response(views.call(call))

    async def keys(self, request: web.Request) -> web.Response:
        """Somebody presses keys."""
        digits = (await _json(request)).get("digits")
        if not isinstance(digits, str) or not KEYS.fullmatch(digits):
            raise WorldError("digits: 1 to 100 of the keys 0-9, * and #, as a string")
        self._state.exchange.press(request.match_info["sid"], digits)
        return web.json_response({})

    async def handset(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        store = self._state.store
        texts = [
            views.text(record) for record in store.messages if number in (record.to, record.sender)
        ]
        calls = [
            views.call(record) for record in store.calls if number in (record.to, record.sender)
        ]
        return web.json_response({"texts": texts, "calls": calls})

    async def webhooks(self, request: web.Request) -> web.Response:
        sid = request.query.get("sid")
        found = [r for r in self._state.store.deliveries if sid in (None, r.resource_sid)]
        return web.json_response([views.webhook(record) for record in found])

    async def alerts(self, request: web.Request) -> web.Response:
        return web.json_response([views.alert(record) for record in self._state.store.alerts])

    async def advance(self, request: web.Request) -> web.Response:
        """Let time pass on the manual clock."""
        seconds = (await _json(request)).get("seconds")
        clock = self._state.clock
        if (
            isinstance(seconds, bool)
            or not isinstance(seconds, (int, float))
            or not math.isfinite(seconds)
        ):
            raise WorldError("seconds: a number is needed")
        if not 0 <= seconds <= LONGEST_ADVANCE_S:
            raise WorldError(f"seconds: from 0 to {LONGEST_ADVANCE_S}")
        if not isinstance(clock, ManualClock):
            raise WorldError(
                "The clock is the system's; start with --clock manual.", HTTPStatus.CONFLICT
            )
        try:
            await clock.advance(seconds)
        except OverflowError as error:
            raise WorldError("seconds: the clock ends with the year 9999") from error
        self._state.hub.publish("clock", self._state.clock_view)
        return web.json_response(self._state.clock_view())

    async def reset(self, request: web.Request) -> web.Response:
        """A clean slate."""
        await _json(request)
        await self._state.reset()
        return web.json_response({})

    def _handset(self, act: Callable[[str], None]) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            await _json(request)
            act(request.match_info["sid"])
            return web.json_response({})

        return handler

    def _line(self, body: Mapping[str, object]) -> PhoneNumber:
        text = body.get("to")
        number = self._state.store.number(e164(text) or "") if isinstance(text, str) else None
        if number is None:
            raise WorldError(f"to: {text!r} is no number of the app")
        return number

    def _person(self, body: Mapping[str, object]) -> str:
        text = body.get("from")
        number = e164(text) if isinstance(text, str) else None
        if number is None or self._state.store.number(number):
            raise WorldError(f"from: {text!r} is no phone number of a person")
        return number


@web.middleware
async def world_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what the world refuses as problem+json (RFC 9457)."""
    try:
        return await handler(request)
    except WorldError as error:
        return problem(error.status, error.detail)
    except WrongStateError as error:
        return problem(HTTPStatus.CONFLICT, str(error))


def problem(status: int, detail: str) -> web.Response:
    """Return an error answer."""
    body = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")


async def _json(request: web.Request) -> dict[str, object]:
    """Return the JSON object of the body.

    Another content type is refused: a foreign page could send it.
    """
    if request.content_type != "application/json":
        raise WorldError("Content-Type must be application/json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError) as error:
        raise WorldError("The body is no JSON") from error
    if not isinstance(body, dict):
        raise WorldError("The body must be a JSON object")
    return cast(dict[str, object], body)


def _words(body: Mapping[str, object]) -> str:
    text = body.get("body", "")
    if not isinstance(text, str) or len(text) > BODY_LIMIT:
        raise WorldError(f"body: text of at most {BODY_LIMIT} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WorldError("body: half of a character (a lone surrogate)") from error
    return text


def _media(body: Mapping[str, object]) -> tuple[str, ...]:
    given = body.get("media_url", [])
    urls = cast(list[object], given) if isinstance(given, list) else [given]
    if len(urls) > 10 or not all(
        isinstance(url, str) and url.startswith(("http://", "https://")) for url in urls
    ):
        raise WorldError("media_url: up to ten http(s) URLs")
    return tuple(str(url) for url in urls)
