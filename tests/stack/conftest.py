"""What several trials of everything together begin with."""

from collections.abc import Iterator

import pytest

from local_stack.testing import LocalStack

WINDOW_S = 6


@pytest.fixture
def short_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStack]:
    """A stack in real time whose settle window ends soon, without a limit of the day."""
    monkeypatch.setenv("SETTLE_WINDOW_SECONDS", str(WINDOW_S))
    stack = LocalStack.start(clock="system", environment={"DAILY_SEGMENT_LIMIT": "0"})
    yield stack
    stack.stop()
