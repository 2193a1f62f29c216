"""The host's responses, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_stack.conftest import RunningHost


def test_a_binary_response_is_unchanged(host: RunningHost) -> None:
    answer = host.get("/api/Binary")

    assert answer.body == bytes(range(256))
    assert answer.all("Content-Type") == ["application/octet-stream"]


def test_status_headers_and_each_cookie_are_returned(host: RunningHost) -> None:
    answer = host.get("/api/Cookies")

    assert answer.status == 202
    assert answer.all("X-Kind") == ["test"]
    assert answer.all("Set-Cookie") == [
        "first=1; domain=; path=/; httponly",
        "second=2; max-age=60; domain=; path=; secure; samesite=lax",
    ]


def test_text_that_a_function_returns_is_a_200_in_utf8(host: RunningHost) -> None:
    answer = host.get("/api/Text")

    assert (answer.status, answer.body) == (200, "hé".encode())
    assert answer.all("Content-Type") == ["text/plain; charset=utf-8"]


def test_a_response_without_a_body_is_empty(host: RunningHost) -> None:
    answer = host.get("/api/Nothing")

    assert (answer.status, answer.body) == (204, b"")


def test_a_function_that_raises_is_a_500_without_a_body(host: RunningHost) -> None:
    answer = host.get("/api/Raises")

    assert (answer.status, answer.body) == (500, b"")
    assert "KeyError: 'the key that is missing'" in host.wait_for_output("Raises failed")


def test_a_function_that_exits_is_a_500_and_the_host_continues(host: RunningHost) -> None:
    assert host.get("/api/Exits").status == 500
    assert host.get("/api/ExitsInThread").status == 500
    assert host.get("/api/Echo").status == 200
    host.wait_for_output("ExitsInThread failed")


def test_a_function_that_cancels_itself_is_a_500(host: RunningHost) -> None:
    assert host.get("/api/Cancels").status == 500


def test_a_header_that_would_split_the_response_is_a_500(host: RunningHost) -> None:
    answer = host.get("/api/BadHeader")

    assert answer.status == 500
    assert answer.all("X-Evil") == []


def test_the_server_is_named_without_a_version(host: RunningHost) -> None:
    for target in ("/api/Echo", "/api/NoSuch", "/api/Raises", "/api/Keyed"):
        assert host.get(target).all("Server") == ["Kestrel"]


def test_a_request_that_is_not_http_gets_a_bare_400(host: RunningHost) -> None:
    answer = host.send(b"hello\r\n\r\n")

    assert (answer.status, answer.body) == (400, b"")
    assert answer.all("Server") == ["Kestrel"]


def test_a_method_that_is_not_listed_is_a_404(host: RunningHost) -> None:
    assert host.ask("POST", "/api/OnlyGet", body=b"").status == 404


def test_head_is_a_404_for_a_get_function(host: RunningHost) -> None:
    assert host.ask("HEAD", "/api/OnlyGet").status == 404


def test_an_unknown_route_is_a_404_without_a_body(host: RunningHost) -> None:
    for target in ("/api/NoSuch", "/Echo", "/api", "/api//Echo"):
        answer = host.get(target)
        assert (answer.status, answer.body) == (404, b"")


def test_routes_are_case_insensitive(host: RunningHost) -> None:
    assert host.get("/API/echo").status == 200


def test_a_route_whose_constraint_fails_leaves_the_path_to_the_next(host: RunningHost) -> None:
    assert host.get("/api/items/latest").json()["route"] == {}


def test_an_unmet_constraint_is_a_404(host: RunningHost) -> None:
    assert host.get("/api/items/seven").status == 404


def test_a_connection_serves_many_requests(host: RunningHost) -> None:
    request = f"GET /api/Text HTTP/1.1\r\nHost: 127.0.0.1:{host.port}\r\n".encode()

    answer = host.send(request + b"\r\n" + request + b"Connection: close\r\n\r\n")

    assert answer.status == 200
    assert answer.all("Connection") == []
