"""Options of an outgoing call, except its numbers and its document."""

import re
from dataclasses import dataclass
from typing import Any

from shared.config.guard_settings import GuardSettings
from shared.errors import InvalidRequestError
from shared.guard_errors import NotAllowedError
from shared.http.inputs import Inputs

# Twilio's limits for a call, in seconds.
MAX_TIMEOUT_S = 600
MAX_TIME_LIMIT_S = 86_400

FIELDS = ("timeout", "time_limit", "record", "send_digits", "machine_detection")

_SENT_DIGITS = re.compile(r"[0-9A-D#*wW]{1,32}")
_MACHINE_DETECTION = {"enable": "Enable", "detect_message_end": "DetectMessageEnd"}


@dataclass(frozen=True, kw_only=True)
class CallOptions:
    """Options of one outgoing call; None leaves the choice to Twilio.

    `timeout_s` is how long it rings (Twilio's default: 60), `time_limit_s` how long it may last (4
    hours). `send_digits` are keys that Twilio presses when the call is answered; `w` waits half a
    second, `W` a second. `machine_detection` is Twilio's value: Enable, or DetectMessageEnd to wait
    for the end of a machine's greeting.
    """

    timeout_s: int | None = None
    time_limit_s: int | None = None
    record: bool = False
    send_digits: str | None = None
    machine_detection: str | None = None

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> "CallOptions":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        options = cls(
            timeout_s=inputs.whole("timeout", least=1, most=MAX_TIMEOUT_S),
            time_limit_s=inputs.whole("time_limit", least=1, most=MAX_TIME_LIMIT_S),
            record=inputs.flag("record") or False,
            send_digits=_send_digits(inputs),
            machine_detection=_machine_detection(inputs),
        )
        if options.send_digits and options.machine_detection:
            raise InvalidRequestError(
                "`machine_detection` has no effect with `send_digits`. Remove one of them.",
                field="machine_detection",
            )
        return options

    def require_allowed(self, guards: GuardSettings) -> None:
        """Raise NotAllowedError if the call may last longer than MAX_CALL_SECONDS."""
        if self.time_limit_s is not None and self.time_limit_s > guards.max_call_s:
            raise NotAllowedError(
                f"`time_limit` must be at most {guards.max_call_s} seconds. "
                "To allow more, raise MAX_CALL_SECONDS.",
                setting="MAX_CALL_SECONDS",
                field="time_limit",
            )

    def parameters(self, guards: GuardSettings) -> dict[str, Any]:
        """Return the options as the SDK names them; MAX_CALL_SECONDS always applies."""
        options: dict[str, Any] = {
            "timeout": self.timeout_s,
            "time_limit": self.time_limit_s or guards.call_limit_s,
            "record": self.record,
            "send_digits": self.send_digits,
            "machine_detection": self.machine_detection,
        }
        return {name: value for name, value in options.items() if value}


def _send_digits(inputs: Inputs) -> str | None:
    name = "send_digits"
    digits = inputs.text(name)
    if digits is not None and not _SENT_DIGITS.fullmatch(digits):
        raise InvalidRequestError(
            f"`{name}` must have at most 32 characters: keys (0-9, A-D, #, *) and pauses (w, W).",
            field=name,
        )
    return digits


def _machine_detection(inputs: Inputs) -> str | None:
    name = "machine_detection"
    word = inputs.text(name)
    if word is None:
        return None
    if word not in _MACHINE_DETECTION:
        raise InvalidRequestError(
            f"`{name}` must be {' or '.join(_MACHINE_DETECTION)}.", field=name
        )
    return _MACHINE_DETECTION[word]
