"""Thousands of generated requests through Microsoft's runtime cause no app errors.

Twilio returns unexpected responses to some of them. tests/fuzz/ sends the same requests through the
host, with the emulator as Twilio.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.http.requests import join_values, parse_query
from local_stack.host.triggers.http import FunctionRequest, invoke
from local_stack.host.worker.functions import InvocationError
from shared import clients
from shared.errors import TwilioOutcomeUnknownError, TwilioUnreachableError
from shared.ledger.memory import MemoryLedger
from shared.webhooks import signatures
from tests.fuzz.generated import (
    IN_BATCH,
    Generated,
    batches,
    methods_by_function,
    requests,
    same_each_time,
)

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Runtime

REQUESTS = 10_000

type Answer = tuple[int, Any] | Exception

TWILIO_ANSWERS: tuple[Answer, ...] = (
    (400, {"code": 21211, "message": "The 'To' number is not valid", "status": 400}),
    (401, {"code": 20003, "message": "Authenticate", "status": 401}),
    (404, {}),
    (429, {"code": 20429, "message": "Too Many Requests", "status": 429}),
    (500, "<html>oops</html>"),
    (503, ""),
    (200, ""),
    (201, {}),
    (201, {"sid": None, "from": 1}),
    (302, "moved"),
    (400, "[]"),
    (400, {"code": "x", "status": "y"}),
    (500, "null"),
    TwilioUnreachableError("The app cannot connect to Twilio, so nothing was sent. Try again."),
    TwilioOutcomeUnknownError("Twilio did not answer in time."),
)
ANSWERS = st.sampled_from([*[None] * 2 * len(TWILIO_ANSWERS), *TWILIO_ANSWERS])
"""None means that Twilio executes the request."""


def as_a_function_sees(request: Generated) -> FunctionRequest:
    """Return a request as the host passes it to a function."""
    right = signatures.sign("primary", f"https://app.example{request.target}", request.form)
    return FunctionRequest(
        method=request.method,
        url=f"http://127.0.0.1:7071{request.target}",
        headers={"host": "127.0.0.1:7071", **request.headers(right.decode())},
        params=join_values(parse_query(request.target.partition("?")[2])),
        route_params={},
        body=request.body,
    )


@pytest.mark.soak
@pytest.mark.usefixtures("app")
def test_no_request_causes_an_app_error(
    runtime: Runtime, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    monkeypatch.setattr(clients.current(), "ledger", lambda: ledger)
    statuses: list[int] = []

    async def status_of(request: Generated, answer: Answer | None) -> int:
        twilio.requests.clear()
        twilio.answers[:] = [] if answer is None else [answer]
        try:
            given = as_a_function_sees(request)
            status = (await invoke(runtime[request.function], given)).status
        except InvocationError as error:
            raise AssertionError(f"{request!r}, {answer!r}") from error
        assert status != 500, f"{request!r}, {answer!r}"
        return status

    @same_each_time(REQUESTS // IN_BATCH)
    @given(batches(st.tuples(requests(methods_by_function()), ANSWERS)))
    def trial(batch: list[tuple[Generated, Answer | None]]) -> None:
        async def each() -> list[int]:
            return [await status_of(request, answer) for request, answer in batch]

        statuses.extend(runner.run(each()))

    with asyncio.Runner() as runner:
        trial()
    assert len(statuses) >= REQUESTS
    assert {200, 201, 204, 400, 403} <= set(statuses)
    assert {502, 503, 504} & set(statuses)
