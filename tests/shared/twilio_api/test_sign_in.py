"""The credentials of requests to Twilio during a rotation."""

import asyncio
from collections import Counter
from typing import cast

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from shared.config.credentials import TIME_TO_LIVE_S, AppSettings, Credentials
from shared.config.settings import Secret, Settings
from shared.errors import TwilioRefusedError
from shared.twilio_api.account import TwilioAccount
from shared.twilio_api.retries import Retries
from shared.twilio_api.sign_in import RestCredentials
from tests.conftest import FakeVault
from tests.shared.conftest import ManualClock
from tests.shared.sending.attempts import Attempts

WITH_TOKEN, WITH_KEY = Settings(), Settings(rest_credential="api_key")


def refused() -> TwilioRestException:
    return TwilioRestException(401, "/Messages.json", "Authenticate", 20003, "POST")


def known(secrets: dict[Secret, str]) -> Credentials:
    return Credentials(AppSettings(secrets), ManualClock())


def account_of(
    attempts: Attempts, credentials: Credentials, config: Settings = WITH_TOKEN
) -> TwilioAccount:
    secrets = (config.rest_secrets, config.rest_secrets_secondary)
    retries = Retries(ManualClock(), 10, lambda: 1.0)
    return TwilioAccount(RestCredentials(credentials, *secrets), attempts.connect, retries)


def run(attempts: Attempts, secrets: dict[Secret, str], config: Settings = WITH_TOKEN) -> object:
    return asyncio.run(account_of(attempts, known(secrets), config).run(attempts))


ACCOUNT = {Secret.ACCOUNT_SID: "AC" + "1" * 32}
WITH_SECONDARY = ACCOUNT | {Secret.AUTH_TOKEN: "first", Secret.AUTH_TOKEN_SECONDARY: "next"}


def test_the_secondary_token_is_tried_when_twilio_refuses_the_first() -> None:
    attempts = Attempts(refused(), "sent")

    assert run(attempts, WITH_SECONDARY) == "sent"
    assert attempts.tokens == ["first", "next"]


def test_the_next_request_does_not_start_with_a_refused_token() -> None:
    attempts = Attempts(refused(), "sent", "sent again")
    account = account_of(attempts, known(WITH_SECONDARY))

    async def send_twice() -> list[object]:
        return [await account.run(attempts), await account.run(attempts)]

    assert asyncio.run(send_twice()) == ["sent", "sent again"]
    assert attempts.tokens == ["first", "next", "next"]


def test_a_new_token_in_the_vault_replaces_the_secondary_one() -> None:
    secrets, attempts = dict(WITH_SECONDARY), Attempts(refused(), "sent", "sent", "sent")
    clock = ManualClock()
    credentials = Credentials(AppSettings(secrets), clock)
    account = account_of(attempts, credentials)

    async def send_often() -> None:
        await account.run(attempts)
        secrets[Secret.AUTH_TOKEN] = "copied"
        clock.advance(TIME_TO_LIVE_S)
        await account.run(attempts)
        await credentials.settle()  # the old value is used while it is refreshed
        await account.run(attempts)

    asyncio.run(send_often())
    assert attempts.tokens == ["first", "next", "next", "copied"]


def test_a_request_is_made_at_most_three_times() -> None:
    secrets = dict(WITH_SECONDARY)

    class Rotated(Attempts):
        async def __call__(self, client: Client) -> object:
            secrets[Secret.AUTH_TOKEN] += "+"
            return await super().__call__(client)

    attempts = Rotated(*[refused()] * 4)

    with pytest.raises(TwilioRefusedError):
        run(attempts, secrets)
    assert attempts.tokens == ["first", "first+", "next"]


def test_if_everything_is_refused_the_next_request_starts_with_the_primary() -> None:
    attempts = Attempts(refused(), refused(), "sent", "sent")
    account = account_of(attempts, known(WITH_SECONDARY))

    async def send_often() -> None:
        with pytest.raises(TwilioRefusedError):
            await account.run(attempts)
        await account.run(attempts)
        await account.run(attempts)

    asyncio.run(send_often())
    assert attempts.tokens == ["first", "next", "first", "first"]


def test_a_mistaken_refusal_is_forgotten() -> None:
    attempts = Attempts(refused(), "sent", "sent")
    vault = FakeVault(ACCOUNT | {Secret.AUTH_TOKEN: "first"})
    account = account_of(attempts, Credentials(vault, ManualClock()))

    async def send_often() -> None:
        with pytest.raises(TwilioRefusedError):
            await account.run(attempts)
        await account.run(attempts)
        vault.reads.clear()
        await account.run(attempts)

    asyncio.run(send_often())
    assert (attempts.tokens, vault.reads) == (["first"] * 3, [])


def test_refused_credentials_read_each_secret_once_per_interval() -> None:
    vault = FakeVault(ACCOUNT | {Secret.AUTH_TOKEN: "first"})
    attempts = Attempts(*[refused()] * 20)
    account = account_of(attempts, Credentials(vault, ManualClock()))

    async def send_often() -> None:
        for _ in range(20):
            with pytest.raises(TwilioRefusedError):
                await account.run(attempts)

    asyncio.run(send_often())
    assert Counter(vault.reads) == {
        Secret.ACCOUNT_SID: 2,
        Secret.AUTH_TOKEN: 2,
        Secret.AUTH_TOKEN_SECONDARY: 1,
    }


def test_old_refusals_are_forgotten() -> None:
    secrets = (WITH_TOKEN.rest_secrets, WITH_TOKEN.rest_secrets_secondary)
    credentials = RestCredentials(known(WITH_SECONDARY), *secrets)

    async def refuse_often() -> None:
        for number in range(10):
            await credentials.after([("AC" + "1" * 32, str(number))])

    async def refuse_the_primary_and_then_others() -> None:
        primary = await credentials.first()
        await credentials.after([primary])
        assert await credentials.first() != primary
        await refuse_often()
        assert await credentials.first() == primary

    asyncio.run(refuse_the_primary_and_then_others())


KEYS = ACCOUNT | {Secret.API_KEY_SID: "SK" + "1" * 32, Secret.API_KEY_SECRET: "one"}
NEXT_KEY = {Secret.API_KEY_SID_SECONDARY: "SK" + "2" * 32, Secret.API_KEY_SECRET_SECONDARY: "two"}


@pytest.mark.parametrize(
    "mixed", [{Secret.API_KEY_SID: "SK" + "2" * 32}, {Secret.API_KEY_SECRET: "two"}, {}], ids=str
)
def test_the_secondary_key_works_while_the_primary_one_is_half_written(
    mixed: dict[Secret, str],
) -> None:
    class Twilio(Attempts):
        def connect(self, secrets: tuple[str, ...]) -> Client:
            return cast("Client", secrets)

        async def __call__(self, client: Client) -> object:
            self.tokens.append("".join(cast("tuple[str, ...]", client)[1:]))
            if self.tokens[-1] != "SK" + "2" * 32 + "two":
                raise refused()
            return "sent"

    attempts = Twilio()

    assert run(attempts, KEYS | NEXT_KEY | mixed, WITH_KEY) == "sent"
    assert len(attempts.tokens) == 2


def test_half_a_secondary_key_is_ignored() -> None:
    secrets = KEYS | {Secret.API_KEY_SID_SECONDARY: "SK" + "2" * 32}
    attempts = Attempts(refused())

    with pytest.raises(TwilioRefusedError):
        run(attempts, secrets, WITH_KEY)
    assert attempts.tokens == ["SK" + "1" * 32]


def test_the_log_of_a_refusal_names_the_secret_without_its_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run(Attempts(refused(), "sent"), WITH_SECONDARY)

    assert "TwilioAuthToken" in caplog.text
    assert "first" not in caplog.text
    assert "next" not in caplog.text
