"""Requests as a function sees them, over HTTP."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_stack.conftest import RunningHost


def test_the_url_is_scheme_host_and_target_exactly_as_sent(host: RunningHost) -> None:
    target = "/api/Echo?a=%41&b=x+y&c=%2b&d=&e"

    seen = host.get(target).json()

    assert seen["url"] == f"http://127.0.0.1:{host.port}{target}"


def test_the_url_has_the_host_header_that_was_sent(host: RunningHost) -> None:
    seen = host.get("/api/Echo", [("Host", "localhost:9")]).json()

    assert seen["url"] == "http://localhost:9/api/Echo"


def test_an_absolute_target_must_name_the_host(host: RunningHost) -> None:
    target = f"http://127.0.0.1:{host.port}/api/Echo?a=1"

    assert host.get(target).json()["url"] == target
    assert host.get("http://127.0.0.1/api/Echo").status == 400


def test_repeated_query_values_are_joined_with_commas(host: RunningHost) -> None:
    assert host.get("/api/Echo?a=1&b=x&a=2").json()["params"] == {"a": "1,2", "b": "x"}


def test_empty_query_values_are_missing_from_params(host: RunningHost) -> None:
    assert host.get("/api/Echo?a=&b&c=3").json()["params"] == {"c": "3"}


def test_header_names_are_in_lower_case_and_repeated_headers_joined(host: RunningHost) -> None:
    headers = host.get("/api/Echo", [("X-Tag", "one"), ("x-TAG", "two")]).json()["headers"]

    assert headers["x-tag"] == "one,two"


def test_non_ascii_header_text_arrives(host: RunningHost) -> None:
    assert host.get("/api/Echo", [("X-Name", "Zoë")]).json()["headers"]["x-name"] == "Zoë"


def test_a_header_that_is_not_utf8_is_a_bad_request(host: RunningHost) -> None:
    request = b"GET /api/Echo HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Name: \xff\r\n\r\n"

    assert host.send(request).status == 400


def test_cookies_arrive_as_a_header(host: RunningHost) -> None:
    headers = host.get("/api/Echo", [("Cookie", "a=1; b=2")]).json()["headers"]

    assert headers["cookie"] == "a=1; b=2"


def test_a_binary_body_is_unchanged(host: RunningHost) -> None:
    body = bytes(range(256))

    seen = host.ask("POST", "/api/Echo", body=body).json()

    assert base64.b64decode(seen["body"]) == body


def test_a_form_keeps_empty_and_repeated_fields(host: RunningHost) -> None:
    kind = ("Content-Type", "application/x-www-form-urlencoded")

    seen = host.ask("POST", "/api/Echo", [kind], b"a=1&b=&a=%C3%A9+2").json()

    assert seen["form"] == {"a": ["1", "é 2"], "b": [""]}


def test_a_compressed_body_is_not_unpacked(host: RunningHost) -> None:
    headers = [("Content-Encoding", "gzip")]

    seen = host.ask("POST", "/api/Echo", headers, b"not even gzip").json()

    assert base64.b64decode(seen["body"]) == b"not even gzip"


def test_a_chunked_body_arrives_empty(host: RunningHost) -> None:
    head = b"POST /api/Echo HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    assert host.send(head + chunks).json()["body"] == ""


def test_expect_100_continue_is_answered(host: RunningHost) -> None:
    headers = [("Expect", "100-continue")]

    seen = host.ask("POST", "/api/Echo", headers, b"hello").json()

    assert base64.b64decode(seen["body"]) == b"hello"


def test_a_body_over_the_limit_is_refused_before_it_is_read(host: RunningHost) -> None:
    head = b"POST /api/Echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 104857601\r\n\r\n"

    assert host.send(head).status == 500


def test_route_parameters_are_decoded_and_optional_ones_can_be_missing(host: RunningHost) -> None:
    assert host.get("/api/items/7").json()["route"] == {"id": "7"}
    assert host.get("/api/items/7/a%20b").json()["route"] == {"id": "7", "part": "a b"}


def test_a_catch_all_takes_the_rest_of_the_path(host: RunningHost) -> None:
    assert host.get("/api/files/a/b.txt").json()["route"] == {"path": "a/b.txt"}


def test_another_host_name_is_forbidden(host: RunningHost) -> None:
    for name in ("example.com", "127.0.0.1.example.com", "localhost@example.com", "[::2]", ""):
        assert host.get("/api/Echo", [("Host", name)]).status == 403


def test_a_second_host_header_is_forbidden(host: RunningHost) -> None:
    headers = [("Host", "127.0.0.1"), ("Host", "example.com")]

    assert host.get("/api/Echo", headers).status in {400, 403}
