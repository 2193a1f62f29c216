"""Read .NET's time spans, such as "00:05:00"."""

import re

_DAYS = re.compile(r"(-?)([0-9]{1,8})")
_CLOCK = re.compile(
    r"(-?)(?:([0-9]{1,8})\.)?([0-9]{1,8}):([0-9]{1,2})(?::([0-9]{1,2})(\.[0-9]{1,7})?)?"
)
_FOUR_PARTS = re.compile(r"(-?[0-9]{1,8}):([0-9]{1,2}:[0-9]{1,2}:.*)")
_HOURS_A_DAY = 24
_SIXTY = 60


def seconds_of(text: str) -> float | None:
    """Return the length of a time span in seconds; None if .NET doesn't accept it.

    A single number is days. So are hours from 24 up: "24:00:00" is 24 days.
    """
    text = text.strip()
    if found := _DAYS.fullmatch(text):
        return _signed(found[1], int(found[2]) * 86400.0)
    found = _CLOCK.fullmatch(_FOUR_PARTS.sub(r"\1.\2", text))
    if found is None:
        return None
    sign, days, *clock, fraction = found.groups(default="0")
    hours, minutes, seconds = (int(part) for part in clock)
    if hours >= _HOURS_A_DAY and found[2] is None and found[5] is not None:
        days, hours, minutes, seconds = str(hours), minutes, seconds, 0
    if hours >= _HOURS_A_DAY or minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    whole = int(days) * 86400 + hours * 3600 + minutes * 60 + seconds
    return _signed(sign, whole + float(fraction))


def _signed(sign: str, seconds: float) -> float:
    return -seconds if sign == "-" else seconds
