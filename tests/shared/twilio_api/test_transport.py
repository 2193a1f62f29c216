"""The transport below Twilio's SDK, against a loopback server."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client

from shared.errors import (
    ConfigurationError,
    TwilioOutcomeUnknownError,
    TwilioUnreachableError,
)
from shared.http.connector import Connector
from shared.twilio_api.dispatch import LEFT_TOO_LATE, Dispatch, TooLateError, under_way
from shared.twilio_api.transport import TwilioHttp
from tests.shared.conftest import ManualClock

API = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Use = Callable[[TwilioHttp], Awaitable[Response]]


def against(handler: Handler, use: Use, total_timeout_s: float = 5) -> Response:
    async def main() -> Response:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        async with TestServer(app) as server:
            http = TwilioHttp(str(server.make_url("")).rstrip("/"), total_timeout_s=total_timeout_s)
            try:
                return await use(http)
            finally:
                await http.close()

    return asyncio.run(main())


async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "path": request.path_qs,
            "authorization": request.headers.get("Authorization"),
            "form": parse_qsl(await request.text()),
        },
        headers={"Set-Cookie": "a=b"},
    )


def test_a_request_is_encoded_as_twilio_expects() -> None:
    async def use(http: TwilioHttp) -> Response:
        return await http.request(
            "POST",
            API,
            data={"To": "+12025550123", "Body": "ü & b", "MediaUrl": ["https://a", "https://b"]},
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=("AC1", "token"),
        )

    sent = against(echo, use)

    assert sent.status_code == 200
    assert base64.b64encode(b"AC1:token").decode() in sent.text
    assert (
        '"form": [["To", "+12025550123"], ["Body", "\\u00fc & b"], '
        '["MediaUrl", "https://a"], ["MediaUrl", "https://b"]]'
    ) in sent.text


@pytest.mark.parametrize("is_connected", [True, False])
def test_a_send_whose_deadline_passes_while_connecting_is_not_written(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch, is_connected: bool
) -> None:
    requests: list[str] = []
    connect = Connector.connect

    async def connect_slowly(*args: Any, **options: Any) -> object:
        connection = await connect(*args, **options)
        clock.advance(40)
        return connection

    async def count(request: web.Request) -> web.Response:
        requests.append(request.method)
        return await echo(request)

    async def use(http: TwilioHttp) -> Response:
        if is_connected:
            await http.request("GET", API)
        monkeypatch.setattr(Connector, "connect", connect_slowly)
        with under_way(Dispatch(clock, 40)), pytest.raises(TooLateError):
            await http.request("POST", API, data={"To": "+12025550123"})
        return await http.request("GET", API)

    against(count, use)

    assert requests == ["GET"] * (1 + is_connected)


@pytest.mark.parametrize(("stands_still_s", "errors"), [(39, 0), (40, 1)])
def test_a_send_whose_deadline_passes_while_writing_is_logged(
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    stands_still_s: int,
    errors: int,
) -> None:
    send = aiohttp.ClientRequest.send

    async def send_slowly(*args: Any) -> object:
        clock.advance(stands_still_s)
        return await send(*args)

    async def use(http: TwilioHttp) -> Response:
        with under_way(Dispatch(clock, 40)):
            return await http.request("POST", API, data={"To": "+12025550123"})

    monkeypatch.setattr(aiohttp.ClientRequest, "send", send_slowly)
    against(echo, use)

    assert sum(LEFT_TOO_LATE in record.getMessage() for record in caplog.records) == errors


def test_parameters_become_the_query() -> None:
    async def use(http: TwilioHttp) -> Response:
        return await http.request("GET", API, params={"PageSize": 1, "DateSent>": "2026-01-01"})

    assert "Messages.json?PageSize=1&DateSent%3E=2026-01-01" in against(echo, use).text


def test_no_cookie_is_sent_back() -> None:
    cookies: list[str | None] = []

    async def keep(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return await echo(request)

    async def use(http: TwilioHttp) -> Response:
        await http.request("GET", API)
        return await http.request("GET", API)

    against(keep, use)

    assert cookies == [None, None]


@pytest.mark.parametrize("status", [204, 301])
def test_an_answer_that_is_not_a_refusal_is_returned(status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async def use(http: TwilioHttp) -> Response:
        return await http.request("POST", API)

    assert against(handler, use).status_code == status


@pytest.mark.parametrize("status", [400, 401, 404, 429, 503])
def test_a_refusal_keeps_its_headers_in_the_sdks_error(status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"code": 20429}, status=status, headers={"Retry-After": "7"})

    async def use(http: TwilioHttp) -> Response:
        client = Client("AC1", "token", http_client=http)
        await client.messages.create_async(to="+12025550123", body="Hi")
        raise AssertionError

    with pytest.raises(TwilioException) as caught:
        against(handler, use)
    _, answer = caught.value.args
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")


@pytest.mark.parametrize(("method", "times"), [("POST", 1), ("GET", 2)])
def test_on_a_dropped_connection_only_reads_are_retried(method: str, times: int) -> None:
    heads: list[bytes] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the first request of a kept connection, and drop it at the second."""
        for _ in range(2):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            if len(heads) == 1:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            else:
                break
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
        http = TwilioHttp(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await http.request("GET", API)
        try:
            await http.request(method, API)
        finally:
            await http.close()
            server.close()
            await server.wait_closed()

    with pytest.raises(TwilioOutcomeUnknownError):
        asyncio.run(main())
    assert len(heads) == 1 + times


def test_without_a_connection_nothing_was_sent() -> None:
    async def main() -> None:
        http = TwilioHttp(f"http://127.0.0.1:{unused_port()}")
        try:
            await http.request("POST", API)
        finally:
            await http.close()

    with pytest.raises(TwilioUnreachableError, match="nothing was sent"):
        asyncio.run(main())


def test_a_connection_that_times_out_sent_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def connect(*_: object, **options: object) -> None:
        raise TimeoutError

    async def main() -> None:
        http = TwilioHttp("http://127.0.0.1:1")
        monkeypatch.setattr(aiohttp.BaseConnector, "connect", connect)
        try:
            await http.request("POST", API)
        finally:
            await http.close()

    with pytest.raises(TwilioUnreachableError, match="nothing was sent"):
        asyncio.run(main())


def test_a_broken_connection_leaves_the_outcome_unknown() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def use(http: TwilioHttp) -> Response:
        return await http.request("POST", API)

    with pytest.raises(TwilioOutcomeUnknownError, match="Check Twilio's log"):
        against(handler, use)


def test_a_late_answer_leaves_the_outcome_unknown() -> None:
    async def main() -> None:
        never = asyncio.Event()

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await never.wait()
            writer.close()

        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        http = TwilioHttp(f"http://127.0.0.1:{port}", total_timeout_s=0.05)
        try:
            await http.request("POST", API)
        finally:
            never.set()
            await http.close()
            server.close()
            await server.wait_closed()

    with pytest.raises(TwilioOutcomeUnknownError):
        asyncio.run(main())


@pytest.mark.parametrize("charset", ["hex", "none-such", "utf-16"])
def test_an_answer_is_utf_8_whatever_its_header_says(charset: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        headers = {"Content-Type": f"application/json; charset={charset}"}
        return web.Response(status=201, body='{"body": "ü"}'.encode(), headers=headers)

    async def use(http: TwilioHttp) -> Response:
        return await http.request("POST", API)

    assert against(handler, use).text == '{"body": "ü"}'


def test_a_refusal_with_invalid_utf_8_is_still_a_refusal() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=502, body=b"\xff\xfe")

    async def use(http: TwilioHttp) -> Response:
        return await http.request("POST", API)

    with pytest.raises(TwilioException):
        against(handler, use)


@pytest.mark.parametrize("text", ["[]", "<html>", "null"])
def test_a_success_that_is_not_a_json_object_leaves_the_outcome_unknown(text: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=201, text=text)

    async def use(http: TwilioHttp) -> Response:
        return await http.request("POST", API)

    with pytest.raises(TwilioOutcomeUnknownError, match="cannot be read"):
        against(handler, use)


@pytest.mark.parametrize(
    ("stack", "url"),
    [
        ("https://stack.example", API),
        ("http://10.0.0.1:7072", API),
        ("http://127.0.0.1:7072", "https://api.twilio.com.example/"),
    ],
)
def test_only_requests_to_twilio_go_to_loopback(stack: str, url: str) -> None:
    async def main() -> None:
        http = TwilioHttp(stack)
        try:
            await http.request("POST", url)
        finally:
            await http.close()

    with pytest.raises(ConfigurationError):
        asyncio.run(main())
