"""Headers close the responses of the local ports to pages of other sites.

The emulator sends them to everyone. The host sends them to browsers only: what programs get is as
in Azure.
"""

import asyncio
import json
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from deskphone.browser.files.routes import pages_of
from deskphone.clock import ManualClock
from local_stack.emulator import LocalEmulator
from local_stack.folder import read_folder
from local_stack.testing import ROOT, LocalStack
from local_stack.values import FUNCTION_KEY

EXPECTED = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
WAYS: tuple[Mapping[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.example"},
    {"Content-Type": "application/json", "x-functions-key": FUNCTION_KEY},
)
BROWSERS: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "none"},
    {"User-Agent": "Mozilla/5.0 (Macintosh)"},  # a browser too old for Sec-Fetch-Site
)
MALFORMED = (
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n",
)


def emulated() -> Iterator[tuple[str, str]]:
    """Yield method and path of each route of the emulator, with other methods as well."""

    async def application() -> list[tuple[str, str]]:
        emulator = LocalEmulator(ManualClock(datetime.now(UTC)), "", read_folder(ROOT, {}), "")
        routes = list(emulator.application().router.routes())
        await emulator.deskphone.close()
        return [(one.method, one.resource.canonical) for one in routes if one.resource is not None]

    for method, path in asyncio.run(application()):
        for used in ["GET", "POST", "DELETE"] if method == "*" else [method, "PURGE"]:
            yield used, re.sub(r"\{[^}]*\}", "x", path)


def functions() -> Iterator[tuple[str, str]]:
    """Yield method and path of each function, with other methods as well."""
    for file in sorted(Path(ROOT).glob("*/function.json")):
        [door] = [one for one in json.loads(file.read_bytes())["bindings"] if "methods" in one]
        for method in [*door["methods"], "purge"]:
            yield method.upper(), f"/api/{file.parent.name}"
    yield "GET", "/api/GetHoldMusic?Bucket=com.twilio.music.classical"
    yield "GET", "/admin/host/status"
    yield "GET", "/elsewhere"


def statuses(
    url: str,
    requested: Iterator[tuple[str, str]],
    http: requests.Session,
    ways: Sequence[Mapping[str, str]] = WAYS,
) -> set[int]:
    """Make the requests in several ways; return the statuses of responses with the headers."""
    found: set[int] = set()
    for method, path in requested:
        expected = dict(EXPECTED)
        if pages_of(path) == "any":  # pages of other sites use Twilio's SDK, too
            del expected["Cross-Origin-Resource-Policy"]
        for headers in ways:
            body = b"{}" if "Content-Type" in headers else b""
            with http.request(
                method, url + path, data=body, headers=dict(headers), stream=True, timeout=10
            ) as answer:
                sent = {name: answer.headers.get(name) for name in expected}
                assert (method, path, answer.status_code, sent) == (
                    *(method, path, answer.status_code),
                    expected,
                )
                found.add(answer.status_code)
    return found


def test_every_route_of_the_emulator_has_the_headers(stack: LocalStack) -> None:
    found = statuses(stack.emulator_url, emulated(), stack.http)

    assert found >= {200, 400, 401, 403, 404, 405, 409, 415}


def test_every_function_has_the_headers_for_browsers(stack: LocalStack) -> None:
    ways = [{**way, **browser} for way in WAYS for browser in BROWSERS]

    found = statuses(stack.functions_url, functions(), stack.http, ways)

    assert found >= {200, 400, 401, 403, 404}


@pytest.mark.parametrize("path", ["/", "/api/TwimlHello", "/api/SendSms", "/admin/host/ping"])
def test_programs_get_the_functions_responses_as_in_azure(stack: LocalStack, path: str) -> None:
    answer = stack.http.get(stack.functions_url + path, timeout=10)

    assert not {*EXPECTED, "Vary"} & {*answer.headers}


def head_of(url: str, request: bytes) -> str:
    """Send bytes; return the status line and the headers of the response."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read().partition(b"\r\n\r\n")[0].decode()


@pytest.mark.parametrize("request_bytes", MALFORMED)
def test_the_emulators_responses_to_malformed_requests_have_the_headers(
    stack: LocalStack, request_bytes: bytes
) -> None:
    head = head_of(stack.emulator_url, request_bytes)

    assert int(head.split()[1]) in range(200, 500)
    for name, value in EXPECTED.items():
        assert f"{name}: {value}" in head


@pytest.mark.parametrize(
    ("request_bytes", "status"), [*zip(MALFORMED, (400, 505, 400, 414, 431, 200), strict=True)]
)
def test_the_host_answers_malformed_requests_like_azures_server(
    stack: LocalStack, request_bytes: bytes, status: int
) -> None:
    assert head_of(stack.functions_url, request_bytes).split()[1] == str(status)
