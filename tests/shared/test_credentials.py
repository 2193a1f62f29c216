"""The cache of secrets: read once, kept while the vault is down, read again when it must be."""

import asyncio
import threading

import pytest

from shared.credentials import AppSettings, Credentials
from shared.errors import ConfigurationError, VaultError
from shared.settings import Secret

TIME_TO_LIVE_S = 3600.0
INTERVAL_S = 60.0


class ManualClock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FakeVault:
    """A vault that counts who reads what; with `gate`, readers wait until it is set."""

    def __init__(self, secrets: dict[Secret, str]) -> None:
        self.secrets = secrets
        self.reads: list[Secret] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def read(self, secret: Secret) -> str | None:
        self.reads.append(secret)
        assert self.gate.wait(timeout=10)
        if self.error is not None:
            raise self.error
        return self.secrets.get(secret)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault({Secret.ACCOUNT_SID: "AC1", Secret.AUTH_TOKEN: "first"})


@pytest.fixture
def credentials(vault: FakeVault, clock: ManualClock) -> Credentials:
    return Credentials(
        vault, clock, time_to_live_s=TIME_TO_LIVE_S, refresh_interval_s=INTERVAL_S, max_wait_s=5
    )


def get(credentials: Credentials, *secrets: Secret) -> tuple[str, ...]:
    return asyncio.run(credentials.get(*secrets))


def find(credentials: Credentials, secret: Secret) -> str | None:
    return asyncio.run(credentials.find(secret))


def settle(credentials: Credentials) -> None:
    """Wait for what is read in the background."""
    asyncio.run(credentials.settle())


def test_values_come_in_the_order_asked_for(credentials: Credentials) -> None:
    assert get(credentials, Secret.AUTH_TOKEN, Secret.ACCOUNT_SID) == ("first", "AC1")


def test_1000_askers_at_once_read_each_secret_once(
    credentials: Credentials, vault: FakeVault
) -> None:
    async def ask() -> list[tuple[str, ...]]:
        vault.gate.clear()
        asking = [
            asyncio.ensure_future(credentials.get(Secret.ACCOUNT_SID, Secret.AUTH_TOKEN))
            for _ in range(1000)
        ]
        await asyncio.sleep(0)  # all of them ask
        vault.gate.set()
        return await asyncio.gather(*asking)

    answers = asyncio.run(ask())

    assert set(answers) == {("AC1", "first")}
    assert sorted(vault.reads) == [Secret.ACCOUNT_SID, Secret.AUTH_TOKEN]


def test_askers_of_several_event_loops_read_each_secret_once(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.gate.clear()
    answers: list[tuple[str, ...]] = []
    loops = [
        threading.Thread(target=lambda: answers.append(get(credentials, Secret.AUTH_TOKEN)))
        for _ in range(8)
    ]
    for loop in loops:
        loop.start()
    vault.gate.set()
    for loop in loops:
        loop.join()

    assert answers == [("first",)] * 8
    assert vault.reads == [Secret.AUTH_TOKEN]


def test_one_askers_end_does_not_disturb_the_others(
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


def test_only_the_secrets_asked_for_are_read(credentials: Credentials, vault: FakeVault) -> None:
    get(credentials, Secret.AUTH_TOKEN)

    assert vault.reads == [Secret.AUTH_TOKEN]


def test_the_first_secret_signs_in_before_the_others_are_read(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.error = VaultError("down")

    with pytest.raises(VaultError, match="down"):
        get(credentials, Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)
    assert vault.reads == [Secret.ACCOUNT_SID]


def test_a_value_is_not_read_again_while_it_is_fresh(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    clock.advance(TIME_TO_LIVE_S - 1)
    get(credentials, Secret.AUTH_TOKEN)

    assert len(vault.reads) == 1


def test_an_old_value_is_used_once_more_while_it_is_read_again(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.secrets[Secret.AUTH_TOKEN] = "second"
    clock.advance(TIME_TO_LIVE_S)

    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)
    settle(credentials)
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
        settle(credentials)
    assert len(vault.reads) == 2


def test_a_vault_that_is_down_is_asked_again_after_an_interval(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    get(credentials, Secret.AUTH_TOKEN)
    vault.error = VaultError("down")
    clock.advance(TIME_TO_LIVE_S)
    get(credentials, Secret.AUTH_TOKEN)
    settle(credentials)
    clock.advance(INTERVAL_S)
    get(credentials, Secret.AUTH_TOKEN)
    settle(credentials)

    assert len(vault.reads) == 3


def test_without_a_value_a_vault_that_is_down_is_an_error(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.error = VaultError("down")
    with pytest.raises(VaultError):
        get(credentials, Secret.AUTH_TOKEN)

    vault.error = None
    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)


def test_an_unforeseen_error_reaches_those_who_wait(
    credentials: Credentials, vault: FakeVault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.error = ValueError("surprise")

    with pytest.raises(VaultError):
        get(credentials, Secret.AUTH_TOKEN)
    assert "surprise" in caplog.text


def test_a_vault_that_does_not_answer_is_given_up(vault: FakeVault, clock: ManualClock) -> None:
    credentials = Credentials(vault, clock, max_wait_s=0.01)
    vault.gate.clear()

    with pytest.raises(VaultError, match="did not answer"):
        get(credentials, Secret.AUTH_TOKEN)
    vault.gate.set()


def test_all_secrets_that_do_not_exist_are_named_in_one_error(credentials: Credentials) -> None:
    with pytest.raises(ConfigurationError) as caught:
        get(credentials, Secret.ACCOUNT_SID, Secret.API_KEY_SID, Secret.API_KEY_SECRET)

    assert "missing secrets: TwilioApiKeySid, TwilioApiKeySecret (" in caught.value.detail
    assert "TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET" in caught.value.detail


def test_an_optional_secret_may_not_exist_and_is_looked_for_once_per_interval(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) is None
    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) is None
    assert len(vault.reads) == 1

    vault.secrets[Secret.AUTH_TOKEN_SECONDARY] = "next"
    clock.advance(INTERVAL_S)
    assert find(credentials, Secret.AUTH_TOKEN_SECONDARY) == "next"


def test_a_secret_known_not_to_exist_stays_so_while_the_vault_is_down(
    credentials: Credentials, vault: FakeVault, clock: ManualClock
) -> None:
    find(credentials, Secret.AUTH_TOKEN_SECONDARY)
    vault.error = VaultError("down")
    clock.advance(INTERVAL_S)

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

    clock.advance(INTERVAL_S)
    asyncio.run(refresh_often())
    assert len(vault.reads) == 2


def test_those_who_ask_during_a_refresh_wait_for_it(
    credentials: Credentials, vault: FakeVault
) -> None:
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


def test_a_line_break_at_the_end_of_a_secret_is_passed_over(
    credentials: Credentials, vault: FakeVault
) -> None:
    vault.secrets[Secret.AUTH_TOKEN] = "first\n"

    assert get(credentials, Secret.AUTH_TOKEN) == ("first",)


def test_plain_settings_are_a_source_as_well(clock: ManualClock) -> None:
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
