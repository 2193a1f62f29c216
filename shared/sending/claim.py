"""The claim on one idempotency key, as stored in its row of the ledger."""

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from shared.config.settings import MAX_SETTLE_WINDOW_S, SEND_LIMIT_S
from shared.ledger.rows import Row

ClaimState = Literal["sending", "sent", "unknown"]

CLAIM = "claim"
# How many attempts before the current one to remember.
MAX_EARLIER = 20
_TIMES = {"attempted_at", "sendable_until", "unsettled_until", "first_at"}
# Rows written by an earlier version of the app lack these times. Assume the longest that any
# settings allow, counted from the attempt.
_LONGEST = {
    "sendable_until": timedelta(seconds=SEND_LIMIT_S),
    "unsettled_until": timedelta(seconds=MAX_SETTLE_WINDOW_S),
}


class IdempotencyClaim(NamedTuple):
    """The send under one key. `name` is a hash of the key; `attempt` is random, one per attempt.

    `attempted_at` is when the attempt began, `sendable_until` its deadline to go out to Twilio, and
    `unsettled_until` the time until which an unknown outcome waits for a report. They have a time
    zone and bind every instance, whatever its own settings are. `sid` and `status` come from
    Twilio's first answer or from a report; "" means unknown. `sender` and `service` are the number
    and the messaging service that the send was meant to use, even if the settings have changed
    since. `earlier` are the attempts before this one, oldest first, and `first_at` is when the
    first of them began. `version` is the row's version in the ledger.
    """

    name: str
    function: str
    fingerprint: str
    attempt: str
    attempted_at: datetime
    sendable_until: datetime
    unsettled_until: datetime
    state: ClaimState = "sending"
    sid: str = ""
    status: str = ""
    sender: str = ""
    service: str = ""
    earlier: tuple[str, ...] = ()
    first_at: datetime | None = None
    version: str = ""

    @property
    def reference(self) -> str:
        """The name of this attempt in its reports."""
        return f"{self.name}-{self.attempt}"

    @property
    def references(self) -> list[str]:
        """The names of all attempts in their reports, this one first."""
        return [f"{self.name}-{attempt}" for attempt in (self.attempt, *self.earlier)]

    @property
    def begun_at(self) -> datetime:
        """When the first attempt began."""
        return self.first_at or self.attempted_at

    def retried(
        self, attempt: str, now: datetime, sendable_until: datetime, unsettled_until: datetime
    ) -> "IdempotencyClaim":
        """Return the claim with a new attempt that begins now."""
        return self._replace(
            attempt=attempt,
            attempted_at=now,
            sendable_until=sendable_until,
            unsettled_until=unsettled_until,
            state="sending",
            earlier=(*self.earlier, self.attempt)[-MAX_EARLIER:],
            first_at=self.begun_at,
        )

    def without_attempt(self, now: datetime) -> "IdempotencyClaim":
        """Return the claim as it was before this attempt, which did nothing and isn't the first."""
        *earlier, attempt = self.earlier
        return self._replace(
            attempt=attempt, earlier=tuple(earlier), state="unknown", unsettled_until=now
        )

    def as_of(self, now: datetime) -> "IdempotencyClaim":
        """Return the claim at this time: `sending` past its deadline becomes `unknown`."""
        is_late = self.state == "sending" and now >= self.sendable_until
        return self._replace(state="unknown") if is_late else self

    @classmethod
    def from_row(cls, row: Row) -> "IdempotencyClaim":
        """Read a row that `to_row` made."""
        values: dict[str, Any] = {n: row.values[n] for n in cls._fields if n in row.values}
        for name in _TIMES & values.keys():
            values[name] = datetime.fromisoformat(values[name])
        for name, longest in _LONGEST.items():
            values.setdefault(name, values["attempted_at"] + longest)
        values["earlier"] = tuple(str(values.get("earlier", "")).split())
        return cls(name=row.name, version=row.version, **values)

    def to_row(self) -> Row:
        """Return the row for this claim, leaving out unknown values."""
        values: dict[str, Any] = self._asdict() | {"earlier": " ".join(self.earlier)}
        del values["name"], values["version"]
        written = {
            name: value.isoformat() if name in _TIMES else value
            for name, value in values.items()
            if value or name not in self._field_defaults
        }
        return Row(CLAIM, self.name, written, self.version)
