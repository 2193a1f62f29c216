"""The app while its host, its token or its connection to Twilio fails, on a separate stack."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from local_stack.testing import HANDSET, LocalStack, running

OTHERS = 4


@pytest.fixture(scope="module")
def running_stack() -> Iterator[LocalStack]:
    """A stack whose host is killed here, and whose app gives up retries early."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SETTLE_WINDOW_SECONDS", "9")
        yield from running()


def send(stack: LocalStack) -> int:
    """Send a text through the app; return the status, or 0 if the connection broke."""
    try:
        return stack.function("SendSms", {"to": HANDSET, "body": "Hi"}).status_code
    except requests.exceptions.ConnectionError:
        return 0


@pytest.mark.soak
@pytest.mark.parametrize("done", [True, False])
def test_requests_wait_for_the_next_host_after_one_is_killed_while_sending(
    stack: LocalStack, *, done: bool
) -> None:
    on = stack.faults({"service": "host", "kind": "killed", "count": 1, "done": done})
    killed = send(stack)
    texts = len(stack.texts())
    with ThreadPoolExecutor(OTHERS) as pool:
        others = list(pool.map(send, [stack] * OTHERS))

    assert (killed, texts, on.happened()) == (0, int(done), [1])
    assert others == [201] * OTHERS


@pytest.mark.soak
def test_a_new_host_reports_that_the_vault_is_down(stack: LocalStack) -> None:
    stack.faults({"service": "host", "kind": "killed", "count": 1})
    send(stack)
    with stack.faults({"service": "vault", "kind": "403"}):
        down = send(stack)

    assert (down, send(stack)) == (503, 201)


def test_connections_to_twilio_are_refused_for_the_duration_of_the_fault(stack: LocalStack) -> None:
    before = send(stack)
    stack.faults({"service": "twilio", "kind": "refused", "seconds": 30})
    refused = send(stack)
    stack.advance(30)

    assert (before, refused, send(stack)) == (201, 502, 201)
    assert stack.look("faults")["faults"] == []
    assert len(stack.texts()) == 2


def test_the_app_follows_a_rotated_token_in_both_directions(stack: LocalStack) -> None:
    warm = send(stack)
    with stack.faults({"service": "vault", "kind": "rotated"}):
        sent = send(stack)
        stack.advance(1)
        heard = stack.webhook("TwimlReply", {"Body": "Hi", "From": HANDSET}).status_code

    assert (warm, sent, heard) == (201, 201, 200)
    assert [text["status"] for text in stack.texts()] == ["delivered", "delivered"]


def test_an_outdated_token_is_explained_without_showing_it(
    stack: LocalStack,
) -> None:
    tokens: list[str] = []
    for seed in (1, 2):  # the app rereads the token once a minute, so not for the second one
        stack.faults({"service": "vault", "kind": "rotated"}, seed=seed)
        tokens.append(stack.auth_token)
        sid = stack.text("Is anyone there?")
        stack.advance(1)

    signature = stack.webhooks(sid)[0]["signature"]
    shown = f"{stack.look('webhooks')} {stack.look('alerts')} {stack.output.text}"
    assert [step["agrees"] for step in signature["steps"]] == [True, True, False]
    assert "(the rotated fault is active)" in signature["finding"]
    stack.output.wait_for(signature["finding"])
    assert not [token for token in tokens if token in shown]
