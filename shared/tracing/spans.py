"""Spans: `send text` or `place call`, and a `report` for each of Twilio's reports on it.

Twilio sends no trace context, so the one of the send rides in the URL for the reports. Only
Twilio's signed requests are reports, so no one else can add spans to a trace. Spans name the kind,
SID and status, and the type of an error; never numbers, texts or secrets.

The Functions runtime sets up the exporter and the context of each request, which a `report` links
to: https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto
"""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import cast

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.clock import Clock
from shared.config.settings import Settings
from shared.delivery.reports import ReportKind, Reports
from shared.guards.guards import Guards
from shared.http.idempotency import Key
from shared.http.urls import PublicUrls
from shared.sending.outbox import Outbox, Records
from shared.sending.request import Request
from shared.sending.sent import Sent
from shared.twilio_api.account import TwilioAccount
from shared.webhooks.verifier import Webhook

# W3C's header, here a query parameter: https://www.w3.org/TR/trace-context/#traceparent-header
TRACEPARENT = "traceparent"
KIND, SID, STATUS, ERROR = "twilio.kind", "twilio.sid", "twilio.status", "error.type"

_NAMES = {"text": "send text", "call": "place call"}
_KINDS = {"message": "text"}
# No digits in a status, so that a number can't pass for one.
_SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")
_STATUS = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("switchboard")


class TracedUrls(PublicUrls):
    """Name the current trace in the URL for reports."""

    def of_report(self, name: str, request_url: str, claim: str = "") -> str | None:
        """See PublicUrls."""
        url = super().of_report(name, request_url, claim)
        headers: dict[str, str] = {}
        _PROPAGATOR.inject(headers)
        if url is None or TRACEPARENT not in headers:
            return url
        address, mark, fragment = url.partition("#")
        separator = "&" if "?" in address else "?"
        return f"{address}{separator}{TRACEPARENT}={headers[TRACEPARENT]}{mark}{fragment}"


class TracedOutbox(Outbox):
    """Make a span for each send; its attempts name it in their URLs for reports."""

    def __init__(
        self,
        account: TwilioAccount,
        guards: Guards,
        records: Callable[[], Records],
        urls: PublicUrls,
        clock: Clock,
        config: Settings,
    ) -> None:
        """See Outbox; `urls` is replaced."""
        super().__init__(account, guards, records, TracedUrls(config), clock, config)

    async def send(self, request: Request, request_url: str, key: Key | None = None) -> Sent:
        """See Outbox."""
        with _span(_NAMES[request.kind], request.kind) as span:
            sent = await super().send(request, request_url, key)
            _describe(span, sent.sid, sent.status)
            return sent


class TracedReports(Reports):
    """Make a span in the trace that a report's URL names; no span if it names none."""

    async def take(self, kind: ReportKind, webhook: Webhook) -> None:
        """See Reports."""
        parent = _named(webhook.parameter(TRACEPARENT) or "")
        if parent is None:
            await super().take(kind, webhook)
            return
        request = trace.get_current_span().get_span_context()
        links = [Link(request)] if request.is_valid else []
        with _span("report", _KINDS.get(kind.name, kind.name), parent, links) as span:
            _describe(span, *(webhook.posted(kind.fields[name]) for name in ("sid", "status")))
            await super().take(kind, webhook)


def traced[Part](part: type[Part]) -> type[Part]:
    """Return the subclass that makes spans, for Outbox and Reports."""
    subclasses: dict[object, object] = {Outbox: TracedOutbox, Reports: TracedReports}
    return cast("type[Part]", subclasses[part])


def _named(traceparent: str) -> Context | None:
    """Return the context that a `traceparent` names, or None if it isn't a valid one."""
    context = _PROPAGATOR.extract({TRACEPARENT: traceparent})
    return context if trace.get_current_span(context).get_span_context().is_valid else None


@contextmanager
def _span(
    name: str, kind: str, parent: Context | None = None, links: Sequence[Link] = ()
) -> Generator[Span]:
    """Start a span; name an error by its type alone, because its text may quote the request."""
    with _TRACER.start_as_current_span(
        name,
        parent,
        attributes={KIND: kind},
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute(ERROR, type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _describe(span: Span, sid: str | None, status: str | None) -> None:
    """Add what Twilio says, as far as it looks like a SID and a status."""
    for name, form, value in ((SID, _SID, sid), (STATUS, _STATUS, status)):
        if value and form.fullmatch(value):
            span.set_attribute(name, value)
