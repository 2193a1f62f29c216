"""Fixtures for several trials of the whole stack."""

from collections.abc import Iterator

import pytest

from local_stack.testing import LocalStack

WINDOW_S = 6


@pytest.fixture
def short_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStack]:
    """A stack in real time with a short settle window and without a daily limit."""
    monkeypatch.setenv("SETTLE_WINDOW_SECONDS", str(WINDOW_S))
    stack = LocalStack.start(clock="system", environment={"DAILY_SEGMENT_LIMIT": "0"})
    yield stack
    stack.stop()
