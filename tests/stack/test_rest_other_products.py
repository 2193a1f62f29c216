"""Other products and versions of Twilio's API, which an SDK sends to the same base URL."""

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN
from local_stack.testing import LocalStack


class LocalHttpClient(TwilioHttpClient):
    """The SDK's own client, with the host of every product replaced."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=10)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        _, _, path = url.removeprefix("https://").partition("/")
        return super().request(method, f"{self.base_url}/{path}", *args, **kwargs)


def ask(stack: LocalStack, path: str, method: str = "GET") -> requests.Response:
    return stack.http.request(method, stack.emulator_url + path, timeout=5)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/messaging/v1/Services", "/messaging/v1/Services"),
        ("/verify/v2/Services/VA1/Verifications", "/verify/v2/Services"),
        ("/lookups/v2/PhoneNumbers/+12025550123", "/lookups/v2/PhoneNumbers"),
        ("/conversations/v1/Conversations", "/conversations/v1/Conversations"),
        ("/v1/Services", "/v1/Services"),
        ("/v2/PhoneNumbers/+12025550123", "/v2/PhoneNumbers"),
        ("/2008-08-01/Accounts/AC1/Calls", "/2008-08-01/Accounts"),
    ],
)
def test_another_product_gets_501_and_an_alert_with_its_name(
    stack: LocalStack, path: str, name: str, method: str
) -> None:
    answer = ask(stack, path, method)
    [alert] = stack.alerts()

    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (501, 501, 501)
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert (alert["kind"], alert["message"]) == ("emulator", answer.json()["message"])
    assert f"{name} " in alert["message"]
    assert "+1202" not in alert["message"]


def test_the_sdk_raises_an_error_for_another_product(stack: LocalStack) -> None:
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=LocalHttpClient(stack.emulator_url))

    with pytest.raises(TwilioRestException) as raised:
        client.verify.v2.services("VA1").verifications.create(to="+12025550123", channel="sms")

    assert (raised.value.status, "/v2/Services" in str(raised.value)) == (501, True)


@pytest.mark.parametrize("path", ["/favicon.ico", "/robots.txt", "/nowhere", "/video"])
def test_unknown_pages_are_not_found(stack: LocalStack, path: str) -> None:
    assert ask(stack, path).status_code == 404
    assert stack.alerts() == []
