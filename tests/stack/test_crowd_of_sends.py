"""Very many concurrent sends while Twilio is slow: all are sent and counted."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from bench.crowd import CROWD, LIMITS, SLOW, ask_all
from local_stack.testing import LocalStack

pytestmark = pytest.mark.soak


@pytest.fixture
def stack_in_time() -> Iterator[LocalStack]:
    """A stack in real time whose Twilio reports on each send."""
    stack = LocalStack.start(clock="system", environment=LIMITS)
    yield stack
    stack.stop()


def test_concurrent_sends_are_all_accepted_and_counted(stack_in_time: LocalStack) -> None:
    stack = stack_in_time
    with stack.faults(SLOW):
        answers = asyncio.run(ask_all(f"{stack.functions_url}/api/SendSms", "crowd"))

    assert Counter(status for status, _ in answers) == {"201": CROWD}
    assert "without being counted" not in stack.output.text
