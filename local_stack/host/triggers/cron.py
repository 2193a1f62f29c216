"""Read NCRONTAB expressions, the dialect of cron that Azure's timers use.

Written here because no Python package reads it: those for Unix's cron put the seconds last, take 7
for Sunday, or join the day of the month and the weekday with "or".
Source: https://github.com/atifaziz/NCrontab
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
FIELDS: Sequence[tuple[int, int, Sequence[str]]] = (
    (0, 59, ()),  # seconds
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, MONTHS),
    (0, 6, WEEKDAYS),
)
"""The least and greatest value of each field, and the names that it may have instead."""
LONGEST_WAIT = timedelta(days=41 * 366)
"""February 29 falls on a given weekday at least once in 40 years."""
_STEP = re.compile(r"[+-]?[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class CronError(Exception):
    """The expression is not a valid NCRONTAB expression."""


@dataclass(frozen=True)
class Cron:
    """An expression: the values that each field allows, in ascending order."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    """0 is Sunday."""

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first match after `moment` (both without a zone); None if there is none."""
        clock = moment.time()
        end = moment.date() + min(LONGEST_WAIT, date.max - moment.date())
        day = moment.date()
        while day <= end:
            if self._has(day):
                found = self._first_time(clock)
                if found is not None:
                    return datetime.combine(day, found)
            clock = None
            if day == date.max:
                return None
            day = _next_day(day) if day.month in self.months else _next_month(day)
        return None

    def _has(self, day: date) -> bool:
        weekday = day.isoweekday() % 7
        return day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _first_time(self, after: time | None) -> time | None:
        """Return the first time of a day that is later than `after`."""
        if after is None:
            return time(self.hours[0], self.minutes[0], self.seconds[0])
        for hour in (hour for hour in self.hours if hour >= after.hour):
            for minute in self.minutes:
                if (hour, minute) < (after.hour, after.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) > (after.hour, after.minute, after.second):
                        return time(hour, minute, second)
        return None


def _next_day(day: date) -> date:
    return day + timedelta(days=1)


def _next_month(day: date) -> date:
    first = day.replace(day=28) + timedelta(days=4)  # in the next month, whatever month it is
    return first.replace(day=1) if day.month < 12 or day.year < date.max.year else date.max


def read_cron(text: str) -> Cron:
    """Return an expression with five fields (minutes first) or six (seconds first).

    Raises CronError.
    """
    words = [word for word in text.split(" ") if word]
    if len(words) == len(FIELDS) - 1:
        words.insert(0, "0")
    if len(words) != len(FIELDS):
        raise CronError("it must have five fields, or six with seconds first")
    sets = [_values(word, *field) for word, field in zip(words, FIELDS, strict=True)]
    return Cron(*sets)


def _values(word: str, low: int, high: int, names: Sequence[str]) -> tuple[int, ...]:
    """Return the values that a field allows."""
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        if slash and not _STEP.fullmatch(step):
            raise CronError(f"{part} has no number after the slash")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = low, high
        else:
            begin = _value(first, low, high, names)
            end = _value(last, low, high, names) if dash else high if slash else begin
        # NCRONTAB swaps the ends of a range such as FRI-MON.
        begin, end = sorted((begin, end))
        found.update(range(begin, end + 1, max(int(step), 1) if slash else 1))
    return tuple(sorted(found))


def _value(word: str, low: int, high: int, names: Sequence[str]) -> int:
    """Return the number for a number or a name; the beginning of the name is enough."""
    if _NUMBER.fullmatch(word):
        if not low <= int(word) <= high:
            raise CronError(f"{word} is not between {low} and {high}")
        return int(word)
    for number, name in enumerate(names, low):
        if word and name.startswith(word.lower()):
            return number
    raise CronError(f"{word or 'an empty value'} can't be read")
