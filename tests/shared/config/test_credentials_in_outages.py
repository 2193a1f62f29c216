"""The cache of secrets while the vault is slow or down: cached values stay in use."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from shared.config.credentials import REFRESH_INTERVAL_S, Credentials
from shared.config.settings import Secret
from shared.errors import VaultError

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.shared.conftest import ManualClock

OPTIONAL = Secret.AUTH_TOKEN_SECONDARY


@pytest.fixture
def impatient(vault: FakeVault, clock: ManualClock) -> Credentials:
    """Return credentials that wait only briefly for optional secrets."""
    return Credentials(vault, clock, max_wait_s=5, optional_wait_s=0.01)


def find(credentials: Credentials) -> str | None:
    return asyncio.run(credentials.find(OPTIONAL))


def test_an_unreadable_optional_secret_is_read_once_per_interval(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    vault.error = VaultError("forbidden")
    assert [find(credentials) for _ in range(10)] == [None] * 10
    assert vault.reads == [OPTIONAL]

    vault.error = None
    vault.secrets[OPTIONAL] = "next"
    clock.advance(REFRESH_INTERVAL_S)
    assert find(credentials) == "next"


def test_only_the_first_caller_waits_for_a_slow_vault_and_its_late_answer_is_cached(
    impatient: Credentials, vault: FakeVault
) -> None:
    vault.secrets[OPTIONAL] = "next"

    async def ask() -> list[str | None]:
        vault.gate.clear()
        found = [await impatient.find(OPTIONAL) for _ in range(3)]
        vault.gate.set()
        await impatient.settle()
        return [*found, await impatient.find(OPTIONAL)]

    assert asyncio.run(ask()) == [None, None, None, "next"]
    assert vault.reads == [OPTIONAL]


def test_a_cached_value_survives_a_failure(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    vault.secrets[OPTIONAL] = "next"
    assert find(credentials) == "next"
    vault.error = VaultError("down")
    asyncio.run(credentials.refresh(OPTIONAL))

    assert find(credentials) == "next"


def test_a_refresh_does_not_wait_long_for_a_slow_vault(
    impatient: Credentials, vault: FakeVault
) -> None:
    async def refresh_and_get() -> tuple[str, ...]:
        await impatient.get(Secret.AUTH_TOKEN)
        vault.gate.clear()
        await impatient.refresh(Secret.AUTH_TOKEN)
        values = await impatient.get(Secret.AUTH_TOKEN)
        vault.gate.set()
        await impatient.settle()
        return values

    assert asyncio.run(refresh_and_get()) == ("first",)


def test_a_secret_that_could_not_be_read_is_not_reported_as_missing(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.error = VaultError("Key Vault is down")
    assert asyncio.run(credentials.find(Secret.LINK_SIGNING_KEY)) is None

    with pytest.raises(VaultError, match="is down"):
        asyncio.run(credentials.get(Secret.LINK_SIGNING_KEY))


def test_a_busy_worker_still_reads_an_answer_that_has_arrived(
    clock: ManualClock,
) -> None:
    is_given = threading.Event()

    class Vault:
        def read(self, secret: Secret) -> str:
            is_given.wait()
            return "token"

    async def main() -> tuple[str, ...]:
        credentials = Credentials(Vault(), clock, max_wait_s=0.05)
        asked = asyncio.create_task(credentials.get(Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        is_given.set()
        time.sleep(0.1)
        return await asked

    assert asyncio.run(main()) == ("token", "token")
