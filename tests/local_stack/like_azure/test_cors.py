"""Pages of other sites, which the app's settings can allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.host.http.cors import read_cors
from tests.local_stack.like_azure.code import OK

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunningHost
    from tests.local_stack.like_azure.conftest import Serve

SHOP, EVIL = "https://shop.example", "https://evil.example"
ORIGIN, METHODS = "Access-Control-Allow-Origin", "Access-Control-Allow-Methods"
CREDENTIALS, NAMES = "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers"
ASKS_POST = [("Access-Control-Request-Method", "POST")]


def build(app: AppFolder) -> None:
    app.add("Open", OK, {"methods": ["get"]})
    app.add("Any", OK)
    app.add("Closed", OK, {"authLevel": "function"})
    app.add("Fails", "def main(req) -> str:\n    raise ValueError\n")


def settings(origins: str, **others: str) -> dict[str, str]:
    return {"FUNCTIONS_ENABLE_CORS_CONFIGURATION": "1", "CORS_ALLOWED_ORIGINS": origins, **others}


@pytest.fixture(scope="module")
def one_site(serve: Serve) -> RunningHost:
    return serve(build, settings(f'["{SHOP}"]', CORS_SUPPORT_CREDENTIALS="true"))


@pytest.fixture(scope="module")
def any_site(serve: Serve) -> RunningHost:
    return serve(build, settings('["*"]'))


@pytest.fixture(scope="module")
def no_site(serve: Serve) -> RunningHost:
    """The setting for the origins has no effect without the switch."""
    return serve(build, {"CORS_ALLOWED_ORIGINS": '["*"]'})


def allowed(host: RunningHost, *request: object) -> tuple[int, dict[str, str]]:
    """Return the status and the headers about other origins."""
    answer = host.ask(*request)  # pyright: ignore[reportArgumentType] # rows of a table
    found = {name: value for name, value in answer.headers if name.startswith("Access-Control-")}
    return answer.status, found


@pytest.mark.parametrize(
    ("method", "target", "headers", "status", "expected"),
    [
        ("GET", "/api/Open", [("Origin", SHOP)], 200, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        (
            "GET",
            "/api/Open",
            [("Origin", SHOP.upper())],
            200,
            {ORIGIN: SHOP.upper(), CREDENTIALS: "true"},
        ),
        ("GET", "/api/Nothing", [("Origin", SHOP)], 404, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        ("GET", "/api/Closed", [("Origin", SHOP)], 401, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        ("GET", "/api/Fails", [("Origin", SHOP)], 500, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        ("GET", "/admin/host/ping", [("Origin", SHOP)], 200, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        ("GET", "/api/Open", [], 200, {}),
        ("GET", "/api/Open", [("Origin", EVIL)], 403, {}),
        ("GET", "/api/Open", [("Origin", "null")], 403, {}),
        ("OPTIONS", "/api/Open", [], 404, {}),
        ("OPTIONS", "/api/Open", [("Origin", SHOP)], 404, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        ("OPTIONS", "/api/Any", [("Origin", SHOP)], 200, {ORIGIN: SHOP, CREDENTIALS: "true"}),
        (
            "OPTIONS",
            "/api/Open",
            [("Origin", SHOP), *ASKS_POST],
            204,
            {ORIGIN: SHOP, METHODS: "POST", CREDENTIALS: "true"},
        ),
        (
            "OPTIONS",
            "/no/such/path",
            [("Origin", SHOP), *ASKS_POST, ("Access-Control-Request-Headers", "x-a, x-b")],
            204,
            {ORIGIN: SHOP, METHODS: "POST", CREDENTIALS: "true", NAMES: "x-a, x-b"},
        ),
        ("OPTIONS", "/api/Open", [("Origin", EVIL), *ASKS_POST], 403, {}),
        ("OPTIONS", "/api/Open", ASKS_POST, 204, {}),
    ],
)
def test_one_site_is_allowed(
    one_site: RunningHost,
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    status: int,
    expected: dict[str, str],
) -> None:
    assert allowed(one_site, method, target, headers) == (status, expected)


@pytest.mark.parametrize(
    ("method", "headers", "status", "expected"),
    [
        ("GET", [("Origin", EVIL)], 200, {ORIGIN: "*"}),
        ("GET", [("Origin", "null")], 200, {ORIGIN: "*"}),
        ("GET", [], 200, {}),
        ("OPTIONS", [("Origin", EVIL), *ASKS_POST], 204, {ORIGIN: "*", METHODS: "POST"}),
    ],
)
def test_every_site_is_allowed(
    any_site: RunningHost,
    method: str,
    headers: list[tuple[str, str]],
    status: int,
    expected: dict[str, str],
) -> None:
    assert allowed(any_site, method, "/api/Open", headers) == (status, expected)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", [("Origin", SHOP)], 403),
        ("GET", [("Sec-Fetch-Site", "cross-site")], 403),
        ("OPTIONS", [("Origin", SHOP), *ASKS_POST], 403),
        ("OPTIONS", ASKS_POST, 404),
        ("GET", [], 200),
        ("GET", [("Host", "shop.example")], 403),
    ],
)
def test_no_site_is_allowed_without_the_settings(
    no_site: RunningHost, method: str, headers: list[tuple[str, str]], status: int
) -> None:
    assert allowed(no_site, method, "/api/Open", headers) == (status, {})


def test_an_allowed_page_may_say_that_it_is_cross_site(one_site: RunningHost) -> None:
    headers = [("Origin", SHOP), ("Sec-Fetch-Site", "cross-site")]
    answer = one_site.get("/api/Open", headers)

    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.all("Cross-Origin-Resource-Policy") == []
    assert one_site.get("/api/Open", headers[1:]).status == 403


@pytest.mark.parametrize("origins", ["", "{", '"*"', "{}", "[]", "[" * 100_000])
def test_a_setting_that_is_no_list_allows_nothing(origins: str) -> None:
    assert read_cors(settings(origins)).origins == frozenset()
