"""The cache of secrets over time: values expire, vaults fail, tokens are replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.config.credentials import REFRESH_INTERVAL_S, TIME_TO_LIVE_S, Credentials
from shared.config.settings import Secret
from shared.errors import VaultError

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.shared.conftest import ManualClock


def get(credentials: Credentials, *secrets: Secret) -> tuple[str, ...]:
    """Get secrets, then wait for background reads."""

    async def get_and_settle() -> tuple[str, ...]:
        values = await credentials.get(*secrets)
        await credentials.settle()
        return values

    return asyncio.run(get_and_settle())


def find(credentials: Credentials, secret: Secret) -> str | None:
    return asyncio.run(credentials.find(secret))


def test_a_value_is_not_read_again_while_it_is_fresh(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    clock.advance(TIME_TO_LIVE_S - 1)
    get(credentials, Secret.AUTH_TOKEN)

    assert len(vault.reads) == 1


def test_an_old_value_is_used_while_it_is_read_again(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.secrets[Secret.AUTH_TOKEN] = "second"
    clock.advance(TIME_TO_LIVE_S)

    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)
    assert get(credentials, Secret.AUTH_TOKEN) == ("second",)
    assert len(vault.reads) == 2


def test_a_value_is_kept_while_the_vault_is_down(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.error = VaultError("down")
    clock.advance(TIME_TO_LIVE_S)

    for _ in range(3):
        assert get(credentials, Secret.AUTH_TOKEN) == ("first",)
    assert len(vault.reads) == 2


def test_a_broken_vault_is_called_again_after_an_interval(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.error = VaultError("down")
    clock.advance(TIME_TO_LIVE_S)
    get(credentials, Secret.AUTH_TOKEN)
    clock.advance(REFRESH_INTERVAL_S)
    get(credentials, Secret.AUTH_TOKEN)

    assert len(vault.reads) == 3


def test_a_missing_optional_secret_is_read_once_per_interval(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) is None
    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) is None
    assert len(vault.reads) == 1

    vault.secrets[Secret.AUTH_TOKEN_SECONDARY] = "next"
    clock.advance(REFRESH_INTERVAL_S)
    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) == "next"


def test_a_missing_secret_stays_missing_while_the_vault_is_down(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    find(credentials, Secret.AUTH_TOKEN_SECONDARY)
    vault.error = VaultError("down")
    clock.advance(REFRESH_INTERVAL_S)

    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) is None


def test_a_refresh_reads_again_at_once(credentials: Credentials, vault: FakeVault) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.secrets[Secret.AUTH_TOKEN] = "second"

    asyncio.run(credentials.refresh(Secret.AUTH_TOKEN))

    assert get(credentials, Secret.AUTH_TOKEN) == ("second",)


def test_a_refresh_happens_at_most_once_per_interval(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    async def refresh_often() -> None:
        await asyncio.gather(*(credentials.refresh(Secret.AUTH_TOKEN) for _ in range(100)))
        await credentials.refresh(Secret.AUTH_TOKEN)

    asyncio.run(refresh_often())
    assert len(vault.reads) == 1

    clock.advance(REFRESH_INTERVAL_S)
    asyncio.run(refresh_often())
    assert len(vault.reads) == 2


def test_callers_during_a_refresh_wait_for_it(credentials: Credentials, vault: FakeVault) -> None:
    async def refresh_and_get() -> tuple[str, ...]:
        await credentials.refresh(Secret.AUTH_TOKEN)
        return await credentials.get(Secret.AUTH_TOKEN)

    async def ask() -> list[tuple[str, ...]]:
        vault.gate.clear()
        asking = [asyncio.ensure_future(refresh_and_get()) for _ in range(10)]
        await asyncio.sleep(0)
        vault.secrets[Secret.AUTH_TOKEN] = "second"
        vault.gate.set()
        return await asyncio.gather(*asking)

    get(credentials, Secret.AUTH_TOKEN)

    assert asyncio.run(ask()) == [("second",)] * 10


def test_a_refresh_changes_nothing_while_the_vault_is_down(
    credentials: Credentials, vault: FakeVault
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.error = VaultError("down")

    asyncio.run(credentials.refresh(Secret.AUTH_TOKEN))

    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)


def test_an_outage_is_logged_once_for_all_callers(
    credentials: Credentials,
    vault: FakeVault,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    vault.error = VaultError("down")
    for _ in range(3 * int(REFRESH_INTERVAL_S)):
        clock.advance(1)
        with pytest.raises(VaultError):
            get(credentials, Secret.AUTH_TOKEN)

    assert len(vault.reads) > REFRESH_INTERVAL_S
    assert [record.getMessage() for record in caplog.records] == [
        "TwilioAuthToken cannot be read: down"
    ]
