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
# Twilio has a handful of statuses; a row has an end, so there is one to what it keeps.
MAX_STATUSES = 50
# A try fails only when another report of the same SID was stored meanwhile.
MAX_TRIES = 20

# No digits: what is no status cannot bring a number into the ledger.
_STATUS = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_ERROR_CODE = re.compile(r"[1-9][0-9]{0,8}")
_CLAIM = re.compile(r"[0-9A-Za-z-]{1,64}")


class StatusReport(NamedTuple):
    """One report of Twilio: the `status` of a message, call or recording, by its SID.

    `error_code` is Twilio's number of an error; `claim` the reference of the idempotency key under
    which it was sent, "" without one.
    """

    sid: str
    status: str
    error_code: int | None = None
    claim: str = ""

    @classmethod
    def from_texts(
        cls, sid: str, status: str, *, prefixes: str, error_code: str = "", claim: str = ""
    ) -> "StatusReport":
        """Check what came in; `prefixes` are those of a SID of the right kind, e.g. SM|MM.

        Raise InvalidRequestError without such a SID or a status. An odd error code or claim costs
        only itself: the status is what somebody waits for.
        """
        if not re.fullmatch(f"({prefixes})[0-9a-fA-F]{{32}}", sid):
            raise InvalidRequestError("the report has no usable SID", field="sid")
        if not _STATUS.fullmatch(status):
            raise InvalidRequestError("the report has no usable status", field="status")
        return cls(
            sid,
            status,
            int(error_code) if _ERROR_CODE.fullmatch(error_code) else None,
            claim if _CLAIM.fullmatch(claim) else "",
        )


class Recorded(NamedTuple):
    """That a status was reported: `at`, when we stored it (ISO 8601, UTC), `by` whom."""

    at: str
    by: str


class State(NamedTuple):
    """How far something is; `reports` are the statuses reported so far, in the order they came.

    `claim` is the last one that a report has named, `version` the ledger's mark of the row.
    """

    sid: str
    status: str
    reports: Mapping[str, Recorded]
    error_code: int | None = None
    claim: str = ""
    version: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing comes after it."""
        return is_final(self.sid, self.status)

    def after(self, report: StatusReport, recorded: Recorded) -> "State":
        """The state once a report of a status that was not reported so far is taken in."""
        if len(self.reports) >= MAX_STATUSES:
            raise InvalidRequestError("there are too many statuses", field="status")
        status = latest(self.sid, self.status, report.status)
        return self._replace(
            status=status,
            reports={**self.reports, report.status: recorded},
            error_code=report.error_code if status == report.status else self.error_code,
            claim=report.claim or self.claim,
        )


class States:
    """The states in the ledger, each in the row of its SID."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def find(self, sid: str) -> State | None:
        """What is known of a SID; None when nothing was reported. Raise LedgerError."""
        row = await self._ledger.read(KIND, sid)
        return None if row is None else _from_row(row)

    async def record(self, report: StatusReport, known: State | None = None) -> bool:
        """Take in a report; return whether it is news: a status not reported so far.

        `known` is the state as the caller has just found it. Raise LedgerError, after which
        nothing or all of it is stored, so that a repeated report does no harm.
        """
        # Ours by name: when the store's answer is lost and its client repeats the request, the
        # row that is in the way holds our own report, which is still news.
        recorded = Recorded(self._now(), secrets.token_hex(4))
        for _ in range(MAX_TRIES):
            if known is not None and report.status in known.reports:
                return known.reports[report.status] == recorded
            try:
                await self._store(known, report, recorded)
            except (RowExistsError, RowChangedError):
                known = await self.find(report.sid)
            else:
                return True
        raise LedgerError(f"The state of {report.sid} is changed by too many at once.")

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
