"""Responses to callers and Twilio while the vault fails or Twilio responds unexpectedly."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response

import GetHealth
import PlaceCall
import SendSms
import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import TwilioUnreachableError, VaultError

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.functions.conftest import FakeTwilio, Run, SignedRequest

TO = "+12025550123"
MAINS = {"SendSms": SendSms.main, "PlaceCall": PlaceCall.main}
ACTIONS = pytest.mark.parametrize("name", sorted(MAINS))

pytestmark = pytest.mark.usefixtures("app")


def respond(name: str) -> func.HttpResponse:
    inputs = {"to": TO, "body": "Hi"} if name == "SendSms" else {"to": TO}
    request = func.HttpRequest("POST", f"http://inner/api/{name}", body=json.dumps(inputs).encode())
    return asyncio.run(MAINS[name](request))


def act(name: str) -> tuple[int, dict[str, Any]]:
    response = respond(name)
    return response.status_code, json.loads(response.get_body())


TOO_MANY = {"code": 20429, "message": "Too Many Requests", "status": 429}
NO_CONNECTION = TwilioUnreachableError(
    "The app cannot connect to Twilio, so nothing was sent. Try again."
)


@ACTIONS
def test_a_rate_limited_request_is_retried(twilio: FakeTwilio, name: str) -> None:
    twilio.answer(429, TOO_MANY)
    twilio.fail(NO_CONNECTION)

    assert act(name)[0] == 201
    assert len(twilio.requests) == 3


@ACTIONS
@pytest.mark.parametrize(
    ("failure", "status"), [((429, TOO_MANY), 429), (TwilioUnreachableError("x"), 502)]
)
def test_after_failed_retries_the_response_has_retry_after(
    app: clients.Clients, twilio: FakeTwilio, name: str, failure: Any, status: int
) -> None:
    twilio.lasting = failure
    began = app.clock.monotonic()

    response = respond(name)

    assert (response.status_code, response.headers["Retry-After"]) == (status, "10")
    assert 3 <= len(twilio.requests) <= 10
    assert app.clock.monotonic() - began <= app.settings.retry_budget_s + 1


@ACTIONS
def test_a_retry_after_beyond_the_budget_is_passed_on(twilio: FakeTwilio, name: str) -> None:
    wish = Response(429, json.dumps(TOO_MANY), {"Retry-After": "60"})
    twilio.fail(TwilioException("Request refused", wish))

    response = respond(name)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert json.loads(response.get_body())["code"] == 20429
    assert len(twilio.requests) == 1


@ACTIONS
@pytest.mark.parametrize("status", [500, 503])
def test_a_request_that_twilio_may_have_executed_is_never_repeated(
    twilio: FakeTwilio, name: str, status: int
) -> None:
    twilio.answer(status, {"code": 20500, "message": "Internal Server Error", "status": status})

    assert act(name)[0] >= 500
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("failure", [(429, TOO_MANY), NO_CONNECTION])
def test_health_checks_are_answered_immediately(twilio: FakeTwilio, failure: Any) -> None:
    twilio.lasting = failure
    request = func.HttpRequest("GET", "http://inner/api/GetHealth", body=b"")

    assert asyncio.run(GetHealth.main(request)).status_code == 503
    assert len(twilio.requests) == 1


@ACTIONS
def test_without_credentials_the_response_has_retry_after(
    app: clients.Clients, twilio: FakeTwilio, vault: FakeVault, name: str
) -> None:
    vault.error = VaultError("Key Vault is down")
    app.credentials = Credentials(vault, SystemClock())

    response = respond(name)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert twilio.requests == []
    assert len(vault.reads) == 1


class LimitedVault:
    """A vault that has the primary token and fails to return the secondary."""

    def __init__(self, vault: FakeVault) -> None:
        self.vault = vault

    def read(self, secret: Secret) -> str | None:
        value = self.vault.read(secret)
        if secret == Secret.AUTH_TOKEN_SECONDARY:
            raise VaultError("the app's identity may not read it")
        return value


@pytest.fixture
def limited_vault(app: clients.Clients, vault: FakeVault) -> FakeVault:
    vault.secrets = {Secret.AUTH_TOKEN: "primary"}
    app.credentials = Credentials(LimitedVault(vault), SystemClock())
    return vault


def test_a_forged_request_is_a_403_even_if_the_secondary_token_is_unreadable(
    run: Run, signed_request: SignedRequest, limited_vault: FakeVault
) -> None:
    assert run(TwimlReply.main, signed_request(token="forged")).status_code == 403  # noqa: S106
    assert run(TwimlReply.main, signed_request()).status_code == 200


def test_forged_requests_do_not_make_the_vault_fail_again_and_again(
    run: Run, signed_request: SignedRequest, limited_vault: FakeVault
) -> None:
    for _ in range(50):
        run(TwimlReply.main, signed_request(token="forged"))  # noqa: S106

    both = [Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY]
    assert limited_vault.reads == [*both, *both]


def test_a_promoted_token_is_found_even_if_the_secondary_is_unreadable(
    run: Run, signed_request: SignedRequest, limited_vault: FakeVault
) -> None:
    run(TwimlReply.main, signed_request())
    limited_vault.secrets[Secret.AUTH_TOKEN] = "promoted"

    assert run(TwimlReply.main, signed_request(token="promoted")).status_code == 200  # noqa: S106


@pytest.fixture
def rest_vault(app: clients.Clients, vault: FakeVault) -> FakeVault:
    """A vault from which the account's credentials have been read."""
    app.credentials = Credentials(vault, SystemClock(), optional_wait_s=0.01)
    asyncio.run(app.credentials.get(*app.settings.rest_secrets))
    return vault


def refuse_credentials(twilio: FakeTwilio) -> None:
    twilio.answer(401, {"code": 20003, "message": "Authenticate", "status": 401})


def test_a_vault_outage_does_not_hide_that_twilio_refuses_the_credentials(
    twilio: FakeTwilio, rest_vault: FakeVault
) -> None:
    refuse_credentials(twilio)
    rest_vault.error = VaultError("down")

    status, problem = act("SendSms")

    assert (status, problem["code"]) == (502, 20003)


def test_a_slow_vault_does_not_delay_that_twilio_refuses_the_credentials(
    twilio: FakeTwilio, rest_vault: FakeVault
) -> None:
    refuse_credentials(twilio)
    rest_vault.gate.clear()

    status, problem = act("SendSms")

    rest_vault.gate.set()
    assert (status, problem["code"]) == (502, 20003)


@ACTIONS
@pytest.mark.parametrize(
    "answer",
    [
        '{"sid": ' + "[" * 100_000,
        "[]",
        "12",
        "not JSON",
        {"sid": "SM1", "status": "queued", "to": TO, "date_created": 5},
        {"sid": ["SM1"], "status": "queued", "to": TO},
        {"sid": "SM1", "status": 5, "to": TO},
        {"sid": "", "status": "queued", "to": TO},
    ],
)
def test_an_unexpected_success_leaves_the_outcome_unknown(
    twilio: FakeTwilio, name: str, answer: Any
) -> None:
    twilio.answer(201, answer)

    status, problem = act(name)

    assert status == 504
    assert "Check Twilio's log" in problem["detail"]


@pytest.mark.parametrize("given", ["oops", None, [], {}, 4.5, 429, 500])
def test_an_unexpected_status_in_a_refusals_body_is_ignored(twilio: FakeTwilio, given: Any) -> None:
    twilio.answer(400, {"type": "t", "title": "Invalid", "status": given, "code": 21211})

    status, problem = act("SendSms")

    assert (status, problem["code"]) == (400, 21211)
    assert problem["detail"].startswith("Invalid")


@ACTIONS
@pytest.mark.parametrize("body", [b"to=" + b"1" * 20_000_000, b'{"to": "' + b"1" * 20_000_000])
def test_a_huge_body_is_a_413(name: str, body: bytes) -> None:
    request = func.HttpRequest("POST", f"http://inner/api/{name}", body=body)

    response = asyncio.run(MAINS[name](request))

    assert response.status_code == 413
    assert "bytes" in json.loads(response.get_body())["detail"]
