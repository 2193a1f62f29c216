"""Methods, headers and output bindings: what a function gets, and what it gives otherwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local_stack.like_azure.code import ECHO, OK

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunningHost
    from tests.local_stack.like_azure.conftest import Serve

TRIGGER = {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"}
# The code of a function with the output `res` instead of `$return`; status, and body.
OUTPUTS: dict[str, tuple[str, int, bytes]] = {
    "Unset": ("def main(req, res: func.Out[func.HttpResponse]):\n    pass\n", 204, b""),
    "Text": ("def main(req, res: func.Out[str]):\n    res.set('words')\n", 200, b"words"),
    "Json": ("def main(req, res: func.Out[str]):\n    res.set('[1]')\n", 200, b"[\n  1\n]"),
    "Whole": (
        "def main(req, res: func.Out[func.HttpResponse]):\n"
        "    res.set(func.HttpResponse('made', status_code=201))\n",
        201,
        b"made",
    ),
}


def build(app: AppFolder) -> None:
    app.add("Any", ECHO)
    app.add("Get", ECHO, {"methods": ["get"]})
    app.add("Odd", ECHO, {"methods": ["Purge", "post"]})
    app.add("None", ECHO, {"methods": []})
    app.add("Twice", OK, {"route": "any"})
    app.add("NoRoute", ECHO, {"route": ""})
    app.add("Told", "def main(req: func.HttpRequest) -> None:\n    return None\n")
    app.write("Silent/function.json", json.dumps({"bindings": [TRIGGER]}))
    app.write("Silent/__init__.py", "def main(req):\n    pass\n")
    for name, (code, _, _) in OUTPUTS.items():
        answer = {"type": "http", "direction": "out", "name": "res"}
        app.write(f"{name}/function.json", json.dumps({"bindings": [TRIGGER, answer]}))
        app.write(f"{name}/__init__.py", f"import azure.functions as func\n{code}")


@pytest.fixture(scope="module")
def calling(serve: Serve) -> RunningHost:
    return serve(build)


@pytest.mark.parametrize(
    "method",
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "LINK"],
)
def test_a_function_without_methods_has_them_all(calling: RunningHost, method: str) -> None:
    assert calling.ask(method, "/api/any").json()["method"] == method


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("HEAD", "/api/Any", 200),
        ("GET", "/api/Get", 200),
        ("HEAD", "/api/Get", 404),
        ("OPTIONS", "/api/Get", 404),
        ("POST", "/api/Get", 404),
        ("PURGE", "/api/Odd", 200),
        ("POST", "/api/Odd", 200),
        ("GET", "/api/Odd", 404),
        ("GET", "/api/None", 404),
        ("OPTIONS", "/api/None", 404),
        ("GET", "/api/NoRoute", 200),
        ("GET", "/api/", 404),
        ("GET", "/api/Twice", 404),
        ("GET", "/api/Told", 500),
        ("OPTIONS", "*", 404),
        ("G@T", "/api/Any", 400),
    ],
)
def test_a_method_is_allowed_or_there_is_no_function(
    calling: RunningHost, method: str, target: str, status: int
) -> None:
    answer = calling.ask(method, target)

    assert answer.status == status
    assert answer.all("Allow") == []


@pytest.mark.parametrize(
    ("sent", "name", "seen"),
    [
        ([("X-Tag", "one"), ("x-TAG", "two")], "x-tag", "one,two"),
        ([("Cookie", "a=1; b=2"), ("Cookie", "c=3")], "cookie", "a=1; b=2,c=3"),
        ([("X-Name", "żaba")], "x-name", "żaba"),
        ([("X-Blank", "  a b  ")], "x-blank", "a b"),
        ([("X-Tab", "a\t")], "x-tab", "a"),
        ([("X-Empty", "")], "x-empty", ""),
        ([("X-Forwarded-For", "192.0.2.1")], "x-forwarded-for", "192.0.2.1"),
        ([("X-HTTP-Method-Override", "PUT")], "x-http-method-override", "PUT"),
        ([("x-functions-key", "wrong")], "x-functions-key", "wrong"),
        ([("Host", "LOCALHOST:80")], "host", "LOCALHOST:80"),
    ],
)
def test_a_function_sees_the_headers(
    calling: RunningHost, sent: list[tuple[str, str]], name: str, seen: str
) -> None:
    assert calling.get("/api/Any", sent).json()["headers"][name] == seen


@pytest.mark.parametrize(
    ("headers", "body", "length"),
    [
        ([("Content-Length", "5")], b"hello", 5),
        ([("Content-Length", "0")], b"", 0),
        ([("Content-Length", "5"), ("Content-Encoding", "gzip")], b"hello", 5),
        ([("Content-Length", "5"), ("Expect", "100-continue")], b"hello", 5),
        ([("Transfer-Encoding", "chunked")], b"5\r\nhello\r\n0\r\n\r\n", 0),
        ([("Transfer-Encoding", "chunked")], b"5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n", 0),
    ],
)
def test_a_function_sees_the_body_unless_it_is_chunked(
    calling: RunningHost, headers: list[tuple[str, str]], body: bytes, length: int
) -> None:
    lines = ["POST /api/Any HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    seen = calling.send("\r\n".join([*lines, "", ""]).encode() + body, "POST").json()

    assert seen["body"] == length
    for name, value in headers:
        assert seen["headers"][name.lower()] == value


@pytest.mark.parametrize(("name", "status", "body"), [(n, *row[1:]) for n, row in OUTPUTS.items()])
def test_an_output_becomes_the_response(
    calling: RunningHost, name: str, status: int, body: bytes
) -> None:
    answer = calling.get(f"/api/{name}")

    assert (answer.status, answer.body) == (status, body)


def test_a_function_without_an_output_is_a_204(calling: RunningHost) -> None:
    answer = calling.get("/api/Silent")

    assert (answer.status, answer.body) == (204, b"")
