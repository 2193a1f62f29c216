"""Injected faults as the app, a plain client, and a webhook see them."""

import json
import socket
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from deskphone.values import ACCOUNT_SID, LINE
from local_stack.testing import HANDSET, FaultsOn, LocalStack
from local_stack.values import IDENTITY_HEADER

if TYPE_CHECKING:
    from tests.conftest import WebServer

type SwitchOn = Callable[..., FaultsOn]

TEXT = {"To": HANDSET, "From": LINE, "Body": "Hi"}
BROKEN = requests.exceptions.ConnectionError
KEYED = {"Idempotency-Key": "one"}


def twilio(kind: str, **options: object) -> dict[str, object]:
    """Return a Twilio fault."""
    return {"service": "twilio", "kind": kind, **options}


def send(stack: LocalStack) -> requests.Response:
    """Send a text through Twilio's API."""
    return stack.rest("POST", "Messages.json", TEXT)


def seen(callbacks: "WebServer") -> list[str]:
    """Return the reported statuses of the text in order of arrival."""
    return [request.form["MessageStatus"] for request in callbacks.asked("/status")]


def send_with_reports(stack: LocalStack, callbacks: "WebServer") -> str:
    """Send a text whose status callbacks go to the test's server; return its SID."""
    url = callbacks.answer("/status", b"", "text/plain", 204)
    return stack.rest("POST", "Messages.json", {**TEXT, "StatusCallback": url}).json()["sid"]


def secret(stack: LocalStack) -> requests.Response:
    """Read the auth token with the app's identity."""
    answer = identity(stack, "https://vault.azure.net")
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    url = f"{stack.emulator_url}/vault/secrets/TwilioAuthToken"
    return stack.http.get(url, headers=headers, timeout=5)


def identity(stack: LocalStack, resource: str) -> requests.Response:
    """Request an access token like the app does."""
    url = f"{stack.emulator_url}/identity/token?resource={resource}"
    return stack.http.get(url, headers={"X-IDENTITY-HEADER": IDENTITY_HEADER}, timeout=5)


@pytest.mark.parametrize(
    ("kind", "code", "retry_after"),
    [("429", 20429, "1"), ("500", 20500, None), ("503", 20503, None)],
)
def test_twilio_answers_with_an_error_and_does_nothing(
    stack: LocalStack, faults: SwitchOn, kind: str, code: int, retry_after: str | None
) -> None:
    faults(twilio(kind))
    answer = send(stack)

    assert (answer.status_code, answer.json()["code"]) == (int(kind), code)
    assert answer.headers.get("Retry-After") == retry_after
    assert stack.texts() == []


def test_the_app_retries_after_a_429_and_the_text_is_sent_once(
    stack: LocalStack, faults: SwitchOn
) -> None:
    on = faults(twilio("429", count=1, seconds=0))
    answer = stack.function("SendSms", {"to": HANDSET, "body": "Hi"})

    assert (answer.status_code, len(stack.texts()), on.happened()) == (201, 1, [1])


def test_an_answer_is_lost_after_the_work_is_done(stack: LocalStack, faults: SwitchOn) -> None:
    faults(twilio("lost", count=1))
    with pytest.raises(BROKEN):
        send(stack)
    done = len(stack.texts())

    assert (done, send(stack).status_code) == (1, 201)


def test_twilio_is_slow(stack: LocalStack, faults: SwitchOn) -> None:
    faults(twilio("slow", seconds=0.2))
    began = time.monotonic()
    answer = send(stack)

    assert answer.status_code == 201
    assert time.monotonic() - began >= 0.2


def test_a_slow_request_is_completed_even_if_the_client_leaves(
    stack: LocalStack, faults: SwitchOn
) -> None:
    faults(twilio("slow", seconds=0.3))
    url = f"{stack.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    with pytest.raises(requests.exceptions.ReadTimeout):
        stack.http.post(url, data=TEXT, auth=(ACCOUNT_SID, stack.auth_token), timeout=0.1)
    give_up_at = time.monotonic() + 5
    while not stack.texts() and time.monotonic() < give_up_at:
        time.sleep(0.05)

    assert [text["body"] for text in stack.texts()] == [TEXT["Body"]]


def test_a_client_that_disconnects_during_its_request_causes_no_traceback(
    stack: LocalStack, faults: SwitchOn
) -> None:
    address = urlsplit(stack.emulator_url)
    faults(twilio("lost"))
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        head = f"PUT /emulator/faults HTTP/1.1\r\nHost: {address.netloc}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode())
        time.sleep(0.1)  # so that the request ends after it has started
    faults(twilio("503"))

    assert "Traceback" not in stack.output.wait_for("twilio 503", after="twilio lost")


def test_only_sends_are_affected_unless_reads_are_named(
    stack: LocalStack, faults: SwitchOn
) -> None:
    def statuses() -> list[int]:
        paths = ("Messages.json", "Calls.json", "IncomingPhoneNumbers.json")
        return [stack.rest("GET", path).status_code for path in paths]

    faults(twilio("500"))
    without = statuses()
    faults(twilio("500", reads=True))

    assert (without, statuses()) == ([200, 200, 200], [500, 500, 200])


def test_a_call_is_affected_like_a_text(stack: LocalStack, faults: SwitchOn) -> None:
    faults(twilio("503"))
    form = {"To": HANDSET, "From": LINE, "Twiml": "<Response/>"}

    assert stack.rest("POST", "Calls.json", form).status_code == 503


class TestReports:
    """Status callbacks that are delayed, repeated, reordered or dropped."""

    def test_a_late_callback_keeps_its_place(
        self, stack: LocalStack, faults: SwitchOn, web_server: "WebServer"
    ) -> None:
        faults({"service": "webhooks", "kind": "late", "seconds": 60, "count": 1})
        send_with_reports(stack, web_server)
        stack.advance(59)
        before = seen(web_server)
        stack.advance(2)

        assert (before, seen(web_server)) == ([], ["sent", "delivered"])

    def test_a_callback_is_delivered_twice(
        self, stack: LocalStack, faults: SwitchOn, web_server: "WebServer"
    ) -> None:
        faults({"service": "webhooks", "kind": "twice", "count": 1})
        send_with_reports(stack, web_server)
        stack.advance(1)

        assert seen(web_server) == ["sent", "sent", "delivered"]

    def test_a_callback_is_overtaken_by_the_next(
        self, stack: LocalStack, faults: SwitchOn, web_server: "WebServer"
    ) -> None:
        on = faults({"service": "webhooks", "kind": "reordered"})
        send_with_reports(stack, web_server)
        stack.advance(1)

        assert (seen(web_server), on.happened()) == (["delivered", "sent"], [1])

    def test_later_callbacks_follow_a_reordered_pair(
        self, stack: LocalStack, faults: SwitchOn, web_server: "WebServer"
    ) -> None:
        url = web_server.answer("/status", b"", "text/plain", 204)
        events = ["initiated", "ringing", "answered", "completed"]
        faults({"service": "webhooks", "kind": "reordered", "count": 1})
        form = {"StatusCallback": url, "StatusCallbackEvent": events}
        sid = stack.place_call("<Response/>", **form)  # pyright: ignore[reportArgumentType] # repeated
        stack.advance(0.5)
        stack.answer(sid)
        stack.advance(1)

        found = [request.form["CallStatus"] for request in web_server.asked("/status")]
        assert found == ["ringing", "initiated", "in-progress", "completed"]

    def test_the_last_callback_is_never_reordered(
        self, stack: LocalStack, faults: SwitchOn, web_server: "WebServer"
    ) -> None:
        send_with_reports(stack, web_server)
        stack.advance(0.1)
        faults({"service": "webhooks", "kind": "reordered", "seconds": 30})
        stack.advance(29)
        before = seen(web_server)
        stack.advance(2)

        assert (before, seen(web_server)) == (["sent"], ["sent", "delivered"])

    def test_a_dropped_callback_is_only_shown_on_the_page(
        self, stack: LocalStack, faults: SwitchOn, web_server: "WebServer"
    ) -> None:
        on = faults({"service": "webhooks", "kind": "dropped", "count": 1})
        sid = send_with_reports(stack, web_server)
        stack.advance(1)

        traces = [(one["status"], one["error"]) for one in stack.webhooks(sid)]
        assert seen(web_server) == ["delivered"]
        assert traces == [
            (None, "Not sent: the 'dropped' fault is on for status callbacks"),
            (204, ""),
        ]
        assert (stack.alerts(), on.happened()) == ([], [1])


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("401", "Unauthorized"),
        ("403", "Forbidden"),
        ("404", "SecretNotFound"),
        ("429", "Throttled"),
        ("500", "InternalServerError"),
        ("503", "ServiceUnavailable"),
    ],
)
def test_the_vault_answers_with_an_error(
    stack: LocalStack, faults: SwitchOn, kind: str, code: str
) -> None:
    faults({"service": "vault", "kind": kind})
    url = f"{stack.emulator_url}/vault/secrets/TwilioAuthToken"
    answer = stack.http.get(url, timeout=5)

    assert (answer.status_code, answer.json()["error"]["code"]) == (int(kind), code)
    assert ("WWW-Authenticate" in answer.headers) == (kind == "401")
    assert answer.headers.get("Retry-After") == ("1" if kind == "429" else None)


def test_a_vault_outage_affects_its_tokens_but_not_those_of_the_storage(
    stack: LocalStack, faults: SwitchOn
) -> None:
    def statuses() -> list[int]:
        resources = ("https://vault.azure.net", "https://storage.azure.com")
        return [identity(stack, resource).status_code for resource in resources]

    faults({"service": "vault", "kind": "503"})
    outage = statuses()
    faults({"service": "vault", "kind": "403"})

    assert (outage, statuses()) == ([503, 200], [200, 200])


def test_a_busy_storage_answers_like_azure(stack: LocalStack, faults: SwitchOn) -> None:
    faults({"service": "storage", "kind": "503"})
    answer = stack.http.get(f"{stack.emulator_url}/storage/Tables", timeout=5)

    assert answer.status_code == 503
    assert answer.json()["odata.error"]["code"] == "ServerBusy"


@pytest.mark.parametrize("kind", ["lost", "refused"])
def test_the_connection_to_the_storage_breaks(
    stack: LocalStack, faults: SwitchOn, kind: str
) -> None:
    faults({"service": "storage", "kind": kind})
    with pytest.raises(BROKEN):
        stack.http.get(f"{stack.emulator_url}/storage/Tables", timeout=5)


def test_a_send_with_a_key_is_refused_while_the_storage_is_down(
    stack: LocalStack, faults: SwitchOn
) -> None:
    faults({"service": "storage", "kind": "refused"})
    keyed = stack.function("SendSms", {"to": HANDSET, "body": "Hi"}, **KEYED)
    keyless = stack.function("SendSms", {"to": HANDSET, "body": "Hi"})

    assert (keyed.status_code, keyless.status_code) == (503, 201)


class TestSwitching:
    """Faults are turned on and off."""

    def test_faults_are_shown_with_their_counts(self, stack: LocalStack, faults: SwitchOn) -> None:
        faults(twilio("500", count=2), {"service": "vault", "kind": "503"}, seed=4)
        send(stack)

        assert stack.look("faults") == {
            "seed": 4,
            "faults": [
                {**twilio("500", count=2), "probability": 1, "happened": 1},
                {"service": "vault", "kind": "503", "probability": 1, "happened": 0},
            ],
        }

    def test_they_are_cleared_after_the_block_even_after_an_error(self, stack: LocalStack) -> None:
        def fail() -> None:
            with stack.faults(twilio("500")):
                send(stack).raise_for_status()

        with pytest.raises(requests.HTTPError):
            fail()

        assert send(stack).status_code == 201

    def test_a_reset_clears_all_faults(self, stack: LocalStack) -> None:
        stack.faults(twilio("500"), {"service": "vault", "kind": "rotated"}, seed=1)
        stack.reset()

        assert stack.look("faults") == {"seed": 0, "faults": []}
        assert send(stack).status_code == 201

    def test_an_invalid_fault_is_refused_and_changes_nothing(
        self, stack: LocalStack, faults: SwitchOn
    ) -> None:
        faults(twilio("500"))
        url = f"{stack.emulator_url}/emulator/faults"
        wrong: Any = {"faults": [twilio("melted")]}
        answer = stack.http.put(url, json=wrong, timeout=5)

        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (
            400,
            "application/problem+json",
        )
        assert answer.json()["detail"].startswith("`faults[0].kind` must be one of 429, 500, 503,")
        assert len(stack.look("faults")["faults"]) == 1

    def test_the_page_is_notified(self, stack: LocalStack, faults: SwitchOn) -> None:
        found: list[Any] = []
        url = f"{stack.emulator_url}/events"
        with stack.http.get(url, stream=True, timeout=10) as answer:
            lines = (line.decode() for line in answer.iter_lines())
            name = ""
            for line in lines:
                field, _, value = line.partition(": ")
                name = value if field == "event" else name
                if field == "data" and name in ("snapshot", "faults"):
                    data = json.loads(value)
                    found.append(data["faults"] if name == "snapshot" else data)
                    if len(found) == 2:
                        break
                    faults({"service": "vault", "kind": "rotated"}, seed=2)

        rotated = {"service": "vault", "kind": "rotated", "happened": 0}
        assert found == [{"seed": 0, "faults": []}, {"seed": 2, "faults": [rotated]}]


def test_a_rotated_token_is_the_only_one_that_works(stack: LocalStack) -> None:
    def answers() -> tuple[str, int, int]:
        """Return the vault's token, and Twilio's answers to it and to the old token."""
        value = secret(stack).json()["value"]
        stack.auth_token = value
        with_value = stack.rest("GET", "Messages.json").status_code
        stack.auth_token = old
        return value, with_value, stack.rest("GET", "Messages.json").status_code

    old = stack.auth_token
    with stack.faults({"service": "vault", "kind": "rotated"}, seed=9):
        rotated = stack.auth_token
        during = answers()

    assert during == (rotated, 200, 401)
    assert answers() == (old, 200, 200)
