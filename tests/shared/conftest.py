"""Fixtures for the tests of the library: a vault that counts, and a clock that obeys."""

import threading

import pytest

from shared.credentials import Credentials
from shared.settings import Secret


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
    return Credentials(vault, clock, max_wait_s=5)
