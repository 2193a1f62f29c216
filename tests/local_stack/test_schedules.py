"""The schedules of timers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.app.json_file import AppFileError
from local_stack.host.triggers.cron import read_cron
from local_stack.host.triggers.schedules import (
    is_frequent,
    odd_span,
    read_schedule,
    zone_of,
)

NOW = datetime(2026, 11, 30, 16, 27, 14, tzinfo=UTC)  # a Monday
NEW_YORK = ZoneInfo("America/New_York")


def subsets(low: int, high: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(low, high), min_size=1, max_size=4)


def written(values: frozenset[int]) -> str:
    return ",".join(map(str, values))


moments = st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2090-01-01"))


@given(subsets(0, 59), subsets(0, 59), moments)
def test_the_next_tick_is_the_first_second_that_matches(
    seconds: frozenset[int], minutes: frozenset[int], moment: datetime
) -> None:
    cron = read_cron(f"{written(seconds)} {written(minutes)} * * * *")

    expected = moment.replace(microsecond=0) + timedelta(seconds=1)
    while expected.second not in seconds or expected.minute not in minutes:
        expected += timedelta(seconds=1)

    assert cron.next_after(moment) == expected


@given(subsets(0, 23), subsets(1, 28), subsets(1, 12), subsets(0, 6), moments)
def test_the_next_tick_is_the_first_hour_whose_day_month_and_weekday_match(
    hours: frozenset[int],
    days: frozenset[int],
    months: frozenset[int],
    weekdays: frozenset[int],
    moment: datetime,
) -> None:
    fields = " ".join(map(written, (hours, days, months, weekdays)))
    tick = read_cron(f"0 {fields}").next_after(moment)

    day = moment.date()
    found: list[datetime] = []
    while not found:
        if day.month in months and day.day in days and day.isoweekday() % 7 in weekdays:
            times = (datetime.combine(day, time(hour)) for hour in sorted(hours))
            found = [one for one in times if one > moment]
        day += timedelta(days=1)

    assert tick == found[0]


@given(st.integers(0, 59), st.integers(0, 59), st.integers(-3, 70))
def test_a_range_with_a_step_has_every_so_manieth_value(first: int, last: int, step: int) -> None:
    low, high = sorted((first, last))

    assert set(read_cron(f"{first}-{last}/{step} * * * *").minutes) == {
        minute
        for minute in range(60)
        if low <= minute <= high and (minute - low) % max(step, 1) == 0
    }
    assert set(read_cron(f"{first}/{step} * * * *").minutes) == {
        minute for minute in range(first, 60) if (minute - first) % max(step, 1) == 0
    }


@pytest.mark.parametrize(
    ("text", "tick"),
    [
        ("*/2 * * * * *", "2026-11-30T16:27:16"),
        ("*/1 * * * *", "2026-11-30T16:28:00"),
        ("  0   */5  * * * *  ", "2026-11-30T16:30:00"),
        ("0 30 9 * * MON-FRI", "2026-12-01T09:30:00"),
        ("0 30 9 * * friday-mon", "2026-12-01T09:30:00"),
        ("0 0 0 * * mon,wed", "2026-12-02T00:00:00"),
        ("0 0 0 1 ja *", "2027-01-01T00:00:00"),
        ("0 0 12 31 * *", "2026-12-31T12:00:00"),
        ("0 0 0 29 2 0", "2032-02-29T00:00:00"),
        ("0 0 0 30 2 *", None),
        ("00:00:02", "2026-11-30T16:27:16"),
        ("1.00:00:00", "2026-12-01T16:27:14"),
        ("24:00:00", "2026-12-24T16:27:14"),
        ("5", "2026-12-05T16:27:14"),
    ],
)
def test_a_schedule_ticks_as_in_azure(text: str, tick: str | None) -> None:
    expected = None if tick is None else datetime.fromisoformat(f"{tick}+00:00")

    assert read_schedule(text).next_after(NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "bad", "* * * *", "* * * * * * *", "60 * * * * *", "0 0 0 32 * *", "0 0 0 0 * *",
        "0 0 0 * 13 *", "0 0 0 * * 7", "@hourly", "0 0 0 L * *", "0 0 0 ? * *", "{x}", "1- * * * *",
        "-1 * * * *", "1,,2 * * * *", ",1 * * * *", "*/x * * * *", "/5 * * * *", "1-2-3 * * * *",
        "٣ * * * *", "00:60:00", "00:00:00", "-00:00:05",
    ],
)  # fmt: skip
def test_other_schedules_are_refused(text: str) -> None:
    with pytest.raises(AppFileError):
        read_schedule(text)


@given(st.text("0123456789*/,-? LMONjan:.", max_size=20), st.integers(5, 6))
def test_any_text_is_a_schedule_or_an_error(field: str, count: int) -> None:
    for text in (field, " ".join([field.replace(" ", "") or "*"] * count)):
        try:
            schedule = read_schedule(text)
        except AppFileError:
            continue
        tick = schedule.next_after(NOW)
        assert tick is None or tick > NOW


@pytest.mark.parametrize(
    ("text", "is_odd"),
    [
        ("24:00:00", True),
        ("5", True),
        ("1.00:00:00", False),
        ("23:00:00", False),
        ("* * * * *", False),
    ],
)
def test_a_number_of_hours_that_is_read_as_days_is_warned_of(text: str, is_odd: bool) -> None:
    assert bool(odd_span(text)) == is_odd


@pytest.mark.parametrize(
    ("text", "frequent"),
    [
        ("*/30 * * * * *", True), ("0,59 0 * * * *", True), ("00:00:59", True),
        ("0 * * * * *", False), ("00:01:00", False), ("0 0 0 30 2 *", False),
    ],
)  # fmt: skip
def test_ticks_less_than_a_minute_apart_are_frequent(text: str, frequent: bool) -> None:
    assert is_frequent(read_schedule(text), NOW) == frequent


def test_a_time_zone_moves_the_ticks() -> None:
    tick = read_schedule("0 30 9 * * *", NEW_YORK).next_after(NOW)

    assert tick is not None
    assert tick.isoformat() == "2026-12-01T09:30:00-05:00"


@given(
    st.sampled_from(["*/7 * * * *", "0 30 1 * * *", "0 30 2 * * *", "0 0 * * * *", "01:30:00"]),
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-01-01")),
)
def test_a_tick_is_later_than_now_when_clocks_are_changed(text: str, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    tick = read_schedule(text, NEW_YORK).next_after(now)

    assert tick is not None
    assert now < tick.astimezone(UTC) <= now + timedelta(hours=26)


@pytest.mark.parametrize(
    ("settings", "zone"),
    [
        ({}, "UTC"),
        ({"TZ": "America/New_York"}, "America/New_York"),
        ({"TZ": ":America/New_York"}, "America/New_York"),
        ({"TZ": "Nowhere/Else"}, "UTC"),
        ({"TZ": "../secret"}, "UTC"),
        ({"WEBSITE_TIME_ZONE": "America/New_York"}, "UTC"),
    ],
)
def test_only_tz_sets_the_time_zone(settings: dict[str, str], zone: str) -> None:
    assert str(zone_of(settings)) == zone
