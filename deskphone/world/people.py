"""What people do with their phones: text, call, answer, press keys, speak."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import cast

from aiohttp import web

from deskphone.account.phone_numbers import e164, is_client
from deskphone.account.store import Store
from deskphone.line.calls.exchange import Exchange
from deskphone.line.texts.texts import Texts
from deskphone.records.application import Application
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.parameters import is_url
from deskphone.world.requests import Handler, WorldError, flag_of, json_of, text_of

PARAMETERS_LIMIT = 50
KEYS = re.compile(r"[0-9*#]{1,100}")


class People:
    """Handlers for a handset's actions."""

    def __init__(self, store: Store, exchange: Exchange, texts: Texts) -> None:
        self._store = store
        self._exchange = exchange
        self._texts = texts

    def routes(self) -> list[web.RouteDef]:
        exchange = self._exchange
        return [
            web.post("/emulator/texts", self.text),
            web.post("/emulator/calls", self.call),
            web.post("/emulator/calls/{sid}/answer", self.answer),
            web.post("/emulator/calls/{sid}/decline", self._handler(exchange.decline)),
            web.post("/emulator/calls/{sid}/hangup", self._handler(exchange.hang_up)),
            web.post("/emulator/calls/{sid}/silence", self._handler(exchange.stop_talking)),
            web.post("/emulator/calls/{sid}/keys", self.keys),
            web.post("/emulator/calls/{sid}/speech", self.speech),
        ]

    async def text(self, request: web.Request) -> web.Response:
        """Send a text from a handset."""
        body = await json_of(request)
        sender, number = self._person(body), self._number(body)
        words, media = text_of(body, "body"), _media(body)
        if not words and not media:
            raise WorldError("`body` must not be empty unless there is a `media_url`.")
        message = self._texts.receive(sender, number, words, media)
        return web.json_response({"sid": message.sid}, status=HTTPStatus.CREATED)

    async def call(self, request: web.Request) -> web.Response:
        """Call a number from a handset, or a TwiML application from a client."""
        body = await json_of(request)
        sender = body.get("from")
        if isinstance(sender, str) and is_client(sender):
            application, parameters = self._application(body), _parameters(body)
            call = self._exchange.call_application(sender, application, parameters)
            return web.json_response({"sid": call.sid}, status=HTTPStatus.CREATED)
        call = self._exchange.ring(self._person(body), self._number(body))
        return web.json_response({"sid": call.sid}, status=HTTPStatus.CREATED)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a call, as a person or an answering machine."""
        sid, exchange = request.match_info["sid"], self._exchange
        if flag_of(await json_of(request), "machine", default=False):
            exchange.answer_by_machine(sid)
        else:
            exchange.answer(sid)
        return web.json_response({})

    async def keys(self, request: web.Request) -> web.Response:
        """Press keys in a call."""
        digits = (await json_of(request)).get("digits")
        if not isinstance(digits, str) or not KEYS.fullmatch(digits):
            raise WorldError("`digits` must be a string of 1 to 100 keys: 0-9, * and #.")
        self._exchange.press(request.match_info["sid"], digits)
        return web.json_response({})

    async def speech(self, request: web.Request) -> web.Response:
        """Say something in a call; not final while the person is still speaking."""
        body = await json_of(request)
        text = text_of(body, "text").strip()
        if not text:
            raise WorldError("`text` must not be blank.")
        final = flag_of(body, "final", default=True)
        self._exchange.speak(request.match_info["sid"], text, final=final)
        return web.json_response({})

    def _handler(self, act: Callable[[str], None]) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            await json_of(request)
            act(request.match_info["sid"])
            return web.json_response({})

        return handler

    def _number(self, body: Mapping[str, object]) -> PhoneNumber:
        text = body.get("to")
        digits = e164(text) if isinstance(text, str) else None
        if digits is None:
            raise WorldError(f"`to` must be a phone number, not {text!r}.")
        number = self._store.number(digits)
        if number is None:
            message = f"Handsets can only reach your app's numbers, and {digits} isn't one of them."
            raise WorldError(message)
        return number

    def _application(self, body: Mapping[str, object]) -> Application:
        sid = body.get("application")
        application = self._store.applications.get(sid) if isinstance(sid, str) else None
        if application is None:
            raise WorldError("A client needs `application`, the SID of a TwiML application.")
        return application

    def _person(self, body: Mapping[str, object]) -> str:
        text = body.get("from")
        number = e164(text) if isinstance(text, str) else None
        if number is None or self._store.number(number):
            raise WorldError(f"`from` must be a handset's phone number, not {text!r}.")
        return number


def _parameters(body: Mapping[str, object]) -> dict[str, str]:
    given = body.get("parameters", {})
    pairs = cast(dict[str, object], given).items() if isinstance(given, dict) else [("", None)]
    if len(pairs) > PARAMETERS_LIMIT or not all(isinstance(value, str) for _, value in pairs):
        raise WorldError(f"`parameters` must be an object of at most {PARAMETERS_LIMIT} strings.")
    return {name: str(value) for name, value in pairs}


def _media(body: Mapping[str, object]) -> tuple[str, ...]:
    given = body.get("media_url", [])
    urls = cast(list[object], given) if isinstance(given, list) else [given]
    if len(urls) > 10 or not all(isinstance(url, str) and is_url(url) for url in urls):
        raise WorldError("`media_url` must be at most 10 http(s) URLs.")
    return tuple(str(url) for url in urls)
