"""The emulator's API for people and tests, and its access control."""

import json
import socket
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE
from local_stack.testing import HANDSET, LocalStack

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("texts", {"from": HANDSET, "to": "me", "body": "Hi"}, "to"),
        ("texts", {"from": LINE, "to": LINE, "body": "Hi"}, "from"),
        ("texts", {"from": "x", "to": LINE, "body": "Hi"}, "from"),
        ("texts", {"from": HANDSET, "to": LINE}, "body"),
        ("texts", {"from": HANDSET, "to": LINE, "body": 7}, "body"),
        ("texts", {"from": HANDSET, "to": LINE, "body": "x" * 1601}, "body"),
        ("texts", {"from": HANDSET, "to": LINE, "body": "\ud800"}, "body"),
        ("texts", {"from": HANDSET, "to": LINE, "media_url": ["file:///x"]}, "media_url"),
        ("texts", {"from": HANDSET, "to": LINE, "media_url": "http://x/\r\nA: b"}, "media_url"),
        ("texts", {"from": HANDSET, "to": LINE, "media_url": "http://x/\ud800"}, "media_url"),
        ("calls", {"from": HANDSET}, "to"),
        ("calls/CA0/keys", {"digits": "abc"}, "digits"),
        ("clock/advance", {"seconds": "1"}, "seconds"),
        ("clock/advance", {"seconds": -1}, "seconds"),
        ("clock/advance", {"seconds": 10**400}, "seconds"),
        ("numbers", {"voice_url": "http://[::"}, "VoiceUrl"),
        ("clock/advance", {"seconds": True}, "seconds"),
    ],
)
def test_error_names_the_invalid_field(
    stack: LocalStack, path: str, body: dict[str, Any], named: str
) -> None:
    url = f"{stack.emulator_url}/emulator/{path}"
    answer = stack.http.post(url, data=json.dumps(body), headers=JSON, timeout=5)

    assert (answer.status_code, answer.json()["detail"].split()[0].strip("`")) == (400, named)


@pytest.mark.parametrize("body", ["", "[", "[]", "[" * 100_000, "{}", '{"seconds":1e999}'])
def test_an_invalid_body_is_not_a_server_error(stack: LocalStack, body: str) -> None:
    url = f"{stack.emulator_url}/emulator/clock/advance"

    assert stack.http.post(url, data=body, headers=JSON, timeout=5).status_code == 400


def test_an_oversized_body_is_refused(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/emulator/texts"
    answer = stack.http.post(url, data=b"x" * 2**21, headers=JSON, timeout=5)
    form = stack.rest("POST", "Messages.json", b"x" * 2**21)

    assert (answer.status_code, answer.json()["detail"]) == (413, "The body is too large.")
    assert (form.status_code, form.json()["code"]) == (413, 20413)


def test_an_unknown_call_is_not_found(stack: LocalStack) -> None:
    url = f"{stack.emulator_url}/emulator/calls/CA0"

    assert stack.http.get(url, timeout=5).status_code == 404


def test_keys_need_a_call_in_progress(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    url = f"{stack.emulator_url}/emulator/calls/{sid}/keys"

    assert stack.http.post(url, json={"digits": "1"}, timeout=5).status_code == 409


class TestForeignPages:
    """A page of another site can send requests to loopback; none may have an effect."""

    FOREIGN: ClassVar = {"Origin": "https://example.com"}

    @pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1:1"])
    def test_the_world_is_closed_to_them(self, stack: LocalStack, origin: str) -> None:
        answer = stack.http.post(
            f"{stack.emulator_url}/emulator/texts",
            json={"from": HANDSET, "to": LINE, "body": "Hi"},
            headers={"Origin": origin},
            timeout=5,
        )

        assert (answer.status_code, stack.texts()) == (403, [])

    def test_a_form_cannot_drive_the_world(self, stack: LocalStack) -> None:
        url = f"{stack.emulator_url}/emulator/reset"

        assert stack.http.post(url, data={"a": "b"}, timeout=5).status_code == 415

    def test_the_rest_api_is_closed_to_them(self, stack: LocalStack) -> None:
        answer = stack.http.post(
            f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
            data={"To": HANDSET, "From": LINE, "Body": "Hi"},
            auth=(ACCOUNT_SID, AUTH_TOKEN),
            headers=self.FOREIGN,
            timeout=5,
        )

        assert (answer.status_code, stack.texts()) == (403, [])

    def test_the_functions_are_closed_to_them_even_with_the_key(self, stack: LocalStack) -> None:
        answer = stack.http.post(
            f"{stack.functions_url}/api/SendSms?code=local",
            data={"to": HANDSET, "body": "Hi"},
            headers=self.FOREIGN,
            timeout=5,
        )

        assert (answer.status_code, stack.texts()) == (403, [])

    @pytest.mark.parametrize("server", ["emulator_url", "functions_url"])
    def test_other_host_name_is_refused(self, stack: LocalStack, server: str) -> None:
        url = getattr(stack, server)
        answer = stack.http.get(url, headers={"Host": "attacker.example.com"}, timeout=5)

        assert answer.status_code == 403

    def test_the_page_may_drive_its_own_emulator(self, stack: LocalStack) -> None:
        answer = stack.http.post(
            f"{stack.emulator_url}/emulator/texts",
            json={"from": HANDSET, "to": LINE, "body": "Hi"},
            headers={"Origin": stack.emulator_url},
            timeout=5,
        )

        assert answer.status_code == 201


@pytest.mark.parametrize("server", ["emulator_url", "functions_url"])
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [::\r\n\r\n",
        b"POST /emulator/texts HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_malformed_http_is_not_a_server_error(
    stack: LocalStack, server: str, request_bytes: bytes
) -> None:
    address = urlsplit(getattr(stack, server))
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)

    assert not answer.startswith(b"HTTP/1.1 5")


class TestEvents:
    """The stream that the page listens to."""

    def read(self, stack: LocalStack, count: int) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        with stack.http.get(f"{stack.emulator_url}/events", stream=True, timeout=10) as answer:
            name = ""
            for raw in answer.iter_lines():
                line = raw.decode()
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    found.append((name, json.loads(line.removeprefix("data: "))))
                    if len(found) == 1:
                        stack.text("Hello")
                    if len(found) == count:
                        break
        return found

    def test_it_starts_with_a_snapshot_and_continues_with_changes(self, stack: LocalStack) -> None:
        (first, snapshot), (second, text), *_ = self.read(stack, 3)

        assert (first, snapshot["line"], snapshot["texts"]) == ("snapshot", LINE, [])
        assert (second, text["body"]) == ("text", "Hello")


def test_a_reset_forgets_calls_in_progress(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    stack.advance(1)
    stack.reset()
    stack.advance(120)

    url = f"{stack.emulator_url}/emulator/calls/{sid}"
    assert stack.http.get(url, timeout=5).status_code == 404
    assert (stack.alerts(), stack.texts(), stack.look("webhooks")) == ([], [], [])


def test_the_page_is_served_with_a_content_security_policy(stack: LocalStack) -> None:
    answer = stack.http.get(stack.emulator_url, timeout=5)

    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/../dev.py", "/%2e%2e/dev.py", "/nothing", "//etc/passwd"])
def test_nothing_but_the_page_is_served(stack: LocalStack, path: str) -> None:
    assert stack.http.get(stack.emulator_url + path, timeout=5).status_code == 404


@pytest.mark.parametrize("action", ["answer", "decline"])
def test_a_call_can_only_be_picked_up_once(stack: LocalStack, action: str) -> None:
    sid = stack.place_call("<Response><Pause/></Response>")
    stack.advance(1)
    stack.world(f"calls/{sid}/{action}")
    url = f"{stack.emulator_url}/emulator/calls/{sid}/answer"
    refused = stack.http.post(url, json={}, timeout=5)

    assert refused.status_code == 409
    assert "already" in refused.json()["detail"]


def test_a_caller_cannot_answer_its_own_call(stack: LocalStack) -> None:
    sid = stack.ring()
    url = f"{stack.emulator_url}/emulator/calls/{sid}/answer"
    refused = stack.http.post(url, json={}, timeout=5)

    assert refused.status_code == 409
    assert "ringing" not in refused.json()["detail"]
