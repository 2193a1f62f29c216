"""What becomes of the values that functions return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.host.triggers.text_results import read_text_result
from tests.local_stack.like_azure.code import returning

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunningHost
    from tests.local_stack.like_azure.conftest import Serve

PLAIN = "text/plain; charset=utf-8"
# The expression that a function returns, then status, Content-Type (None: no header) and body.
ROWS: list[tuple[str, int, str | None, bytes]] = [
    ("'plain words'", 200, PLAIN, b"plain words"),
    ("'łąka'", 200, PLAIN, "łąka".encode()),
    ("''", 200, PLAIN, b""),
    ("'\"in quotes\"'", 200, PLAIN, b"in quotes"),
    ("'[1,{}]'", 200, PLAIN, b"[\n  1,\n  {}\n]"),
    ("'{\"n\":   1}'", 200, PLAIN, b'{\n  "n": 1\n}'),
    ("'{\"status\": 418}'", 200, PLAIN, b'{\n  "status": 418\n}'),
    ('\'{"status": 202, "body": "done"}\'', 202, PLAIN, b"done"),
    ("'<?xml version=\"1.0\"?><a/>'", 200, PLAIN, b'<?xml version="1.0"?><a/>'),
    ("'{broken'", 200, PLAIN, b"{broken"),
    ("None", 500, None, b""),
    ("'\\ud800'", 500, None, b""),
    ("'\"\\\\ud800\"'", 500, None, b""),
    ("b'bytes'", 500, None, b""),
    ("{'a': 1}", 500, None, b""),
    ("('a', 201)", 500, None, b""),
    ("7", 500, None, b""),
    ("1 / 0", 500, None, b""),
    ("R()", 200, PLAIN, b""),
    ("R('')", 200, PLAIN, b""),
    ("R('text', 201)", 201, PLAIN, b"text"),
    ("R(b'\\x00\\xff', mimetype='image/png')", 200, "image/png", b"\x00\xff"),
    ("R('{\"n\":  1}', mimetype='application/json')", 200, "application/json", b'{"n":  1}'),
    ("R('é', charset='iso-8859-1')", 200, "text/plain; charset=iso-8859-1", b"\xe9"),
    ("R('x', mimetype='text/csv')", 200, "text/csv; charset=utf-8", b"x"),
    (
        "R('x', mimetype='text/csv; charset=utf-16')",
        200,
        "text/csv; charset=utf-16; charset=utf-8",
        b"x",
    ),
    ("R('x', mimetype='odd')", 200, "odd", b"x"),
    ("R('x', mimetype='')", 200, None, b"x"),
    ("R('x', headers={'Content-Type': 'text/css'})", 200, "text/css", b"x"),
    ("R('x', headers={'content-type': 'text/css'}, mimetype='a/b')", 200, "text/css", b"x"),
    ("R('gone', 410)", 410, PLAIN, b"gone"),
    ("R('mine', 500)", 500, PLAIN, b"mine"),
    ("R('later', 503)", 503, PLAIN, b"later"),
    ("R('x', 299)", 299, PLAIN, b"x"),
    ("R('x', 600)", 600, PLAIN, b"x"),
    ("R('x', 999)", 999, PLAIN, b"x"),
    ("R('x', '203')", 203, PLAIN, b"x"),
    ("R('x', 'soon')", 200, PLAIN, b"x"),
    ("R('x', 203.5)", 200, PLAIN, b"x"),
    ("R('x', 204)", 204, PLAIN, b""),
    ("R('x', 205)", 205, PLAIN, b""),
    ("R('x', 304)", 304, PLAIN, b""),
    ("R('x', headers={'X-A': 'é'})", 500, None, b""),
    ("R('x', headers={'X-A': 'a\\0b'})", 500, None, b""),
    ("R('x', headers={'X-A': 'a\\r\\nX-B: b'})", 500, None, b""),
    ("R('x', headers={'X-A': 'a\\nb'})", 500, None, b""),
    ("R('x', headers={'X A': 'a'})", 500, None, b""),
    ("R('x', headers={'X:A': 'a'})", 500, None, b""),
    ("R('x', headers={'Ż': 'a'})", 500, None, b""),
    ("R('x', headers={'': 'a'})", 500, None, b""),
    ("R('four', headers={'Content-Length': '4'})", 200, PLAIN, b"four"),
    ("R('four', headers={'Content-Length': '2'})", 500, None, b""),
    ("R('four', headers={'Content-Length': 'four'})", 500, None, b""),
    ("R('four', headers={'Content-Length': '9' * 5000})", 500, None, b""),
    ("R('x' * 2_000_000)", 200, PLAIN, b"x" * 2_000_000),
]
# The expression, and a header's values.
HEADERS: list[tuple[str, str, list[str]]] = [
    ("R('x', headers={'X-A': 'a\\tb'})", "X-A", ["a\tb"]),
    ("R('x', headers={'X-A': '  a  '})", "X-A", ["a"]),
    ("R('x', headers={'X-A': ''})", "X-A", [""]),
    ("R('x', headers={'X-A': 12})", "X-A", ["12"]),
    ("R('x', headers={'X-A': 'v' * 60_000})", "X-A", ["v" * 60_000]),
    ("R('x', headers={'x_low': '1'})", "x_low", ["1"]),
    ("R('', 302, headers={'Location': '/next'})", "Location", ["/next"]),
    ("R('x', headers={'Server': 'Mine'})", "Server", ["Mine"]),
    ("R('x', headers={'Date': 'today'})", "Date", ["today"]),
    ("R('x', headers={'Content-Encoding': 'br'})", "Content-Encoding", ["br"]),
    ("R('x', headers={'Keep-Alive': 'timeout=9'})", "Keep-Alive", ["timeout=9"]),
    ("R('x', headers={'Upgrade': 'h2c'})", "Upgrade", ["h2c"]),
    ("with_headers(('Vary', 'a'), ('Vary', 'b'))", "Vary", ["b"]),
    ("with_headers(('Vary', 'a, b'))", "Vary", ["a, b"]),
    ('\'{"body": "b", "headers": {"X-A": "1"}}\'', "X-A", ["1"]),
    (
        '\'{"body": "b", "headers": {"content-type": "text/css"}}\'',
        "Content-Type",
        ["text/css; charset=utf-8"],
    ),
    ("with_headers(('Set-Cookie', 'pet=cat'))", "Set-Cookie", ["pet=cat; domain=; path="]),
    (
        "with_headers(('Set-Cookie', 'pet=cat; Path=/; Secure; SameSite=Strict'))",
        "Set-Cookie",
        ["pet=cat; domain=; path=/; secure; samesite=strict"],
    ),
    (
        "with_headers(('Set-Cookie', 'pet=cat; Domain=a.example; Max-Age=9'))",
        "Set-Cookie",
        ["pet=cat; max-age=9; domain=a.example; path="],
    ),
    (
        "with_headers(('Set-Cookie', 'pet=cat; Expires=Fri, 02 Jan 2032 03:04:05 GMT'))",
        "Set-Cookie",
        ["pet=cat; expires=Fri, 02 Jan 2032 03:04:05 GMT; domain=; path="],
    ),
    (
        "with_headers(('Set-Cookie', 'pet=a%20b/c; HttpOnly'))",
        "Set-Cookie",
        ["pet=a%2520b%2Fc; domain=; path=; httponly"],
    ),
    (
        "with_headers(('Set-Cookie', 'pet=cat; age=3'))",
        "Set-Cookie",
        ["pet=cat; domain=; path=", "age=3; domain=; path="],
    ),
    (
        "with_headers(('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2'))",
        "Set-Cookie",
        ["a=1; domain=; path=", "b=2; domain=; path="],
    ),
]
# The expression, and the last bytes on a connection that the host then closes.
RAW: list[tuple[str, bytes]] = [
    ("R('x', 101)", b"HTTP/1.1 101 "),
    ("R('x', headers={'Transfer-Encoding': 'gzip'})", b"HTTP/1.1 200 "),
    ("R('x', headers={'Content-Length': '5'})", b"HTTP/1.1 200 "),
]


def build(app: AppFolder) -> None:
    texts = [text for table in (ROWS, HEADERS, RAW) for text, *_ in table]
    app.add("Give", returning({str(number): text for number, text in enumerate(texts)}))


def number_of(expression: str) -> int:
    texts = [text for table in (ROWS, HEADERS, RAW) for text, *_ in table]
    return texts.index(expression)


@pytest.fixture(scope="module")
def giving(serve: Serve) -> RunningHost:
    return serve(build)


@pytest.mark.parametrize(("expression", "status", "kind", "body"), ROWS, ids=range(len(ROWS)))
def test_a_value_becomes_a_response(
    giving: RunningHost, expression: str, status: int, kind: str | None, body: bytes
) -> None:
    answer = giving.get(f"/api/Give?kind={number_of(expression)}")

    assert (answer.status, answer.body) == (status, body)
    if status != 500 or kind:
        assert answer.all("Content-Type") == ([kind] if kind else [])


@pytest.mark.parametrize(("expression", "name", "values"), HEADERS, ids=range(len(HEADERS)))
def test_a_value_has_headers(
    giving: RunningHost, expression: str, name: str, values: list[str]
) -> None:
    assert giving.get(f"/api/Give?kind={number_of(expression)}").all(name) == values


@pytest.mark.parametrize(("expression", "start"), RAW)
def test_the_connection_closes_after_a_response_without_an_end(
    giving: RunningHost, expression: str, start: bytes
) -> None:
    with giving.connect() as connection, connection.makefile("rb") as reader:
        target = f"/api/Give?kind={number_of(expression)}"
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = reader.read()

    assert answer.startswith(start)
    assert answer.endswith(b"\r\n\r\nx")


@pytest.mark.parametrize("kind", ["'plain words'", "R('x' * 2_000_000)"])
def test_head_has_no_body(giving: RunningHost, kind: str) -> None:
    answer = giving.ask("HEAD", f"/api/Give?kind={number_of(kind)}")

    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("text", "status", "headers", "body"),
    [
        ("true", 200, {}, "True"),
        ("null", 200, {}, ""),
        ("12", 200, {}, "12"),
        ('{"body": {"a": [1, 2]}}', 200, {}, '{"a":[1,2]}'),
        ('{"body": null}', 200, {}, ""),
        ('{"BODY": "b", "Status": 201}', 201, {}, "b"),
        ('{"body": "b", "statusCode": "202"}', 202, {}, "b"),
        ('{"body": "b", "status": 201, "statusCode": 400}', 201, {}, "b"),
        ('{"body": "b", "status": "soon"}', 200, {}, "b"),
        ('{"body": "b", "status": null}', 200, {}, "b"),
        ('{"body": "b", "headers": {"X-N": 5}}', 200, {"X-N": "5"}, "b"),
        ('{"body": "b", "headers": "none", "cookies": [], "x": 1}', 200, {}, "b"),
        ('{"body": "1", "body": "2"}', 200, {}, "2"),
        ('{"a": {"b": "ż"}}', 200, {}, '{\n  "a": {\n    "b": "ż"\n  }\n}'),
        ("[" * 100_000, 200, {}, "[" * 100_000),
    ],
    ids=range(15),
)
def test_json_that_a_function_returns_as_text(
    text: str, status: int, headers: dict[str, str], body: str
) -> None:
    result = read_text_result(text)

    assert (result.status, result.headers, result.body) == (status, headers, body)
