"""The reported state of each SID, kept in the ledger."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC
from typing import NamedTuple, cast

from shared.clock import Clock
from shared.delivery.statuses import is_final, latest
from shared.errors import InvalidRequestError, LedgerError
from shared.ledger.rows import Ledger, Row, RowChangedError, RowExistsError, Value

KIND = "state"
# Twilio has a handful of statuses; the limit keeps a row from overflowing.
MAX_STATUSES = 50
# A try fails only if another report of the same SID was stored in the meantime.
MAX_TRIES = 20

# No digits, so that a forged status can't put a phone number into the ledger.
_STATUS = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_ERROR_CODE = re.compile(r"[1-9][0-9]{0,8}")
_CLAIM = re.compile(r"[0-9A-Za-z-]{1,64}")


class StatusReport(NamedTuple):
    """One report from Twilio: the `status` of a message, call or recording, by its SID.

    `error_code` is Twilio's error code; `claim` is the reference of the claim under which it was
    sent, or "".
    """

    sid: str
    status: str
    error_code: int | None = None
    claim: str = ""

    @classmethod
    def from_texts(
        cls, sid: str, status: str, *, prefixes: str, error_code: str = "", claim: str = ""
    ) -> "StatusReport":
        """Check the values of a report; `prefixes` are those of the right SIDs, e.g. SM|MM.

        Raise InvalidRequestError without a valid SID or status. Ignore a malformed error code or
        claim: the status is what matters.
        """
        if not re.fullmatch(f"({prefixes})[0-9a-fA-F]{{32}}", sid):
            raise InvalidRequestError("The report's SID is missing or invalid.", field="sid")
        if not _STATUS.fullmatch(status):
            raise InvalidRequestError("The report's status is missing or invalid.", field="status")
        return cls(
            sid,
            status,
            int(error_code) if _ERROR_CODE.fullmatch(error_code) else None,
            claim if _CLAIM.fullmatch(claim) else "",
        )


class Recorded(NamedTuple):
    """When a report was stored (`at`, ISO 8601 in UTC), and a random ID of the writer (`by`)."""

    at: str
    by: str


class State(NamedTuple):
    """The state of a SID; `reports` holds the statuses reported so far, in order of arrival.

    `claim` is the last one that a report named, `version` the row's version in the ledger.
    """

    sid: str
    status: str
    reports: Mapping[str, Recorded]
    error_code: int | None = None
    claim: str = ""
    version: str = ""

    @property
    def is_final(self) -> bool:
        """Whether no other status follows."""
        return is_final(self.sid, self.status)

    def lacks_error_of(self, report: StatusReport) -> bool:
        """Whether a repeated report is the first with an error code for the current status."""
        has_news = report.error_code is not None and self.error_code is None
        return has_news and report.status == self.status

    def after(self, report: StatusReport, recorded: Recorded) -> "State":
        """Return the state after a report of a new status."""
        if len(self.reports) >= MAX_STATUSES:
            raise InvalidRequestError(
                "Too many different statuses were reported for this SID.", field="status"
            )
        status = latest(self.sid, self.status, report.status)
        return self._replace(
            status=status,
            reports={**self.reports, report.status: self.reports.get(report.status, recorded)},
            error_code=report.error_code if status == report.status else self.error_code,
            claim=report.claim or self.claim,
        )


class States:
    """The states in the ledger, one row per SID."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def find(self, sid: str) -> State | None:
        """Return the state of a SID, or None if nothing was reported. Raise LedgerError."""
        row = await self._ledger.read(KIND, sid)
        return None if row is None else _from_row(row)

    async def record(self, report: StatusReport, known: State | None = None) -> bool:
        """Store a report; return whether its status is new.

        `known` is the state as the caller has just read it. Raise LedgerError; the report is then
        stored completely or not at all, so it is safe to repeat.
        """
        # The random ID marks our own write: if the store's answer is lost and its client retries,
        # the existing row holds our own report, which still counts as new.
        recorded = Recorded(self._now(), secrets.token_hex(4))
        for _ in range(MAX_TRIES):
            is_known = known is not None and report.status in known.reports
            if known is not None and is_known and not known.lacks_error_of(report):
                return known.reports[report.status] == recorded
            try:
                await self._store(known, report, recorded)
            except (RowExistsError, RowChangedError):
                known = await self.find(report.sid)
            else:
                return not is_known
        raise LedgerError(f"Too many reports on {report.sid} arrived at once.")

    async def _store(self, known: State | None, report: StatusReport, recorded: Recorded) -> None:
        if known is not None:
            await self._ledger.replace(_to_row(known.after(report, recorded)))
            return
        reports = {report.status: recorded}
        first = State(report.sid, report.status, reports, report.error_code, report.claim)
        await self._ledger.insert(_to_row(first))

    def _now(self) -> str:
        now = self._clock.now().astimezone(UTC)
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_row(state: State) -> Row:
    values: dict[str, Value] = {
        "status": state.status,
        "claim": state.claim,
        "reports": json.dumps(state.reports),
    }
    if state.error_code is not None:
        values["error_code"] = state.error_code
    return Row(KIND, state.sid, values, state.version)


def _from_row(row: Row) -> State:
    code = row.values.get("error_code")
    reports = cast("dict[str, list[str]]", json.loads(str(row.values["reports"])))
    return State(
        sid=row.name,
        status=str(row.values["status"]),
        reports={status: Recorded(*recorded) for status, recorded in reports.items()},
        error_code=None if code is None else int(code),
        claim=str(row.values["claim"]),
        version=row.version,
    )
