"""A messaging service that the app's settings name."""

import pytest

from emulator.local_values import LINE
from emulator.testing import HANDSET, LocalStack

SERVICE = "MG" + "a" * 32


def test_the_service_of_the_settings_sends_from_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
    stack = LocalStack.start()
    try:
        answer = stack.function("SendSms", {"to": HANDSET, "body": "Hello"})
        stack.advance(1)

        [text] = stack.texts()
        message = stack.rest("GET", f"Messages/{text['sid']}.json").json()
        assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
        assert (text["from"], text["status"]) == (LINE, "delivered")
        assert message["messaging_service_sid"] == SERVICE
    finally:
        stack.stop()
