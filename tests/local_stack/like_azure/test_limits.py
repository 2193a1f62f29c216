"""Limits on requests and on their number."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from local_stack.host.http.bodies import MAX_BODY_BYTES, body_limit
from local_stack.host.http.throttle import Throttle, TooManyRequestsError
from tests.local_stack.like_azure.code import ECHO, OK, WAITS

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunHost, RunningHost
    from tests.local_stack.like_azure.conftest import Serve


def build(app: AppFolder) -> None:
    app.add("Echo", ECHO)
    app.add("OnlyGet", OK, {"methods": ["get"]})


@pytest.fixture(scope="module")
def limited(serve: Serve) -> RunningHost:
    return serve(build, {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1000"})


def line(size: int) -> bytes:
    """Return a request line of this size in bytes, with its line end."""
    frame = b"GET /api/Echo?a= HTTP/1.1\r\n"
    return frame.replace(b"a=", b"a=" + b"z" * (size - len(frame)))


def request(
    *headers: bytes, start: bytes = b"GET /api/Echo HTTP/1.1\r\n", body: bytes = b""
) -> bytes:
    return start + b"\r\n".join([b"Host: localhost", *headers, b"", b""]) + body


POST = b"POST /api/Echo HTTP/1.1\r\n"
NO = b"POST /no HTTP/1.1\r\n"
# What is sent, and the statuses until the connection closes.
ROWS: list[tuple[str, bytes, list[int]]] = [
    ("line of 8192", request(start=line(8192)), [200]),
    ("line of 8193", request(start=line(8193)), [414]),
    ("line of 20000", request(start=line(20_000)), [414]),
    ("header of 32000", request(b"X: " + b"h" * 32_000), [200]),
    ("header of 33000", request(b"X: " + b"h" * 33_000), [431]),
    ("headers of 40000", request(*(b"X%d: " % n + b"h" * 4_000 for n in range(10))), [431]),
    ("100 headers", request(*(b"X%d: 1" % n for n in range(99))), [200]),
    ("101 headers", request(*(b"X%d: 1" % n for n in range(100))), [431]),
    ("500 headers", request(*(b"X%d: 1" % n for n in range(499))), [431]),
    ("1000 bytes", request(b"Content-Length: 1000", start=POST, body=b"b" * 1000), [200]),
    ("1001 bytes", request(b"Content-Length: 1001", start=POST, body=b"b" * 1001), [500]),
    ("1001 bytes announced", request(b"Content-Length: 1001", start=POST), [500]),
    ("negative length", request(b"Content-Length: -1", start=POST), [400]),
    ("length in words", request(b"Content-Length: ten", start=POST), [400]),
    ("two lengths", request(b"Content-Length: 1", b"Content-Length: 2", start=POST), [400]),
    ("no length", request(start=POST), [200]),
    ("HTTP/1.0", request(start=b"GET /api/Echo HTTP/1.0\r\n"), [200]),
    ("1.0, kept", request(b"Connection: keep-alive", start=b"GET /api/Echo HTTP/1.0\r\n"), [200]),
    ("HTTP/1.2", request(start=b"GET /api/Echo HTTP/1.2\r\n"), [505]),
    ("HTTP/2.0", request(start=b"GET /api/Echo HTTP/2.0\r\n"), [505]),
    ("HTTP/0.9", b"GET /api/Echo\r\n\r\n", [400]),
    ("no version", b"GET /api/Echo HTTP/\r\n\r\n", [400]),
    ("rubbish", b"good day\r\n\r\n", [400]),
    ("no method", request(start=b" /api/Echo HTTP/1.1\r\n"), [400]),
    ("empty lines first", b"\r\n\r\n" + request(), [200]),
    ("two", request() + request(), [200, 200]),
    ("404 between", request() + request(start=NO) + request(), [200, 404, 200]),
    ("body of a 404", request(b"Content-Length: 3", start=NO, body=b"abc") + request(), [404, 200]),
    ("two hosts", request(b"Host: localhost"), [400]),
    ("NUL in a header", request(b"X: a\0b"), [400]),
    ("bytes in a header", request(b"X: \xe9"), [400]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sent", "statuses"), ROWS, ids=[row[0] for row in ROWS])
def test_a_request_is_answered_or_refused(
    limited: RunningHost, name: str, sent: bytes, statuses: list[int]
) -> None:
    with limited.connect() as connection, connection.makefile("rb") as reader:
        connection.sendall(sent)
        for status in statuses:
            start = reader.readline().split()
            assert int(start[1]) == status
            length = 0
            while (header := reader.readline().strip()) != b"":
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            reader.read(length)
        if statuses[-1] in {400, 414, 431, 505} or b"HTTP/1.0" in sent:
            assert reader.read() == b""


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ("1000", 1000),
        ("", MAX_BODY_BYTES),
        ("many", MAX_BODY_BYTES),
        ("-5", MAX_BODY_BYTES),
        ("9" * 5000, MAX_BODY_BYTES),
    ],
)
def test_a_setting_limits_the_body(value: str, limit: int) -> None:
    assert body_limit({"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": value}) == limit


async def statuses_of(throttle: Throttle, number: int) -> tuple[list[int], int]:
    """Return the statuses of requests at the same time, and how many ran at most."""
    running = most = 0

    async def one() -> int:
        nonlocal running, most
        try:
            async with throttle.place():
                running += 1
                most = max(most, running)
                for _ in range(3):
                    await asyncio.sleep(0)
                running -= 1
        except TooManyRequestsError:
            return 429
        return 200

    found = await asyncio.gather(*(one() for _ in range(number)))
    return sorted(found), most


@pytest.mark.parametrize(
    ("outstanding", "concurrent", "served", "at_once"),
    [
        (-1, -1, 8, 8),
        (3, -1, 3, 3),
        (0, -1, 0, 0),
        (-1, 2, 8, 2),
        (5, 1, 5, 1),
        (2, 5, 2, 2),
        (-1, 8, 8, 8),
    ],
)
def test_host_json_limits_requests_at_the_same_time(
    outstanding: int, concurrent: int, served: int, at_once: int
) -> None:
    found = asyncio.run(statuses_of(Throttle(outstanding, concurrent), 8))

    assert found == ([200] * served + [429] * (8 - served), at_once)


def test_a_place_is_free_again_after_a_request() -> None:
    async def trial() -> list[list[int]]:
        throttle = Throttle(2, 1)
        return [(await statuses_of(throttle, 3))[0] for _ in range(2)]

    assert asyncio.run(trial()) == [[200, 200, 429]] * 2


def test_too_many_requests_are_a_429(run_host: RunHost, app: AppFolder) -> None:
    http = {"maxOutstandingRequests": 1}
    app.write("host.json", json.dumps({"version": "2.0", "extensions": {"http": http}}))
    app.add("Waits", WAITS)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        first = threads.submit(host.get, "/api/Waits")
        host.wait_for_output("waiting")
        second = host.get("/api/Waits")
        unknown = host.get("/api/Nothing")
        ping = host.get("/admin/host/ping")
        app.write("go", "")

        assert (second.status, second.body) == (429, b"")
        assert (unknown.status, ping.status) == (404, 200)
        assert first.result().status == 200
