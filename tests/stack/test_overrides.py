"""Connection overrides at work: what is repeated, how often, and what ends it."""

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
    """Serve the given bytes and hang up; with none, take connections and never answer."""
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
    """Text the line while it goes to a URL; return the numbers of the attempts."""
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
def test_a_refusal_is_repeated_when_the_url_says_so(
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
def test_silence_is_borne_as_long_as_the_url_says(
    stack: LocalStack, fragment: str, attempts: int, code: int
) -> None:
    with raw_server(b"") as url:
        assert len(text_to(stack, f"{url}#{fragment}")) == attempts

    assert [alert["code"] for alert in stack.alerts()] == [code]


def test_half_an_answer_is_never_asked_for_again(stack: LocalStack) -> None:
    with raw_server(HALF_AN_ANSWER) as url:
        assert text_to(stack, f"{url}#rc=5&rp=all") == [1]

    assert [alert["code"] for alert in stack.alerts()] == [11205]


def test_a_wrong_policy_has_its_number(stack: LocalStack, web_server: "WebServer") -> None:
    assert text_to(stack, web_server.twiml("/sms", "<Response/>") + "#rp=never") == []
    assert [alert["code"] for alert in stack.alerts()] == [11243]


def test_a_setting_without_a_legal_value_is_named(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    assert text_to(stack, web_server.twiml("/sms", "<Response/>") + "#rc=9") == [1]

    [alert] = stack.alerts()
    assert (alert["kind"], alert["level"]) == ("emulator", "warning")
