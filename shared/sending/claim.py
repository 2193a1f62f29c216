"""The claim of one idempotency key, as the ledger's row holds it."""

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from shared.config.settings import MAX_SETTLE_WINDOW_S, SEND_LIMIT_S
from shared.ledger.rows import Row

ClaimState = Literal["sending", "sent", "unknown"]

CLAIM = "claim"
# What a row says of its attempt's times, and for how long after it began where it says nothing, as
# earlier versions of the app wrote it: the longest that any settings allow.
_TIMES = {"sendable_until": SEND_LIMIT_S, "unsettled_until": MAX_SETTLE_WINDOW_S}


class IdempotencyClaim(NamedTuple):
    """One key's send. `name` is made of the key, `attempt` at random for each request to Twilio.

    `attempted_at` is when the attempt began, `sendable_until` until when it may leave for Twilio,
    and `unsettled_until` until when an unknown outcome waits for a report. They have a time zone
    and bind every instance, whatever its own settings are. `sid` and `status` are Twilio's first
    answer (or what a report told), "" where they are not known. `sender` is the number, `service`
    the messaging service that it was to be from, whatever the settings are by now. `version` is
    the ledger's mark.
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
    version: str = ""

    @property
    def reference(self) -> str:
        """How the reports of this attempt name it."""
        return f"{self.name}-{self.attempt}"

    def as_of(self, now: datetime) -> "IdempotencyClaim":
        """The claim at this time: a `sending` that cannot leave any more is `unknown`."""
        is_late = self.state == "sending" and now >= self.sendable_until
        return self._replace(state="unknown") if is_late else self

    @classmethod
    def from_row(cls, row: Row) -> "IdempotencyClaim":
        """Read a row that `to_row` made."""
        values: dict[str, Any] = {n: row.values[n] for n in cls._fields if n in row.values}
        begun = values["attempted_at"] = datetime.fromisoformat(values["attempted_at"])
        for name, longest_s in _TIMES.items():
            text = values.get(name)
            values[name] = (
                datetime.fromisoformat(text) if text else begun + timedelta(seconds=longest_s)
            )
        return cls(name=row.name, version=row.version, **values)

    def to_row(self) -> Row:
        """The row that holds this claim."""
        values = self._asdict()
        values |= {name: values[name].isoformat() for name in ("attempted_at", *_TIMES)}
        del values["name"], values["version"]
        return Row(CLAIM, self.name, values, self.version)
