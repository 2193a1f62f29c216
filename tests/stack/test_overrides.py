"""Connection overrides: which requests are retried, how often, and when that stops."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

HALF_AN_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 99\r\n\r\n<Resp"


@contextmanager
def raw_server(answer: bytes) -> Generator[str]:
    """Serve these bytes and hang up; if empty, accept connections and never respond."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        if answer:
            thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sms"
        listener.shutdown(socket.SHUT_RDWR)
    if answer:
        thread.join()


def text_to(stack: LocalStack, url: str) -> list[int]:
    """Text the line while its webhook is a URL; return the numbers of the attempts."""
    stack.line_goes_to(SmsUrl=url)
    sid = stack.text("Hi")
    stack.advance(1)
    return [webhook["attempt"] for webhook in stack.webhooks(sid)]


@pytest.mark.parametrize(
    ("status", "fragment", "attempts"),
    [
        (503, "rc=2&rp=5xx", 3),
        (503, "rc=2&rp=4xx", 1),
        (404, "rp=4xx", 2),
        (404, "rc=0&rp=all", 1),
    ],
)
def test_an_error_is_retried_if_the_url_says_so(
    stack: LocalStack, web_server: "WebServer", status: int, fragment: str, attempts: int
) -> None:
    url = web_server.answer("/sms", b"", "text/xml", status)

    assert text_to(stack, f"{url}#{fragment}") == list(range(1, attempts + 1))
    assert [alert["code"] for alert in stack.alerts()] == [11200]


def test_all_attempts_have_the_same_token(stack: LocalStack, web_server: "WebServer") -> None:
    text_to(stack, web_server.answer("/sms", b"", "text/xml", 500) + "#rc=1&rp=5xx")

    first, second = (request.headers for request in web_server.received)
    assert first["I-Twilio-Idempotency-Token"] == second["I-Twilio-Idempotency-Token"]


@pytest.mark.parametrize(
    ("fragment", "attempts", "code"),
    [("rt=100&rc=1&rp=rt", 2, 11205), ("rt=100", 1, 11205), ("tt=100&rp=all", 1, 11203)],
)
def test_the_url_sets_the_read_timeout(
    stack: LocalStack, fragment: str, attempts: int, code: int
) -> None:
    with raw_server(b"") as url:
        assert len(text_to(stack, f"{url}#{fragment}")) == attempts

    assert [alert["code"] for alert in stack.alerts()] == [code]


def test_an_incomplete_response_is_never_retried(stack: LocalStack) -> None:
    with raw_server(HALF_AN_ANSWER) as url:
        assert text_to(stack, f"{url}#rc=5&rp=all") == [1]

    assert [alert["code"] for alert in stack.alerts()] == [11205]


def test_an_invalid_policy_has_its_code(stack: LocalStack, web_server: "WebServer") -> None:
    assert text_to(stack, web_server.twiml("/sms", "<Response/>") + "#rp=never") == []
    assert [alert["code"] for alert in stack.alerts()] == [11243]


def test_a_setting_with_an_invalid_value_is_named(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    assert text_to(stack, web_server.twiml("/sms", "<Response/>") + "#rc=9") == [1]

    [alert] = stack.alerts()
    assert (alert["kind"], alert["level"]) == ("emulator", "warning")


def test_a_url_copied_from_html_is_named(stack: LocalStack, web_server: "WebServer") -> None:
    assert text_to(stack, web_server.twiml("/sms", "<Response/>") + "?a=b&amp;c=d") == [1]

    [alert] = stack.alerts()
    assert (alert["kind"], alert["level"]) == ("emulator", "warning")
    assert "&amp;" in alert["message"]
