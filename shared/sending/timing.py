"""When to send a text, and how long Twilio may keep trying."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.errors import InvalidRequestError
from shared.http.inputs import Inputs

# Twilio's limits. Sources: its guide to message scheduling and its OpenAPI document.
LEAST_AHEAD = timedelta(minutes=15)
MOST_AHEAD = timedelta(days=35)
MAX_VALIDITY_S = 36_000

FIELDS = ("send_at", "validity_period")

# RFC 3339 without leap seconds and lower-case letters.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_UNESCAPED_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class MessageTiming:
    """When to send one text; None leaves the choice to Twilio.

    `send_at` has a time zone. `validity_s` is how many seconds the text may wait in Twilio's queue
    before Twilio gives up on it (default: 36,000).
    """

    send_at: datetime | None = None
    validity_s: int | None = None

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> "MessageTiming":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        return cls(
            send_at=_send_at(inputs),
            validity_s=inputs.whole("validity_period", least=1, most=MAX_VALIDITY_S),
        )

    def require_possible(self, now: datetime) -> None:
        """Raise InvalidRequestError if `send_at` is too soon or too far ahead.

        Call it only for a text about to be sent: a repeated request must get its first answer.
        """
        if self.send_at is None or LEAST_AHEAD <= self.send_at - now <= MOST_AHEAD:
            return
        raise InvalidRequestError(
            f"`send_at` must be 15 minutes to 35 days from now (now: {now:%Y-%m-%dT%H:%M:%SZ}).",
            field="send_at",
        )

    def parameters(self) -> dict[str, Any]:
        """Return the values that are set, as the SDK names them."""
        parameters: dict[str, Any] = {}
        if self.send_at is not None:
            # The SDK appends a Z to any time.
            parameters |= {"schedule_type": "fixed", "send_at": self.send_at.astimezone(UTC)}
        if self.validity_s is not None:
            parameters["validity_period"] = self.validity_s
        return parameters


def _send_at(inputs: Inputs) -> datetime | None:
    name = "send_at"
    text = inputs.text(name)
    if text is None:
        return None
    if inputs.is_encoded:
        text = _UNESCAPED_PLUS.sub("+", text)
    time = _read_time(text)
    if time is None:
        raise InvalidRequestError(
            f"`{name}` must be a time with a time zone, for example 2030-01-31T09:30:00+01:00.",
            field=name,
        )
    return time


def _read_time(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # February 31, or the year 0 or 10000 in UTC
        return None
