"""Process Twilio's reports: settle the claim, store the status, and act and log once each."""

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
    """A kind of report: the `prefixes` of its SIDs, and its `fields` (our names to Twilio's)."""

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
    """Receives reports."""

    def __init__(self, claims: "Callable[[], Claims]", states: Callable[[], States]) -> None:
        """Both may raise ConfigurationError in an app without storage."""
        self._claims = claims
        self._states = states

    async def take(self, kind: ReportKind, webhook: Webhook) -> None:
        """Settle the claim of a report, store it and log it; ignore a repeated one.

        Raise LedgerError or ConfigurationError if it can't be stored: the answer is then a 5xx, and
        Twilio repeats the report. Raise InvalidRequestError if it isn't a report.
        """
        try:
            states = self._states()
        except ConfigurationError:  # an app without storage only logs reports
            log_report(kind.name, webhook, kind.fields)
            return
        report = _status_report(kind, webhook)
        try:
            is_new = await self._store(states, report)
        except (ConfigurationError, LedgerError):
            log_report(kind.name, webhook, kind.fields, stored=False)
            raise
        if is_new:
            log_report(kind.name, webhook, kind.fields)

    async def act_on(self, kind: ReportKind, webhook: Webhook, act: Act) -> None:
        """Run `act` for a report, then take it in; ignore a repeated one.

        Raise what `act` raises, without storing anything, so that a repeated report tries again.
        While the ledger is unavailable, each worker acts once, since twice is better than never,
        and the answer doesn't make Twilio repeat the report.
        """
        if await self._is_known(kind, webhook):
            return
        posted = [webhook.posted(kind.fields[name]) or "" for name in ("sid", "status")]
        await self._done.do(" ".join(posted)[:MAX_NAME_CHARS], act)
        with contextlib.suppress(ConfigurationError, LedgerError):
            await self.take(kind, webhook)

    @cached_property
    def _done(self) -> "DoneOnce":
        from shared.delivery.done_once import DoneOnce  # most reports don't need it

        return DoneOnce()

    async def _is_known(self, kind: ReportKind, webhook: Webhook) -> bool:
        try:
            states = self._states()
            report = _status_report(kind, webhook)
            known = await states.find(report.sid)
        except (ConfigurationError, LedgerError):
            return False
        return known is not None and report.status in known.reports

    async def _store(self, states: States, report: StatusReport) -> bool:
        """Settle the claim, then store the report: a row that names a claim proves it is settled.

        A settled claim stays settled, so only the first report of a send reads and writes it. Later
        ones read and write one row, and repeated ones only read it.
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
