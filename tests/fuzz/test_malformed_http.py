"""Malformed and unusual HTTP: host and emulator refuse it, reveal nothing, and keep serving.

Each case is sent over its own connection, byte by byte as written here. {port} is the server's.
"""

import re
import socket
from collections.abc import Sequence

import pytest

from local_stack.testing import LocalStack
from tests.fuzz.raw_http import connect, request, status_of

HELLO = b"GET /api/TwimlHello HTTP/1.1"
POST = b"POST /api/TwimlHello HTTP/1.1"
CHUNKED = b"Transfer-Encoding: chunked"


def named(cases: Sequence[tuple[str, bytes]]) -> pytest.MarkDecorator:
    """Run a test once for each case."""
    names, contents = zip(*cases, strict=True)
    return pytest.mark.parametrize("content", contents, ids=names)


MALFORMED = [
    ("nothing but control characters", b"\0\1\2\xff\xfe\r\n\r\n"),
    ("a TLS handshake", bytes.fromhex("16030100f8010000f40303") + b"\1" * 240),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("SSH", b"SSH-2.0-OpenSSH_9.9\r\n"),
    ("SOCKS", b"\5\1\0\r\n"),
    ("the PROXY protocol", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + request(HELLO)),
    ("another protocol", request(b"GET / HTTX/1.1")),
    ("no path", request(b"GET HTTP/1.1")),
    ("a blank in the path", request(b"GET /api/Twiml Hello HTTP/1.1")),
    ("a NUL in the path", request(b"GET /api/Twiml\0Hello HTTP/1.1")),
    ("bytes beyond ASCII in the path", request(b"GET /api/\xff HTTP/1.1")),
    ("a path without its slash", request(b"GET api/TwimlHello HTTP/1.1")),
    ("a method in lower case", request(b"get /api/TwimlHello HTTP/1.1")),
    ("an overlong method", request(b"A" * 9000 + b" / HTTP/1.1")),
    ("a NUL in a header", request(HELLO, b"X: a\0b")),
    ("a line break in a header", request(HELLO, b"X: a\rSet-Cookie: b")),
    ("a folded header", request(HELLO, b"X: a", b" b")),
    ("a header without a name", request(HELLO, b": a")),
    ("a header without a colon", request(HELLO, b"abc")),
    ("a blank before the colon", request(HELLO, b"Content-Length : 0")),
    ("bare line feeds", HELLO + b"\nHost: 127.0.0.1\n\n"),
    ("two hosts", request(HELLO, b"Host: localhost")),
    ("a NUL in the host", request(HELLO, host=b"Host: 127.0.0.1\0.example")),
    ("an invalid address", request(b"GET http://[bad/api/TwimlHello HTTP/1.1")),
    ("a negative length", request(POST, b"Content-Length: -1")),
    ("a length with a sign", request(POST, b"Content-Length: +1", body=b"a")),
    ("a length in hexadecimal", request(POST, b"Content-Length: 0x1", body=b"a")),
    ("a length beyond all limits", request(POST, b"Content-Length: " + b"9" * 30)),
    ("a blank length", request(POST, b"Content-Length: ")),
    ("two lengths", request(POST, b"Content-Length: 1", b"Content-Length: 2", body=b"ab")),
    ("a list of lengths", request(POST, b"Content-Length: 1, 1", body=b"a")),
    ("a length and chunks", request(POST, b"Content-Length: 3", CHUNKED, body=b"0\r\n\r\n")),
    ("an unknown encoding", request(POST, b"Transfer-Encoding: banana", body=b"abc")),
    ("chunks that are not the last encoding", request(POST, CHUNKED + b", identity", body=b"0")),
    ("a chunk of negative length", request(POST, CHUNKED, body=b"-3\r\nabc\r\n0\r\n\r\n")),
    ("a chunk without a valid length", request(POST, CHUNKED, body=b"zz\r\nabc\r\n0\r\n\r\n")),
    ("a chunk beyond all limits", request(POST, CHUNKED, body=b"f" * 20 + b"\r\nabc")),
    ("a chunk longer than it says", request(POST, CHUNKED, body=b"3\r\nabcd\r\n0\r\n\r\n")),
]
REFUSED_LIKE_AZURE = [
    (request(b"GET / HTTP/3.0"), 505),
    (request(b"GET /" + b"a" * 20_000 + b" HTTP/1.1"), 414),
    (request(HELLO, b"X: " + b"a" * 70_000), 431),
    (request(HELLO, *(b"X%d: a" % n for n in range(5000))), 431),
]
"""Requests with the statuses of Azure's server; the emulator answers 400."""
OTHER_HOSTS = [
    ("no host", request(b"GET /api/TwimlHello HTTP/1.0", host=b"")),
    ("no host, HTTP/0.9", b"GET /api/TwimlHello\r\n\r\n"),
    ("another host", request(HELLO, host=b"Host: evil.example")),
    ("a host that begins like ours", request(HELLO, host=b"Host: 127.0.0.1.evil.example")),
    ("a host that ends like ours", request(HELLO, host=b"Host: evil.example@127.0.0.1")),
    ("our host as a user", request(HELLO, host=b"Host: 127.0.0.1@evil.example")),
    ("our host with a path", request(HELLO, host=b"Host: 127.0.0.1/evil.example")),
    ("our host with a dot", request(HELLO, host=b"Host: localhost.")),
    ("another address of IPv6", request(HELLO, host=b"Host: [::2]")),
    ("a blank host", request(HELLO, host=b"Host: ")),
    ("a port in letters", request(HELLO, host=b"Host: 127.0.0.1:http")),
    ("a port in other digits", request(HELLO, host="Host: 127.0.0.1:\u0661".encode())),
    ("an endless port", request(HELLO, host=b"Host: 127.0.0.1:" + b"9" * 5000)),
    ("a page of another site", request(HELLO, b"Origin: http://evil.example")),
    ("a page without an origin", request(HELLO, b"Origin: null")),
]
ODD = [
    ("a proxy request", request(b"GET http://127.0.0.1/api/TwimlHello HTTP/1.1")),
    ("a proxy request for another host", request(b"GET http://evil.example/api/X HTTP/1.1")),
    ("a proxy request, wrong port", request(b"GET http://a:99999999/api/TwimlHello HTTP/1.1")),
    ("two slashes", request(b"GET //evil.example/api/TwimlHello HTTP/1.1")),
    ("two slashes and a bracket", request(b"GET //[bad/api/TwimlHello HTTP/1.1")),
    ("a path upwards", request(b"GET /../../etc/passwd HTTP/1.1")),
    ("an escaped path upwards", request(b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1")),
    ("an escaped NUL", request(b"GET /api/TwimlHello%00 HTTP/1.1")),
    ("invalid escapes", request(b"GET /api/TwimlHello?%zz=%&%ff=%00 HTTP/1.1")),
    ("an escaped line break", request(b"GET /api/TwimlHello?a=%0d%0aSet-Cookie:b HTTP/1.1")),
    ("a fragment", request(b"GET /api/TwimlHello#a HTTP/1.1")),
    ("CONNECT", request(b"CONNECT 192.0.2.1:443 HTTP/1.1")),
    ("CONNECT to an invalid address", request(b"CONNECT [bad HTTP/1.1")),
    ("TRACE", request(b"TRACE /api/TwimlHello HTTP/1.1")),
    ("an asterisk", request(b"OPTIONS * HTTP/1.1")),
    ("bytes beyond ASCII in a header", request(HELLO, b"X: \xff")),
    ("bytes beyond ASCII in a cookie", request(HELLO, b"Cookie: \xff=;;;==")),
    ("an invalid range", request(b"GET /emulator/recordings/a HTTP/1.1", b"Range: bytes=b")),
    ("a length and no body", request(POST, b"Content-Length: 0")),
    ("an invalid content type", request(POST, b"Content-Type: ;;\xff", b"Content-Length: 0")),
    ("an unknown charset", request(POST, b"Content-Type: application/json; charset=a", CHUNKED)),
    ("no gzip", request(POST, b"Content-Encoding: gzip", b"Content-Length: 3", body=b"abc")),
    ("an unknown expectation", request(HELLO, b"Expect: miracles")),
    ("a WebSocket", request(HELLO, b"Connection: Upgrade", b"Upgrade: websocket", body=b"\x81\5")),
    ("an upgrade to HTTP/2", request(HELLO, b"Connection: Upgrade", b"Upgrade: h2c")),
    (
        "garbage in a world of JSON",
        request(
            b"POST /emulator/texts HTTP/1.1",
            b"Content-Type: application/json",
            b"Content-Encoding: deflate",
            b"Content-Length: 3",
            body=b"abc",
        ),
    ),
]
UNFINISHED = [
    ("nothing at all", b""),
    ("empty lines", b"\r\n\r\n"),
    ("half a line", b"GET /api/Twiml"),
    ("HTTP/0.9", b"GET /api/TwimlHello\r\n"),
    ("half of the headers", HELLO + b"\r\nHost: 127.0"),
    ("half of the body", request(POST, b"Content-Length: 100", body=b"abc")),
    ("half of a chunk", request(b"POST /emulator/texts HTTP/1.1", CHUNKED, body=b"5\r\nab")),
]


@pytest.fixture(params=["host", "emulator"])
def port(stack: LocalStack, request: pytest.FixtureRequest) -> int:
    """The port of the host or the emulator."""
    url = stack.functions_url if request.param == "host" else stack.emulator_url
    return int(url.rpartition(":")[2])


def still_serves(stack: LocalStack, port: int) -> None:
    """Check that a server still responds, and that it printed no traceback."""
    assert status_of(port, request(b"GET / HTTP/1.1", b"Connection: close")) in (200, 404)
    printed = stack.output.text
    assert "Traceback" not in printed
    assert "Error handling request" not in printed


@named(MALFORMED)
def test_malformed_http_is_refused(stack: LocalStack, port: int, content: bytes) -> None:
    assert status_of(port, content) == 400
    still_serves(stack, port)


@pytest.mark.parametrize(("content", "status"), REFUSED_LIKE_AZURE, ids=range(4))
def test_the_host_refuses_what_is_too_much_with_azures_status(
    stack: LocalStack, content: bytes, status: int
) -> None:
    for url, expected in ((stack.functions_url, status), (stack.emulator_url, 400)):
        port = int(url.rpartition(":")[2])
        assert status_of(port, content) == expected
        still_serves(stack, port)


def test_a_body_that_would_be_too_long_is_refused_before_it_arrives(stack: LocalStack) -> None:
    port = int(stack.functions_url.rpartition(":")[2])

    assert status_of(port, request(POST, b"Content-Length: 110000000")) == 500
    still_serves(stack, port)


@named(OTHER_HOSTS)
def test_another_host_name_is_refused(stack: LocalStack, port: int, content: bytes) -> None:
    if content.startswith(b"GET /api/TwimlHello\r\n"):
        with connect(port, content) as connection:
            answer = connection.recv(100)
        assert answer.startswith((b"HTTP/0.9 400 ", b"HTTP/0.9 403 "))
    else:
        assert status_of(port, content) == 403
    still_serves(stack, port)


@named(ODD)
def test_unusual_requests_cause_no_server_error(
    stack: LocalStack, port: int, content: bytes
) -> None:
    assert status_of(port, content) in {200, *range(400, 500)}
    still_serves(stack, port)


@named(UNFINISHED)
def test_server_survives_a_client_that_disconnects(
    stack: LocalStack, port: int, content: bytes
) -> None:
    with connect(port, content) as connection:
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)

    assert answer == b"" or answer.split()[1].startswith(b"4")
    still_serves(stack, port)


def test_pipelined_requests_are_answered_in_order(stack: LocalStack, port: int) -> None:
    hidden = request(POST, b"Content-Length: 0", body=request(HELLO, b"Connection: close"))
    with connect(port, request(HELLO) * 3 + hidden) as connection, connection.makefile("rb") as all:
        answers = re.findall(rb"HTTP/1.1 (\d+)", all.read())

    assert len(answers) == 5
    assert set(answers) <= {b"200", b"404", b"405"}
    still_serves(stack, port)
