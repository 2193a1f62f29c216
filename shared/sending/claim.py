"""The claim of one idempotency key, as the ledger's row holds it."""

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from shared.config.settings import MAX_SETTLE_WINDOW_S, SEND_LIMIT_S
from shared.ledger.rows import Row

ClaimState = Literal["sending", "sent", "unknown"]

CLAIM = "claim"
# So many attempts before the last one are remembered.
MAX_EARLIER = 20
_TIMES = {"attempted_at", "sendable_until", "unsettled_until", "first_at"}
# How long after its attempt these are in a row of an earlier version of the app, which does not say
# so: the longest that any settings allow.
_LONGEST = {
    "sendable_until": timedelta(seconds=SEND_LIMIT_S),
    "unsettled_until": timedelta(seconds=MAX_SETTLE_WINDOW_S),
}


class IdempotencyClaim(NamedTuple):
    """One key's send. `name` is made of the key, `attempt` at random for each request to Twilio.

    `attempted_at` is when the attempt began, `sendable_until` until when it may leave for Twilio,
    and `unsettled_until` until when an unknown outcome waits for a report. They have a time zone
    and bind every instance, whatever its own settings are. `sid` and `status` are Twilio's first
    answer (or what a report told), "" where they are not known. `sender` is the number, `service`
    the messaging service that it was to be from, whatever the settings are by now. `earlier` are
    the attempts before this one, oldest first, and `first_at` is when the first of them began.
    `version` is the ledger's mark.
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
        """How the reports of this attempt name it."""
        return f"{self.name}-{self.attempt}"

    @property
    def references(self) -> list[str]:
        """How the reports of its attempts name them, those of this one first."""
        return [f"{self.name}-{attempt}" for attempt in (self.attempt, *self.earlier)]

    @property
    def begun_at(self) -> datetime:
        """When the first attempt began."""
        return self.first_at or self.attempted_at

    def tried_again(
        self, attempt: str, now: datetime, sendable_until: datetime, unsettled_until: datetime
    ) -> "IdempotencyClaim":
        """A new attempt, begun now, of what this one has not sent as far as is known."""
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
        """What is left when this attempt, not the first one, did nothing: what was before it."""
        *earlier, attempt = self.earlier
        return self._replace(
            attempt=attempt, earlier=tuple(earlier), state="unknown", unsettled_until=now
        )

    def as_of(self, now: datetime) -> "IdempotencyClaim":
        """The claim at this time: a `sending` that cannot leave any more is `unknown`."""
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
        """The row that holds this claim, without what is not known."""
        values: dict[str, Any] = self._asdict() | {"earlier": " ".join(self.earlier)}
        del values["name"], values["version"]
        written = {
            name: value.isoformat() if name in _TIMES else value
            for name, value in values.items()
            if value or name not in self._field_defaults
        }
        return Row(CLAIM, self.name, written, self.version)
