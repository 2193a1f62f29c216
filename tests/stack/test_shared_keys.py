"""A number whose webhooks are signed with a shared key instead of the auth token."""

from typing import Any

import pytest

from deskphone.values import LINE_SID, SHARED_KEY
from local_stack.testing import HANDSET, LocalStack

OTHER_KEY = "another-key-of-this-number"


def sign_with(stack: LocalStack, key: Any) -> Any:
    """Set the line's shared key: true, false, or a key."""
    url = f"{stack.emulator_url}/emulator/numbers/{LINE_SID}"
    return stack.http.put(url, json={"shared_key": key}, timeout=10)


def test_the_functions_accept_a_shared_key(stack: LocalStack) -> None:
    number = sign_with(stack, True).json()
    text = stack.text("Hello")
    stack.line_answers("<Response><Say>Hi</Say></Response>")
    call = stack.ring()
    stack.advance(1)

    assert number["shared_key"] == SHARED_KEY
    assert stack.texts()[-1]["body"] == "You wrote: Hello"
    assert stack.heard(call) == ["Hi"]
    assert [one["status"] for one in stack.webhooks(text)] == [200]
    assert stack.alerts() == []


def test_status_callbacks_are_signed_with_it_too(stack: LocalStack) -> None:
    sign_with(stack, True)
    sent = stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).json()
    stack.advance(1)

    reports = stack.webhooks(sent["sid"])
    assert reports
    assert {one["status"] for one in reports} <= {200, 204}


def test_a_key_that_the_vault_lacks_is_refused_and_explained(stack: LocalStack) -> None:
    sign_with(stack, OTHER_KEY)
    sid = stack.text("Hello")
    stack.advance(1)

    (delivery,) = stack.webhooks(sid)
    key = delivery["signature"]["steps"][-1]
    assert delivery["status"] == 403
    assert [step["agrees"] for step in delivery["signature"]["steps"]] == [True, True, False]
    assert key["name"] == "Key"
    assert "The app tried TwilioWebhookKey" in key["text"]
    assert "as TwilioWebhookKey" in delivery["signature"]["advice"]
    assert OTHER_KEY not in stack.output.text


def test_the_auth_token_signs_again_when_it_is_off(stack: LocalStack) -> None:
    sign_with(stack, OTHER_KEY)
    number = sign_with(stack, False).json()
    sid = stack.text("Hello")
    stack.advance(1)

    assert number["shared_key"] == ""
    assert [one["status"] for one in stack.webhooks(sid)] == [200]


def test_changing_a_url_keeps_the_key(stack: LocalStack) -> None:
    sign_with(stack, OTHER_KEY)
    url = f"{stack.emulator_url}/emulator/numbers/{LINE_SID}"
    changed = stack.http.put(url, json={"sms_url": "TwimlReply"}, timeout=10).json()

    assert changed["shared_key"] == OTHER_KEY


@pytest.mark.parametrize("key", ["short", "sixteen chars and", 7, None, []])
def test_an_invalid_key_is_refused(stack: LocalStack, key: object) -> None:
    answer = sign_with(stack, key)

    assert answer.status_code == 400
    assert "shared_key" in answer.json()["detail"]
