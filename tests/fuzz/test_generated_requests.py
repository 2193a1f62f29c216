"""Generated requests to every function through the host: no error, no hang, no growth.

The message of a failure shows the request as it would be written in Python.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from yarl import URL

from local_stack.testing import LocalStack
from local_stack.values import FUNCTION_KEY
from shared.webhooks import signatures
from tests.fuzz.generated import (
    IN_BATCH,
    Generated,
    batches,
    methods_by_function,
    requests,
    same_each_time,
)

AT_ONCE = 16
PATIENCE_S = 10
WARM_REQUESTS, ALL_REQUESTS = 2_000, 10_000
MOST_GROWTH_KB = 6 * 1024
"""The limit between both. By then the host's caches and Python's free lists are warm; what is left
is allocator noise, 1 to 3 MB. One kilobyte kept per request would be 8 MB."""
NO_LIMITS = {"DAILY_SEGMENT_LIMIT": "0", "DAILY_CALL_LIMIT": "0", "ALLOWED_COUNTRIES": "*"}
DOORS = methods_by_function()


class Trial:
    """Sends many requests concurrently, and counts the responses by function and status."""

    def __init__(self, stack: LocalStack, session: aiohttp.ClientSession) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self._stack = stack
        self._session = session

    async def send(self, batch: list[Generated]) -> None:
        """Send all; fail at the first server error or timeout."""
        async with asyncio.TaskGroup() as group:
            for request in batch:
                group.create_task(self._send(request))

    async def _send(self, request: Generated) -> None:
        url = self._stack.functions_url + request.target
        right = signatures.sign(self._stack.auth_token, url, request.form).decode()
        headers = {"x-functions-key": FUNCTION_KEY, **request.headers(right)}
        try:
            response = await self._session.request(
                request.method, URL(url, encoded=True), data=request.body, headers=headers
            )
            await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AssertionError(f"{error!r} for {request!r}") from error
        assert response.status < 500, f"{response.status} for {request!r}"
        self.answers[request.function, response.status] += 1


@asynccontextmanager
async def open_session() -> AsyncGenerator[aiohttp.ClientSession]:
    """Make a client with few connections, so that requests sometimes wait for each other."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
        timeout=aiohttp.ClientTimeout(sock_read=PATIENCE_S),
        auto_decompress=False,
        requote_redirect_url=False,
        skip_auto_headers=["content-type"],
    ) as session:
        yield session


@contextmanager
def trial_of(stack: LocalStack) -> Generator[tuple[Trial, asyncio.Runner]]:
    """Make a trial, and the runner of its event loop."""
    with asyncio.Runner() as runner:
        opening = open_session()
        session = runner.run(opening.__aenter__())
        yield Trial(stack, session), runner
        runner.run(opening.__aexit__(None, None, None))


def send_generated(
    trial: Trial,
    runner: asyncio.Runner,
    count: int,
    after_batch: Callable[[], None] = lambda: None,
) -> None:
    """Generate this many requests, the same each time, and send them."""

    @same_each_time(count // IN_BATCH)
    @given(batches(requests(DOORS)))
    def send(batch: list[Generated]) -> None:
        runner.run(trial.send(batch))
        after_batch()

    send()


def memory_kb(stack: LocalStack) -> int:
    """Return the memory that the host uses."""
    answer = stack.http.get(
        f"{stack.functions_url}/admin/host/status",
        headers={"x-functions-key": FUNCTION_KEY},
        timeout=PATIENCE_S,
    )
    status = Path(f"/proc/{answer.json()['instanceId']}/status")
    found = re.search(r"VmRSS:\s*(\d+) kB", status.read_text())
    assert found is not None
    return int(found[1])


@pytest.fixture
def open_stack() -> Iterator[LocalStack]:
    """A stack without limits, used by this trial alone."""
    stack = LocalStack.start(environment=NO_LIMITS)
    yield stack
    stack.stop()


def test_a_few_generated_requests_cause_no_server_error(stack: LocalStack) -> None:
    with trial_of(stack) as (trial, runner):
        send_generated(trial, runner, 150)

    assert trial.answers.total() >= 150
    assert "Traceback" not in stack.output.text


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory from /proc")
def test_ten_thousand_requests_cause_no_error_and_no_leak(
    open_stack: LocalStack,
) -> None:
    warm_kb: list[int] = []
    with trial_of(open_stack) as (trial, runner):

        def measure_memory() -> None:
            if trial.answers.total() >= WARM_REQUESTS and not warm_kb:
                warm_kb.append(memory_kb(open_stack))

        send_generated(trial, runner, ALL_REQUESTS, measure_memory)
        growth_kb = memory_kb(open_stack) - warm_kb[0]

    statuses = Counter[int]()
    for (_, status), count in trial.answers.items():
        statuses[status] += count
    assert statuses.total() >= ALL_REQUESTS
    assert {200, 201, 204, 400, 403, 404} <= set(statuses)
    assert {function for function, status in trial.answers if status < 300} >= set(DOORS) - {
        "CancelText",  # nothing is scheduled
        "GetRecording",  # there are no recordings
        "GetSharedRecording",
        "GetSharedMedia",
    }
    assert "Traceback" not in open_stack.output.text
    assert growth_kb < MOST_GROWTH_KB
