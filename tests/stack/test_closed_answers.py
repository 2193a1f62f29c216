"""Every response of the local ports has headers that close it to pages of other sites."""

import asyncio
import json
import re
import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

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


def statuses(url: str, requested: Iterator[tuple[str, str]], http: requests.Session) -> set[int]:
    """Make the requests in several ways; return the statuses of responses with the headers."""
    found: set[int] = set()
    for method, path in requested:
        for headers in WAYS:
            body = b"{}" if "Content-Type" in headers else b""
            with http.request(
                method, url + path, data=body, headers=dict(headers), stream=True, timeout=10
            ) as answer:
                sent = {name: answer.headers.get(name) for name in EXPECTED}
                assert (method, path, answer.status_code, sent) == (
                    *(method, path, answer.status_code),
                    EXPECTED,
                )
                found.add(answer.status_code)
    return found


def test_every_route_of_the_emulator_has_the_headers(stack: LocalStack) -> None:
    found = statuses(stack.emulator_url, emulated(), stack.http)

    assert found >= {200, 400, 401, 403, 404, 405, 409, 415}


def test_every_function_has_the_headers(stack: LocalStack) -> None:
    found = statuses(stack.functions_url, functions(), stack.http)

    assert found >= {200, 400, 401, 403, 404}


@pytest.mark.parametrize("server", ["emulator_url", "functions_url"])
@pytest.mark.parametrize("request_bytes", MALFORMED)
def test_responses_to_malformed_requests_have_the_headers(
    stack: LocalStack, server: str, request_bytes: bytes
) -> None:
    address = urlsplit(getattr(stack, server))
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        head = connection.makefile("rb").read().partition(b"\r\n\r\n")[0].decode()

    assert int(head.split()[1]) in range(200, 500)
    for name, value in EXPECTED.items():
        assert f"{name}: {value}" in head


def test_a_response_to_an_oversized_body_has_the_headers(stack: LocalStack) -> None:
    answer = stack.http.post(
        f"{stack.emulator_url}/emulator/texts",
        data=b" " * 2_000_000,
        headers={"Content-Type": "application/json"},
        timeout=10,
    )

    assert answer.status_code == 413
    assert EXPECTED.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("server", ["emulator_url", "functions_url"])
def test_a_preflight_gets_no_permissions(stack: LocalStack, server: str) -> None:
    answer = stack.http.options(
        getattr(stack, server),
        headers={
            "Origin": "https://example.com",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Private-Network": "true",
        },
        timeout=10,
    )

    assert answer.status_code == 403
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


def test_the_phone_page_may_load_its_resources(stack: LocalStack) -> None:
    phone = {"Sec-Fetch-Site": "same-site", "Referer": f"{stack.emulator_url}/"}
    answer = stack.http.get(f"{stack.functions_url}/api/TwimlHello", headers=phone, timeout=10)

    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Vary"] == "Sec-Fetch-Site"
