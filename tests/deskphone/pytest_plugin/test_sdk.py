"""Twilio's SDK for Python during a test, and afterwards."""

import sys

import pytest

from deskphone.pytest_plugin.sdk import local_url
from deskphone.values import ACCOUNT_SID, TEST_ACCOUNT_SID
from tests.deskphone.pytest_plugin.shop import run

pytest_plugins = ["pytester"]

EMULATOR = "http://127.0.0.1:7072"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("https://api.twilio.com/2010-04-01/Accounts.json", "/2010-04-01/Accounts.json"),
        (
            "https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/ACabc/Calls.json?Page=1",
            f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json?Page=1",
        ),
        (
            f"https://api.twilio.com/2010-04-01/Accounts/{TEST_ACCOUNT_SID}/Messages.json",
            f"/2010-04-01/Accounts/{TEST_ACCOUNT_SID}/Messages.json",
        ),
        ("https://verify.twilio.com/v2/Services", "/verify/v2/Services"),
        ("https://accounts.twilio.com/v1/AuthTokens/Promote", "/v1/AuthTokens/Promote"),
    ],
)
def test_requests_to_twilio_go_to_the_emulator(url: str, local: str) -> None:
    assert local_url(url, EMULATOR) == EMULATOR + local


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twilio.com.example.com/",
        "https://example.com/api.twilio.com/",
        "http://127.0.0.1:9/2010-04-01/Accounts/ACabc/Calls.json",
    ],
)
def test_other_requests_go_where_they_did(url: str) -> None:
    assert local_url(url, EMULATOR) == url


def test_async_clients_reach_the_emulator(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import asyncio
    from twilio.http.async_http_client import AsyncTwilioHttpClient

    def test_it(phone):
        async def send():
            async with AsyncTwilioHttpClient() as http:
                own = Client("AC" + "b" * 32, "token", http_client=http)
                await own.messages.create_async(to=phone.number, from_="+12025550100", body="Hi")

        asyncio.run(send())
        assert phone.texts[0].body == "Hi"
    """,
        *("-W", "ignore::DeprecationWarning"),  # by the SDK
    )

    result.assert_outcomes(passed=1)


def test_client_of_the_environment_and_of_a_region_reaches_the_emulator(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "c" * 32)
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    result = run(
        pytester,
        """
    def test_it(phone, twilio):
        for own in (Client(), Client(region="au1", edge="sydney")):
            assert own.username == twilio.account_sid
            own.messages.create(to=phone.number, from_=twilio.number, body="Hi")
        assert len(phone.texts) == 2
    """,
    )

    result.assert_outcomes(passed=1)


def test_wrong_token_of_the_emulators_own_account_is_refused(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    from twilio.base.exceptions import TwilioRestException

    def test_it(phone, twilio):
        own = Client(twilio.account_sid, "wrong")
        with pytest.raises(TwilioRestException) as refused:
            own.messages.create(to=phone.number, from_=twilio.number, body="Hi")
        assert refused.value.status == 401
    """,
    )

    result.assert_outcomes(passed=1)


def test_a_test_without_the_fixtures_has_the_untouched_sdk_and_environment(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    result = run(
        pytester,
        """
    URI = "https://api.twilio.com/2010-04-01"

    def test_with(twilio_url):
        assert client.get_hostname(URI) == twilio_url + "/2010-04-01"
        assert "TWILIO_AUTH_TOKEN" in os.environ

    def test_without():
        assert client.get_hostname(URI) == URI
        assert client.get_auth(None) == client.auth
        assert "TWILIO_AUTH_TOKEN" not in os.environ
    """,
    )

    result.assert_outcomes(passed=2)


def test_pointing_can_be_turned_off(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    result = run(
        pytester,
        """
    URI = "https://api.twilio.com/2010-04-01"

    def test_it(twilio_url):
        assert client.get_hostname(URI) == URI
        assert "TWILIO_AUTH_TOKEN" not in os.environ

    def test_environment(twilio_env):
        assert twilio_env.items() <= os.environ.items()
    """,
        *("-o", "deskphone_twilio=off"),
    )

    result.assert_outcomes(passed=2)


def test_sdk_is_not_needed(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import requests
    import sys

    @pytest.fixture(autouse=True)
    def no_sdk(monkeypatch):
        monkeypatch.setitem(sys.modules, "twilio", None)

    def test_it(no_sdk, phone, twilio, twilio_url):
        path = f"/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
        form = {"To": phone.number, "From": twilio.number, "Body": "Hi"}
        credentials = (twilio.account_sid, twilio.auth_token)
        requests.post(twilio_url + path, data=form, auth=credentials).raise_for_status()
        assert phone.texts[0].body == "Hi"
    """,
    )

    result.assert_outcomes(passed=1)


def test_app_that_validates_signatures_with_the_token_of_the_environment_is_satisfied(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
    from twilio.request_validator import RequestValidator

    @flask_app.post("/signed")
    def signed():
        validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
        header = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(request.url, request.form, header):
            return "forged", 403
        return "<Response><Message>Welcome.</Message></Response>", XML

    def test_it(phone, twilio, live_app):
        twilio.number.sms_url = f"{live_app}/signed"
        phone.sends(twilio.number, "Hello")
        assert phone.texts[0].body == "Welcome."
    """,
    )

    result.assert_outcomes(passed=1)


def test_sdk_that_is_too_old_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "twilio.base.client_base", None)
    result = run(
        pytester,
        """
    def test_it(phone):
        pass
    """,
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Update it to 8.3 or newer*deskphone_twilio = off*"])
