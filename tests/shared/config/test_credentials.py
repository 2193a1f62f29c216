"""The cache of secrets: read each once for any number of callers, with clear errors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.config.credentials import FAILURES_PERIOD_S, MAX_FAILURES, AppSettings, Credentials
from shared.config.settings import Secret
from shared.errors import ConfigurationError, VaultError

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.shared.conftest import ManualClock


def get(credentials: Credentials, *secrets: Secret) -> tuple[str, ...]:
    return asyncio.run(credentials.get(*secrets))


def test_values_are_returned_in_the_order_of_the_arguments(credentials: Credentials) -> None:
    assert get(credentials, Secret.AUTH_TOKEN, Secret.ACCOUNT_SID) == ("first", "AC" + "1" * 32)


def test_a_malformed_secret_is_named_without_its_value(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.secrets[Secret.ACCOUNT_SID] = "SK" + "1" * 32

    with pytest.raises(ConfigurationError, match="TwilioAccountSid") as caught:
        get(credentials, Secret.ACCOUNT_SID)

    assert "SK1" not in caught.value.detail


def test_1000_concurrent_callers_read_each_secret_once(
    credentials: Credentials, vault: FakeVault
) -> None:
    async def ask() -> list[tuple[str, ...]]:
        vault.gate.clear()
        asking = [
            asyncio.ensure_future(credentials.get(Secret.ACCOUNT_SID, Secret.AUTH_TOKEN))
            for _ in range(1000)
        ]
        await asyncio.sleep(0)  # all of them request it
        vault.gate.set()
        return await asyncio.gather(*asking)

    answers = asyncio.run(ask())

    assert set(answers) == {("AC" + "1" * 32, "first")}
    assert sorted(vault.reads) == [Secret.ACCOUNT_SID, Secret.AUTH_TOKEN]


def test_cancelling_one_caller_does_not_affect_the_others(
    credentials: Credentials, vault: FakeVault
) -> None:
    async def ask() -> tuple[str, ...]:
        vault.gate.clear()
        first = asyncio.ensure_future(credentials.get(Secret.AUTH_TOKEN))
        second = asyncio.ensure_future(credentials.get(Secret.AUTH_TOKEN))
        await asyncio.sleep(0)
        first.cancel()
        vault.gate.set()
        return await second

    assert asyncio.run(ask()) == ("first",)
    assert vault.reads == [Secret.AUTH_TOKEN]


def test_only_requested_secrets_are_read(credentials: Credentials, vault: FakeVault) -> None:
    get(credentials, Secret.AUTH_TOKEN)

    assert vault.reads == [Secret.AUTH_TOKEN]


def test_the_first_secret_signs_in_before_the_others_are_read(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.error = VaultError("down")

    with pytest.raises(VaultError, match="down"):
        get(credentials, Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)
    assert vault.reads == [Secret.ACCOUNT_SID]


def test_a_broken_vault_is_an_error_without_a_cached_value(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.error = VaultError("down")
    with pytest.raises(VaultError):
        get(credentials, Secret.AUTH_TOKEN)

    vault.error = None
    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)


def test_a_broken_vault_is_not_called_for_every_request(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    vault.error = VaultError("down")
    for _ in range(50):
        with pytest.raises(VaultError, match="down"):
            get(credentials, Secret.AUTH_TOKEN)
    assert len(vault.reads) == MAX_FAILURES

    vault.error = None
    clock.advance(FAILURES_PERIOD_S)
    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)


def test_an_unexpected_error_reaches_every_waiting_caller(
    credentials: Credentials, vault: FakeVault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.error = ValueError("surprise")

    with pytest.raises(VaultError):
        get(credentials, Secret.AUTH_TOKEN)
    assert "surprise" in caplog.text


def test_a_vault_that_does_not_answer_times_out(vault: FakeVault, clock: ManualClock) -> None:
    credentials = Credentials(vault, clock, max_wait_s=0.01)
    vault.gate.clear()

    with pytest.raises(VaultError, match="did not answer"):
        get(credentials, Secret.AUTH_TOKEN)
    vault.gate.set()


def test_one_error_names_all_missing_secrets(credentials: Credentials) -> None:
    with pytest.raises(ConfigurationError) as caught:
        get(credentials, Secret.ACCOUNT_SID, Secret.API_KEY_SID, Secret.API_KEY_SECRET)

    assert "Missing secrets: TwilioApiKeySid, TwilioApiKeySecret. " in caught.value.detail
    assert "TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET" in caught.value.detail


def test_a_trailing_line_break_in_a_secret_is_ignored(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.secrets[Secret.AUTH_TOKEN] = "first\n"

    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)


def test_plain_settings_can_be_the_source(clock: ManualClock) -> None:
    credentials = Credentials(AppSettings({Secret.AUTH_TOKEN: "plain"}), clock)

    assert get(credentials, Secret.AUTH_TOKEN) == ("plain",)


def test_no_log_shows_a_value(
    credentials: Credentials, vault: FakeVault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    get(credentials, Secret.AUTH_TOKEN)
    vault.error = VaultError("down")
    asyncio.run(credentials.refresh(Secret.AUTH_TOKEN))

    assert "first" not in caplog.text
