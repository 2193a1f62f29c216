"""Twilio's reports: each is kept in the ledger, settles its claim, and acts and is logged once.

A log line is JSON without personal data: numbers are masked to their last four digits, texts and
places are left out.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from shared import clients
from shared.errors import ConfigurationError, LedgerError
from shared.phone_numbers import masked
from shared.states import Report, States
from shared.webhooks import Webhook

log = logging.getLogger(__name__)

Act = Callable[[], Awaitable[None]]


class ReportKind(NamedTuple):
    """What is told of: `prefixes` of its SIDs, and `fields`, from our names to Twilio's."""

    name: str
    prefixes: str
    fields: Mapping[str, str]


MESSAGE = ReportKind(
    "message",
    "SM|MM",
    {"sid": "MessageSid", "status": "MessageStatus", "error_code": "ErrorCode"},
)
CALL = ReportKind(
    "call",
    "CA",
    {
        "sid": "CallSid",
        "status": "CallStatus",
        "direction": "Direction",
        "sequence": "SequenceNumber",
        "duration_s": "CallDuration",
        "sip_code": "SipResponseCode",
        "answered_by": "AnsweredBy",
    },
)
RECORDING = ReportKind(
    "recording",
    "RE",
    {
        "sid": "RecordingSid",
        "call_sid": "CallSid",
        "status": "RecordingStatus",
        "duration_s": "RecordingDuration",
        "source": "RecordingSource",
        "error_code": "ErrorCode",
    },
)
QUEUE_FIELDS = {
    "sid": "CallSid",
    "queue_sid": "QueueSid",
    "result": "QueueResult",
    "waited_s": "QueueTime",
}


async def nothing() -> None:
    """Do nothing but keep the report."""


async def take(kind: ReportKind, webhook: Webhook, act: Act = nothing) -> None:
    """Take in a report of this kind: `act`, keep it and log it; a repeated one does nothing more.

    Raise LedgerError (or ConfigurationError) when it cannot be kept, and what `act` raises: the
    answer is 5xx then, so Twilio repeats the report, and all of it is done again. Raise
    InvalidRequestError when it is none.
    """
    try:
        states = clients.states()
    except ConfigurationError:  # an app without storage does what it can, as often as it is told
        await act()
        _log(kind.name, webhook, kind.fields)
        return
    report = _read(kind, webhook)
    try:
        is_news = await _keep(states, report, act)
    except (ConfigurationError, LedgerError):
        _log(kind.name, webhook, kind.fields, stored=False)
        raise
    if is_news:
        _log(kind.name, webhook, kind.fields)


def log_queue_result(webhook: Webhook) -> None:
    """Log how a caller's time in a queue ended; nothing while it goes on."""
    if webhook.field("QueueResult"):
        _log("queue", webhook, QUEUE_FIELDS)


def _read(kind: ReportKind, webhook: Webhook) -> Report:
    def field(name: str) -> str:
        return webhook.field(kind.fields.get(name, "")) or ""

    return Report.from_texts(
        field("sid"),
        field("status"),
        prefixes=kind.prefixes,
        error_code=field("error_code"),
        claim=webhook.parameter("claim") or "",
    )


async def _keep(states: States, report: Report, act: Act) -> bool:
    """Settle, act, keep, in this order: what fails is done again with the repeated report.

    A row that names the claim says that it is settled, for good. So only the first report of a
    send reads and writes the claim; later ones read and write one row, and repeats read it.
    """
    known = await states.find(report.sid)
    if report.claim and (known is None or known.claim != report.claim):
        await clients.claims().settle(report.claim, report.sid, report.status)
    if known is not None and report.status in known.reports:
        return False
    await act()
    return await states.record(report, known)


def _log(kind: str, webhook: Webhook, fields: Mapping[str, str], *, stored: bool = True) -> None:
    record: dict[str, str | bool | None] = {"report": kind}
    record |= {name: webhook.field(field) for name, field in fields.items()}
    record |= {"from": masked(webhook.field("From")), "to": masked(webhook.field("To"))}
    given = {name: value for name, value in record.items() if value is not None}
    log.info("%s", json.dumps(given if stored else given | {"stored": False}))
