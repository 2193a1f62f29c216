"""Downloads of Twilio's files through the transport, from a loopback server."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from twilio.base.exceptions import TwilioException

from shared.errors import FileTooLongError, TwilioTimeoutError, TwilioUnreachableError
from shared.twilio_api.downloads import Download
from shared.twilio_api.transport import MAX_DOWNLOADS, TwilioHttp

URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1.mp3"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def download(handler: Handler, max_bytes: int = 1000) -> Download:
    async def main() -> Download:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        async with TestServer(app) as server:
            http = TwilioHttp(str(server.make_url("")).rstrip("/"), total_timeout_s=0.1)
            try:
                return await http.download(URL, ("AC1", "token"), max_bytes=max_bytes)
            finally:
                await http.close()

    return asyncio.run(main())


def test_a_file_is_downloaded_with_the_credentials() -> None:
    requests: list[tuple[str, str | None]] = []

    async def handler(request: web.Request) -> web.Response:
        requests.append((request.path, request.headers.get("Authorization")))
        return web.Response(body=b"\xff\xfb\x00", content_type="audio/mpeg")

    assert download(handler) == (200, b"\xff\xfb\x00", "audio/mpeg")
    assert requests == [("/2010-04-01/Accounts/AC1/Recordings/RE1.mp3", "Basic QUMxOnRva2Vu")]


def test_redirects_to_twilios_storage_are_followed_without_credentials() -> None:
    seen: list[str | None] = []

    async def storage(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=b"sound", content_type="audio/wav")

    async def main() -> Download:
        elsewhere, twilio = web.Application(), web.Application()
        elsewhere.router.add_get("/sound", storage)
        async with TestServer(elsewhere) as server:
            location = str(server.make_url("/sound"))

            async def api(request: web.Request) -> web.Response:
                seen.append(request.headers.get("Authorization"))
                return web.Response(status=302, headers={"Location": location})

            twilio.router.add_get("/sound", api)
            async with TestServer(twilio) as first:
                http = TwilioHttp("")
                try:
                    url = str(first.make_url("/sound"))
                    return await http.download(url, ("AC1", "token"), max_bytes=10)
                finally:
                    await http.close()

    assert asyncio.run(main()) == (200, b"sound", "audio/wav")
    assert seen == ["Basic QUMxOnRva2Vu", None]


def test_only_a_few_downloads_run_at_once() -> None:
    under_way = most = 0
    all_of_them = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == MAX_DOWNLOADS:
            all_of_them.set()
        await all_of_them.wait()
        for _ in range(20):  # an extra one would arrive now
            await asyncio.sleep(0)
        under_way -= 1
        return web.Response(body=b"a")

    async def main() -> list[Download]:
        app = web.Application()
        app.router.add_get("/{tail:.*}", handler)
        async with TestServer(app) as server:
            http = TwilioHttp(str(server.make_url("")).rstrip("/"))
            wanted = (http.download(URL, ("AC1", "token"), max_bytes=10) for _ in range(30))
            try:
                return await asyncio.gather(*wanted)
            finally:
                await http.close()

    assert [download.body for download in asyncio.run(main())] == [b"a"] * 30
    assert most == MAX_DOWNLOADS


def test_a_file_over_the_limit_is_not_read_to_its_end() -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 200_000_000:
            await response.write(b"a" * 100_000)
            sent += 100_000
        return response

    with pytest.raises(FileTooLongError, match="limit of 1000 bytes"):
        download(handler)
    assert sent < 200_000_000


def test_a_file_with_a_content_length_over_the_limit_is_not_read() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1001"})
        await response.prepare(request)
        await asyncio.Event().wait()  # send nothing
        return response

    with pytest.raises(FileTooLongError, match="limit of 1000 bytes"):
        download(handler)


def test_a_file_at_the_limit_is_downloaded() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"a" * 1000)

    assert download(handler).body == b"a" * 1000


def test_a_truncated_file_is_not_returned() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "10"})
        await response.prepare(request)
        await response.write(b"12345")
        assert request.transport is not None
        request.transport.close()
        return response

    with pytest.raises(TwilioTimeoutError):
        download(handler)


def test_a_silent_download_times_out() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    with pytest.raises(TwilioTimeoutError):
        download(handler)


def test_a_refused_download_has_twilios_retry_after() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7"})

    with pytest.raises(TwilioException) as caught:
        download(handler)
    assert caught.value.args[1].headers["retry-after"] == "7"


def test_a_download_without_a_connection_is_unreachable() -> None:
    async def main() -> None:
        http = TwilioHttp(f"http://127.0.0.1:{unused_port()}")
        try:
            await http.download(URL, ("AC1", "token"), max_bytes=10)
        finally:
            await http.close()

    with pytest.raises(TwilioUnreachableError):
        asyncio.run(main())
