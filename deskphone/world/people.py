"""What people do with their phones: text, call, answer, press keys, speak."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import cast

from aiohttp import web

from deskphone.account.phone_numbers import e164
from deskphone.account.store import Store
from deskphone.line.calls.exchange import Exchange
from deskphone.line.texts.texts import Texts
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.parameters import is_url
from deskphone.world.requests import Handler, WorldError, flag_of, json_of, text_of

KEYS = re.compile(r"[0-9*#]{1,100}")


class People:
    """Handlers for what a handset can do."""

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
            web.post("/emulator/calls/{sid}/decline", self._deed(exchange.decline)),
            web.post("/emulator/calls/{sid}/hangup", self._deed(exchange.hang_up)),
            web.post("/emulator/calls/{sid}/silence", self._deed(exchange.fall_silent)),
            web.post("/emulator/calls/{sid}/keys", self.keys),
            web.post("/emulator/calls/{sid}/speech", self.speech),
        ]

    async def text(self, request: web.Request) -> web.Response:
        """Somebody texts a number."""
        body = await json_of(request)
        sender, number = self._person(body), self._number(body)
        words, media = text_of(body, "body"), _media(body)
        if not words and not media:
            raise WorldError("body: a text needs words or a picture")
        message = self._texts.receive(sender, number, words, media)
        return web.json_response({"sid": message.sid}, status=HTTPStatus.CREATED)

    async def call(self, request: web.Request) -> web.Response:
        """Somebody calls a number."""
        body = await json_of(request)
        call = self._exchange.ring(self._person(body), self._number(body))
        return web.json_response({"sid": call.sid}, status=HTTPStatus.CREATED)

    async def answer(self, request: web.Request) -> web.Response:
        """Somebody, or an answering machine, picks up."""
        sid, exchange = request.match_info["sid"], self._exchange
        if flag_of(await json_of(request), "machine", default=False):
            exchange.answer_by_machine(sid)
        else:
            exchange.answer(sid)
        return web.json_response({})

    async def keys(self, request: web.Request) -> web.Response:
        """Somebody presses keys."""
        digits = (await json_of(request)).get("digits")
        if not isinstance(digits, str) or not KEYS.fullmatch(digits):
            raise WorldError("digits: 1 to 100 of the keys 0-9, * and #, as a string")
        self._exchange.press(request.match_info["sid"], digits)
        return web.json_response({})

    async def speech(self, request: web.Request) -> web.Response:
        """Somebody says something, or has said this so far."""
        body = await json_of(request)
        text = text_of(body, "text").strip()
        if not text:
            raise WorldError("text: what the person says")
        final = flag_of(body, "final", default=True)
        self._exchange.speak(request.match_info["sid"], text, final=final)
        return web.json_response({})

    def _deed(self, act: Callable[[str], None]) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            await json_of(request)
            act(request.match_info["sid"])
            return web.json_response({})

        return handler

    def _number(self, body: Mapping[str, object]) -> PhoneNumber:
        text = body.get("to")
        digits = e164(text) if isinstance(text, str) else None
        if digits is None:
            raise WorldError(f"to: {text!r} is no phone number")
        number = self._store.number(digits)
        if number is None:
            message = f"A handset reaches only the numbers of your app; {digits} is none of them."
            raise WorldError(message)
        return number

    def _person(self, body: Mapping[str, object]) -> str:
        text = body.get("from")
        number = e164(text) if isinstance(text, str) else None
        if number is None or self._store.number(number):
            raise WorldError(f"from: {text!r} is no phone number of a person")
        return number


def _media(body: Mapping[str, object]) -> tuple[str, ...]:
    given = body.get("media_url", [])
    urls = cast(list[object], given) if isinstance(given, list) else [given]
    if len(urls) > 10 or not all(isinstance(url, str) and is_url(url) for url in urls):
        raise WorldError("media_url: up to ten http(s) URLs")
    return tuple(str(url) for url in urls)
