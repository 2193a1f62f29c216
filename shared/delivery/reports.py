"""Twilio's reports: each is kept in the ledger, settles its claim, and acts and is logged once."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from shared.delivery.report_log import log_report
from shared.delivery.states import States, StatusReport
from shared.errors import ConfigurationError, LedgerError
from shared.webhooks.verifier import Webhook

if TYPE_CHECKING:
    from shared.delivery.done_once import DoneOnce
    from shared.sending.claims import Claims

Act = Callable[[], Awaitable[None]]
# More than a SID and a status that Twilio knows.
MAX_NAME_CHARS = 100


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


class Reports:
    """Takes in reports."""

    def __init__(self, claims: "Callable[[], Claims]", states: Callable[[], States]) -> None:
        """Both may raise ConfigurationError, in an app without storage."""
        self._claims = claims
        self._states = states

    async def take(self, kind: ReportKind, webhook: Webhook) -> None:
        """Take in a report: settle its claim, keep it and log it; a repeated one does nothing.

        Raise LedgerError (or ConfigurationError) when it cannot be kept: the answer is 5xx then,
        so Twilio repeats the report. Raise InvalidRequestError when it is not a report.
        """
        try:
            states = self._states()
        except ConfigurationError:  # an app without storage only logs reports
            log_report(kind.name, webhook, kind.fields)
            return
        report = _status_report(kind, webhook)
        try:
            is_news = await self._keep(states, report)
        except (ConfigurationError, LedgerError):
            log_report(kind.name, webhook, kind.fields, stored=False)
            raise
        if is_news:
            log_report(kind.name, webhook, kind.fields)

    async def act_on(self, kind: ReportKind, webhook: Webhook, act: Act) -> None:
        """Take in a report upon which the app does something; a repeated one does nothing.

        Raise what `act` raises: nothing is kept then, so a repeated report acts again. While the
        ledger cannot be used, each worker acts once, because never is worse than twice, and Twilio
        is not asked to repeat what was done.
        """
        if await self._is_known(kind, webhook):
            return
        told = [webhook.posted(kind.fields[name]) or "" for name in ("sid", "status")]
        await self._done.do(" ".join(told)[:MAX_NAME_CHARS], act)
        with contextlib.suppress(ConfigurationError, LedgerError):
            await self.take(kind, webhook)

    @cached_property
    def _done(self) -> "DoneOnce":
        from shared.delivery.done_once import DoneOnce  # most reports are not acted on

        return DoneOnce()

    async def _is_known(self, kind: ReportKind, webhook: Webhook) -> bool:
        try:
            states = self._states()
            report = _status_report(kind, webhook)
            known = await states.find(report.sid)
        except (ConfigurationError, LedgerError):
            return False
        return known is not None and report.status in known.reports

    async def _keep(self, states: States, report: StatusReport) -> bool:
        """Settle the claim, then keep the report: a row that names a claim says it is settled.

        A settled claim stays so. That is why only the first report of a send reads and writes it;
        later ones read and write one row, and repeats only read that.
        """
        known = await states.find(report.sid)
        if report.claim and (known is None or known.claim != report.claim):
            await self._claims().settle(report.claim, report.sid, report.status)
        return await states.record(report, known)


def _status_report(kind: ReportKind, webhook: Webhook) -> StatusReport:
    def field(name: str) -> str:
        return webhook.posted(kind.fields.get(name, "")) or ""

    return StatusReport.from_texts(
        field("sid"),
        field("status"),
        prefixes=kind.prefixes,
        error_code=field("error_code"),
        claim=webhook.parameter("claim") or "",
    )
