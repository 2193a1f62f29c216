"""TwimlQueue and TwimlAgent with Twilio's requests."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import TwimlAgent
import TwimlQueue
from shared import clients
from shared.answers import agent, queue
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

CALL: Form = [("CallSid", "CA" + "0" * 32), ("From", "+12025550123"), ("To", "+12025550100")]


def test_a_caller_waits_and_an_agent_comes(run: Run, signed_request: SignedRequest) -> None:
    caller = run(TwimlQueue.main, signed_request("/api/TwimlQueue?Name=a", CALL))
    colleague = run(TwimlAgent.main, signed_request("/api/TwimlAgent?Name=a", CALL))

    assert b">a</Enqueue>" in caller.get_body()
    assert b">a</Queue>" in colleague.get_body()


def test_a_blocked_caller_never_enters_the_queue(
    run: Run, signed_request: SignedRequest, values: dict[str, str]
) -> None:
    values["BLOCKED_CALLERS"] = "+12025550123"
    clients.reset(clients.Clients(values, SystemClock()))

    entering, waiting, serving = (
        run(main, signed_request(path, CALL)).get_body()
        for main, path in (
            (TwimlQueue.main, "/api/TwimlQueue"),
            (TwimlQueue.main, "/api/TwimlQueue?Step=wait"),
            (TwimlAgent.main, "/api/TwimlAgent"),
        )
    )

    assert b'<Response><Reject reason="rejected" /></Response>' in entering
    assert b"Reject" not in waiting + serving


def test_the_end_of_a_wait_is_one_log_line_without_personal_data(
    run: Run, signed_request: SignedRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    form = [*CALL, ("QueueSid", "QU1"), ("QueueResult", "bridged"), ("QueueTime", "42")]

    run(TwimlQueue.main, signed_request("/api/TwimlQueue?Step=wait", [*CALL, ("QueueTime", "9")]))
    run(TwimlQueue.main, signed_request("/api/TwimlQueue?Step=end", form))

    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        {
            "report": "queue",
            "sid": "CA" + "0" * 32,
            "queue_sid": "QU1",
            "result": "bridged",
            "waited_s": "42",
            "from": "...0123",
            "to": "...0100",
        }
    ]


names = st.sampled_from([*queue.PARAMETERS, *agent.PARAMETERS, "Track[0]", "Step", "Digits"])
fields = st.sampled_from(["QueueTime", "QueuePosition", "QueueResult", "Digits", "From"])
some_text = st.text() | st.sampled_from(["wait", "end", "connect", "*", "7", "leave"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(names, some_text), max_size=5),
    st.lists(st.tuples(fields, some_text), max_size=4),
)
def test_no_request_causes_an_app_error(
    run: Run, signed_request: SignedRequest, query: Form, form: Form
) -> None:
    for name, main in (("TwimlQueue", TwimlQueue.main), ("TwimlAgent", TwimlAgent.main)):
        response = run(main, signed_request(f"/api/{name}?{urlencode(query)}", form))
        assert response.status_code == 200
