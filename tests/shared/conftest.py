"""Fixtures for tests of the library: credentials and a manual clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.config.credentials import Credentials

if TYPE_CHECKING:
    from tests.conftest import FakeVault


class ManualClock:
    """A clock that only advances when a test says so."""

    def __init__(self) -> None:
        self.passed_s = 1000.0

    def monotonic(self) -> float:
        return self.passed_s

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.passed_s += seconds


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def credentials(vault: FakeVault, clock: ManualClock) -> Credentials:
    return Credentials(vault, clock, max_wait_s=5)
