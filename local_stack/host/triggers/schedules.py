"""The schedules of timers: NCRONTAB expressions and .NET's time spans."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_stack.host.app.json_file import AppFileError
from local_stack.host.app.time_span import seconds_of
from local_stack.host.triggers.cron import Cron, CronError, read_cron

MONITORED_FROM = timedelta(minutes=1)
"""Azure doesn't monitor timers that run more often. Source: its recorded behavior."""
SAMPLE = 5
DAY_S = 86400.0
ZONE = "TZ"
"""The setting whose time zone counts; Azure on Linux ignores WEBSITE_TIME_ZONE."""

log = logging.getLogger("host")


@dataclass(frozen=True)
class CronSchedule:
    """Ticks at the times of an expression in a time zone."""

    cron: Cron
    zone: tzinfo = UTC
    adjusts_for_dst: bool = True

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first tick after `moment`, in the schedule's zone; None if there is none."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        while (local := self.cron.next_after(local)) is not None:
            tick = local.replace(tzinfo=self.zone).astimezone(UTC)
            if tick > moment:  # in the hour that is repeated in autumn, it may lie before
                return tick.astimezone(self.zone)
        return None


@dataclass(frozen=True)
class SpanSchedule:
    """Ticks again and again after the same time."""

    span: timedelta
    zone: tzinfo = UTC
    adjusts_for_dst: bool = False

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the tick after one at `moment`, in the schedule's zone; None if there is none."""
        try:
            return (moment.astimezone(UTC) + self.span).astimezone(self.zone)
        except OverflowError:
            return None


Schedule = CronSchedule | SpanSchedule


def read_schedule(text: str, zone: tzinfo = UTC) -> Schedule:
    """Return the schedule that a timer's `schedule` describes; raise AppFileError."""
    try:
        return CronSchedule(read_cron(text), zone)
    except CronError as error:
        seconds = seconds_of(text)
        if seconds is None:
            raise AppFileError(
                f'function.json: "schedule" is neither an NCRONTAB expression, such as '
                f'"0 */5 * * * *", nor a time span, such as "00:05:00": {text} ({error})'
            ) from None
    if seconds <= 0:
        raise AppFileError(
            f'function.json: "schedule" must be longer than zero: {text}. '
            "Azure's host would run the function in an endless loop"
        )
    try:
        return SpanSchedule(timedelta(seconds=seconds), zone)
    except OverflowError:
        raise AppFileError(f'function.json: "schedule" is too long: {text}') from None


def odd_span(text: str) -> str:
    """Return a warning about a time span that .NET reads as days, "" for any other schedule."""
    seconds = seconds_of(text)
    if seconds is None or seconds < DAY_S or "." in text:
        return ""
    days = int(seconds // DAY_S)
    return f"the schedule {text} means {days} days. For hours, write an NCRONTAB expression"


def is_frequent(schedule: Schedule, now: datetime) -> bool:
    """Return whether the next ticks are less than a minute apart."""
    last, tick = None, schedule.next_after(now)
    for _ in range(SAMPLE):
        if last is not None and tick is not None and tick - last < MONITORED_FROM:
            return True
        if tick is None:
            return False
        last, tick = tick, schedule.next_after(tick)
    return False


def zone_of(settings: Mapping[str, str]) -> tzinfo:
    """Return the time zone of the timers: that of the setting TZ, otherwise UTC as in Azure."""
    name = settings.get(ZONE, "").removeprefix(":")
    if not name or name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("the time zone in %s is unknown, so timers run in UTC", ZONE)
        return UTC
