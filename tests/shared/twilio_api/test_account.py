"""Operations on the Twilio account: translated errors, and one retry with new credentials."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.response import Response
from twilio.rest import Client

from shared.config.credentials import AppSettings, Credentials
from shared.config.settings import Secret, Settings
from shared.errors import (
    TwilioError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioUnreachableError,
    VaultError,
)
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.dispatch import Dispatch, note_leave, under_way
from shared.twilio_api.retries import Retries
from shared.twilio_api.sign_in import RestCredentials
from shared.twilio_api.transport import TwilioHttp
from tests.shared.conftest import ManualClock
from tests.shared.sending.attempts import Attempts


def account_of(attempts: Attempts, secrets: dict[Secret, str] | None = None) -> TwilioAccount:
    known = secrets or {Secret.ACCOUNT_SID: "AC" + "1" * 32, Secret.AUTH_TOKEN: "first"}
    clock = ManualClock()
    credentials = rest_credentials(Credentials(AppSettings(known), clock))
    return TwilioAccount(credentials, attempts.connect, Retries(clock, 10, lambda: 1.0))


def rest_credentials(credentials: Credentials) -> RestCredentials:
    config = Settings()
    return RestCredentials(credentials, config.rest_secrets, config.rest_secrets_secondary)


def run(attempts: Attempts, secrets: dict[Secret, str] | None = None) -> object:
    return asyncio.run(account_of(attempts, secrets).run(attempts))


def refused(status: int, code: Any = None, text: str = "no") -> TwilioRestException:
    return TwilioRestException(status, "/Messages.json", text, code, "POST")


def answered(status: int, body: str = "", **headers: str) -> TwilioException:
    """Return what the transport raises for a response, and the SDK for a list."""
    return TwilioException("no", Response(status, body, headers))


def refusal(error: Exception) -> TwilioRefusedError:
    attempts = Attempts(error)
    with pytest.raises(TwilioRefusedError) as caught:
        asyncio.run(account_of(attempts).run_once(attempts))
    return caught.value


def test_the_result_is_returned() -> None:
    assert run(Attempts("sent")) == "sent"


@pytest.mark.parametrize(
    ("twilio_status", "status"),
    [(400, 400), (404, 400), (429, 429), (403, 502), (409, 502), (500, 502), (503, 502)],
)
def test_the_status_of_a_refusal_shows_the_cause(twilio_status: int, status: int) -> None:
    assert refusal(refused(twilio_status)).status == status


def test_a_refusal_has_twilios_code_and_text() -> None:
    error = refusal(refused(400, 21211, "The 'To' number +12 is not valid"))

    assert error.code == 21211
    assert error.detail == "The 'To' number +12 is not valid"


def test_twilios_text_is_not_logged() -> None:
    assert refusal(refused(400, 21211, "The 'To' number +12 is not valid")).log_text == (
        "Twilio answered 400"
    )


@pytest.mark.parametrize("code", [None, 400, "21211"])
def test_a_code_that_is_not_twilios_is_dropped(code: Any) -> None:
    assert refusal(refused(400, code)).code is None


def test_the_sdks_other_error_class_is_translated_too() -> None:
    problem = {"type": "t", "title": "Invalid", "status": 400, "code": 21211}
    error = refusal(answered(400, json.dumps({**problem, "detail": "To is wrong"})))

    assert (error.status, error.code, error.detail) == (400, 21211, "Invalid To is wrong")


def test_a_5xx_error_tells_the_caller_to_check() -> None:
    assert "may have carried out" in refusal(refused(500)).detail


def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown() -> None:
    with pytest.raises(TwilioOutcomeUnknownError):
        run(Attempts(ValueError("not JSON")))


def test_new_credentials_are_tried_once_when_twilio_refuses_the_old_ones() -> None:
    secrets = {Secret.ACCOUNT_SID: "AC" + "1" * 32, Secret.AUTH_TOKEN: "first"}

    class Rotated(Attempts):
        async def __call__(self, client: Client) -> object:
            secrets[Secret.AUTH_TOKEN] = "second"
            return await super().__call__(client)

    attempts = Rotated(refused(401, 20003), "sent")

    assert run(attempts, secrets) == "sent"
    assert attempts.tokens == ["first", "second"]


def test_the_same_credentials_are_not_retried() -> None:
    attempts = Attempts(refused(401, 20003))

    with pytest.raises(TwilioRefusedError) as caught:
        run(attempts)

    assert attempts.tokens == ["first"]
    assert (caught.value.status, caught.value.code) == (502, 20003)


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_other_refusals_are_not_retried(status: int) -> None:
    attempts = Attempts(refused(status))

    with pytest.raises(TwilioRefusedError):
        run(attempts)

    assert len(attempts.tokens) == 1


@pytest.mark.parametrize(
    ("status", "is_out"), [(400, False), (429, False), (408, True), (500, True)]
)
def test_a_send_is_not_out_after_twilio_refuses_it(status: int, is_out: bool) -> None:
    dispatch = Dispatch(ManualClock(), 40)

    class Leaving(Attempts):
        async def __call__(self, client: Client) -> object:
            note_leave()
            return await super().__call__(client)

    attempts = Leaving(refused(status))
    with under_way(dispatch), pytest.raises(TwilioRefusedError):
        asyncio.run(account_of(attempts).run_once(attempts))

    assert dispatch.is_out == is_out


@pytest.mark.parametrize(
    "nothing_done", [refused(429, 20429), answered(429), TwilioUnreachableError("x")]
)
def test_a_request_that_did_nothing_is_retried(nothing_done: Exception) -> None:
    attempts = Attempts(nothing_done, nothing_done, "sent")

    assert run(attempts) == "sent"
    assert len(attempts.tokens) == 3


@pytest.mark.parametrize("nothing_done", [refused(429, 20429), TwilioUnreachableError("x")])
def test_run_once_does_not_retry(nothing_done: Exception) -> None:
    attempts = Attempts(nothing_done, "sent")

    with pytest.raises(TwilioError):
        asyncio.run(account_of(attempts).run_once(attempts))


def test_credentials_may_change_during_retries() -> None:
    secrets = {Secret.ACCOUNT_SID: "AC" + "1" * 32, Secret.AUTH_TOKEN: "first"}

    class Rotated(Attempts):
        async def __call__(self, client: Client) -> object:
            secrets[Secret.AUTH_TOKEN] = "second"
            return await super().__call__(client)

    attempts = Rotated(answered(429), answered(401), answered(429), "sent")

    assert run(attempts, secrets) == "sent"
    assert attempts.tokens == ["first", "first", "second", "second"]


def test_missing_credentials_are_not_retried() -> None:
    class Down:
        reads = 0

        def read(self, secret: Secret) -> str | None:
            self.reads += 1
            raise VaultError("down")

    vault, clock, attempts = Down(), ManualClock(), Attempts()
    retries = Retries(clock, 10, lambda: 1.0)
    credentials = rest_credentials(Credentials(vault, clock))

    with pytest.raises(VaultError) as caught:
        asyncio.run(TwilioAccount(credentials, attempts.connect, retries).run(attempts))

    assert vault.reads == 1
    assert caught.value.retry_after_s == 10


def test_a_refusal_has_twilios_retry_after() -> None:
    body = '{"code": 20429, "message": "Too Many Requests", "status": 429}'
    error = refusal(answered(429, body, **{"Retry-After": "30"}))

    assert (error.status, error.code, error.retry_after_s) == (429, 20429, 30)
    assert error.detail == "no: Too Many Requests"


def test_through_sdk_and_transport_a_429_is_retried_and_a_503_is_not() -> None:
    accepted = {"sid": "SM1", "status": "queued"}
    answers = [(429, {"Retry-After": "2"}), (429, {}), (201, {}), (503, {"Retry-After": "2"})]
    clock = ManualClock()
    began = clock.monotonic()

    async def handler(request: web.Request) -> web.Response:
        status, headers = answers.pop(0)
        return web.json_response(accepted, status=status, headers=headers)

    async def send(client: Client) -> str | None:
        return (await client.messages.create_async(to="+12025550123", body="Hi")).sid

    async def main() -> str | None:
        app = web.Application()
        app.router.add_post("/{tail:.*}", handler)
        async with TestServer(app) as server:
            http = TwilioHttp(str(server.make_url("")).rstrip("/"))
            known = {Secret.ACCOUNT_SID: "AC" + "1" * 32, Secret.AUTH_TOKEN: "first"}
            account = TwilioAccount(
                rest_credentials(Credentials(AppSettings(known), clock)),
                lambda secrets: Client(*secrets, http_client=http),
                Retries(clock, 10, lambda: 1.0),
            )
            try:
                sid = await account.run(send)
                with pytest.raises(TwilioRefusedError):
                    await account.run(send)
                return sid
            finally:
                await http.close()

    assert asyncio.run(main()) == "SM1"
    assert clock.monotonic() - began == pytest.approx(2.1 + 0.2)
    assert answers == []


@pytest.mark.parametrize("status", [400, 401, 429])
def test_a_status_in_the_body_of_a_problem_does_not_cause_a_retry(status: int) -> None:
    attempts = Attempts(TwilioServiceException("t", "Failed", status, 20500), "sent")

    with pytest.raises(TwilioRefusedError) as caught:
        run(attempts)
    assert caught.value.status == 502


def test_the_http_status_of_an_answer_counts_over_its_text() -> None:
    problem = '{"type": "t", "title": "Failed", "status": 429, "code": 20500}'

    assert refusal(answered(503, problem)).twilio_status == 503
