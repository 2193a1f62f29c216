"""OpenTelemetry: a trace follows a text or a call from the request to Twilio's reports."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import pytest
from azure_functions_runtime_v1 import otel
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from local_stack.host.triggers.http import FunctionAnswer, FunctionRequest, invoke
from shared import clients, tracing
from shared.http.request_parts import FORM_TYPE
from shared.http.urls import path_and_query
from shared.ledger.memory import MemoryLedger
from shared.tracing.spans import TRACEPARENT
from shared.webhooks.signatures import sign
from tests.functions.conftest import HastyClock

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Runtime

SWITCH = "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"
TO, BODY = "+12025550123", "Meet me at noon"
CALLER_TRACE, CALLER_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
Ask = Callable[..., FunctionAnswer]


class Case(NamedTuple):
    """A send and its report."""

    sender: str
    body: dict[str, str]
    span: str
    kind: str
    reporter: str
    form: dict[str, str]


TEXT = Case(
    "SendSms",
    {"to": TO, "body": BODY},
    "send text",
    "text",
    "OnMessageStatus",
    {"MessageSid": "SM" + "0" * 32, "MessageStatus": "delivered", "To": TO},
)
CALL = Case(
    "PlaceCall",
    {"to": TO, "message": BODY},
    "place call",
    "call",
    "OnCallStatus",
    {"CallSid": "CA" + "0" * 32, "CallStatus": "completed", "To": TO},
)
CASES = pytest.mark.parametrize("case", [TEXT, CALL], ids=lambda case: case.sender)


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    """The spans of this process; OpenTelemetry takes only one provider."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Callable[[], list[ReadableSpan]]:
    """Returns the finished spans of this test."""
    exporter.clear()
    return lambda: [*exporter.get_finished_spans()]


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    """The settings of an app with traces."""
    return values | {SWITCH: "true"}


@pytest.fixture
def app(twilio: FakeTwilio, values: dict[str, str]) -> Iterator[clients.Clients]:
    """An app with a ledger."""
    current = clients.Clients(values, HastyClock(), MemoryLedger())
    clients.reset(current)
    yield current
    clients.reset()


@pytest.fixture
def ask(runtime: Runtime, app: object, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Calls a function in the runtime, which passes on the context of the request."""
    otel.update_opentelemetry_status()
    monkeypatch.setattr(otel.otel_manager, "_otel_libs_available", True)

    def answer(url: str, body: bytes, **headers: str) -> FunctionAnswer:
        name = url.rpartition("/api/")[2].partition("?")[0]
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        request = FunctionRequest("POST", url, named, {}, {}, body)
        return asyncio.run(invoke(runtime[name], request))

    return answer


@pytest.fixture
def send(ask: Ask, twilio: FakeTwilio) -> Callable[..., str]:
    """Sends a text or a call; returns the URL that it gave Twilio for reports."""

    def sent(case: Case, **headers: str) -> str:
        url = f"http://127.0.0.1/api/{case.sender}"
        answer = ask(url, json.dumps(case.body).encode(), **headers)
        assert answer.status == 201
        return str(twilio.requests[-1]["data"]["StatusCallback"])

    return sent


@pytest.fixture
def report(ask: Ask) -> Callable[..., int]:
    """Reports like Twilio, which removes the fragment of the URL; returns the status."""

    def reported(case: Case, url: str, *, token: str = "primary") -> int:  # noqa: S107 - only for tests
        url = url.partition("#")[0]
        form = list(case.form.items())
        headers = {
            "x_twilio_signature": sign(token, url, form).decode(),
            "content_type": FORM_TYPE,
        }
        sent = f"http://127.0.0.1{path_and_query(url)}"
        return ask(sent, urlencode(form).encode(), **headers).status

    return reported


def name_and_attributes(span: ReadableSpan) -> tuple[str, dict[str, object]]:
    return span.name, dict(span.attributes or {})


def ids(context: trace.SpanContext | None) -> tuple[str, str]:
    """Return the IDs of a trace and a span, in hexadecimal."""
    assert context is not None
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def trace_of(span: ReadableSpan) -> str:
    return ids(span.context)[0]


@CASES
def test_a_report_belongs_to_the_trace_of_its_send(
    case: Case,
    send: Callable[..., str],
    report: Callable[..., int],
    spans: Callable[[], list[ReadableSpan]],
) -> None:
    assert report(case, send(case)) == 204

    sent, reported = spans()
    sid, status, _ = case.form.values()
    common = {"twilio.kind": case.kind, "twilio.sid": sid}
    assert name_and_attributes(sent) == (case.span, common | {"twilio.status": "queued"})
    assert name_and_attributes(reported) == ("report", common | {"twilio.status": status})
    assert ids(reported.parent) == ids(sent.context)
    assert trace_of(reported) == trace_of(sent)


def test_a_send_with_a_key_names_its_claim_too(
    send: Callable[..., str],
    report: Callable[..., int],
    spans: Callable[[], list[ReadableSpan]],
) -> None:
    url = send(TEXT, idempotency_key="one")

    assert url.index("?claim=") < url.index(f"&{TRACEPARENT}=") < url.index("#")
    assert report(TEXT, url) == 204
    assert len({trace_of(span) for span in spans()}) == 1


@CASES
def test_spans_contain_no_number_text_or_secret(
    case: Case,
    send: Callable[..., str],
    report: Callable[..., int],
    spans: Callable[[], list[ReadableSpan]],
) -> None:
    report(case, send(case))

    shown = "".join(span.to_json() for span in spans())
    assert [secret for secret in (TO[1:], BODY, "primary", "2025550100") if secret in shown] == []


def test_a_send_continues_the_callers_trace(
    send: Callable[..., str], spans: Callable[[], list[ReadableSpan]]
) -> None:
    url = send(TEXT, traceparent=f"00-{CALLER_TRACE}-{CALLER_SPAN}-01")

    (sent,) = spans()
    assert ids(sent.parent) == (CALLER_TRACE, CALLER_SPAN)
    assert f"?{TRACEPARENT}=00-{CALLER_TRACE}-" in url


def test_a_trace_that_isnt_sampled_stays_so(
    send: Callable[..., str],
    report: Callable[..., int],
    spans: Callable[[], list[ReadableSpan]],
) -> None:
    url = send(TEXT, traceparent=f"00-{CALLER_TRACE}-{CALLER_SPAN}-00")

    assert report(TEXT, url) == 204
    assert spans() == []


def test_a_report_links_to_its_own_request(
    ask: Ask, send: Callable[..., str], spans: Callable[[], list[ReadableSpan]]
) -> None:
    url = send(TEXT).partition("#")[0]
    form = list(TEXT.form.items())
    ask(
        f"http://127.0.0.1{path_and_query(url)}",
        urlencode(form).encode(),
        x_twilio_signature=sign("primary", url, form).decode(),
        content_type=FORM_TYPE,
        traceparent=f"00-{CALLER_TRACE}-{CALLER_SPAN}-01",
    )

    sent, reported = spans()
    assert ids(reported.parent) == ids(sent.context)
    assert [ids(link.context) for link in reported.links] == [(CALLER_TRACE, CALLER_SPAN)]


@CASES
def test_a_report_that_names_no_trace_is_taken_without_a_span(
    case: Case, report: Callable[..., int], spans: Callable[[], list[ReadableSpan]]
) -> None:
    assert report(case, f"https://app.example/api/{case.reporter}") == 204
    assert spans() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    named=st.text()
    | st.from_regex("0[01]-[0-9a-f]{31,33}-[0-9a-f]{15,17}-0[0-3]", fullmatch=True)
    | st.from_regex("00-[0-9a-f]{32}-[0-9a-f]{16}-0[1-3]", fullmatch=True)
)
@example(named=f"00-{'0' * 32}-{CALLER_SPAN}-01")
@example(named=f"00-{CALLER_TRACE}-{'0' * 16}-01")
@example(named=f"ff-{CALLER_TRACE}-{CALLER_SPAN}-01")
@example(named=f"00-{CALLER_TRACE}-{CALLER_SPAN}-01-more")
def test_any_name_of_a_trace_is_taken_and_starts_no_other_trace(
    named: str, report: Callable[..., int], exporter: InMemorySpanExporter
) -> None:
    exporter.clear()
    query = urlencode({TRACEPARENT: named}, errors="replace")

    assert report(TEXT, f"https://app.example/api/OnMessageStatus?{query}") == 204
    assert {trace_of(span) for span in exporter.get_finished_spans()} <= {named.strip()[3:35]}


def test_a_forged_report_adds_no_span(
    send: Callable[..., str],
    report: Callable[..., int],
    spans: Callable[[], list[ReadableSpan]],
) -> None:
    url = send(TEXT)

    assert report(TEXT, url, token="wrong") == 403  # noqa: S106 - only for tests
    assert [span.name for span in spans()] == ["send text"]


def test_a_failed_send_names_the_type_of_its_error(
    ask: Ask, twilio: FakeTwilio, spans: Callable[[], list[ReadableSpan]]
) -> None:
    twilio.answer(400, {"code": 21211, "message": f"{TO} is not valid", "status": 400})
    answer = ask("http://127.0.0.1/api/SendSms", json.dumps(TEXT.body).encode())

    (sent,) = spans()
    assert answer.status == 400
    assert name_and_attributes(sent) == (
        "send text",
        {"twilio.kind": "text", "error.type": "TwilioRefusedError"},
    )
    assert sent.status.status_code is trace.StatusCode.ERROR
    assert TO[1:] not in sent.to_json()


@pytest.fixture
def without_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a package that was built without it."""
    monkeypatch.delitem(sys.modules, "shared.tracing.spans")
    monkeypatch.delattr(tracing, "spans")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)


@pytest.mark.usefixtures("without_opentelemetry")
def test_without_opentelemetry_it_sends_and_warns_once(
    ask: Ask, twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        answer = ask("http://127.0.0.1/api/SendSms", json.dumps(TEXT.body).encode())
        assert answer.status == 201

    assert [record.message for record in caplog.records if SWITCH in record.message] == [
        f"{SWITCH} is on, but OpenTelemetry isn't in the package, so there are no traces. "
        "Package the app with OPENTELEMETRY=true."
    ]
    assert TRACEPARENT not in twilio.requests[0]["data"]["StatusCallback"]
