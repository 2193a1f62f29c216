"""The row of live settings: anything may be in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.guard_settings import GuardSettings
from shared.ledger.rows import Row, Value, require_storable
from shared.live_settings.row import KIND, LIMITS, NAME, LiveSettings, fault_of, property_of

PROPERTIES = ("stopped", "changed_at", *map(property_of, LIMITS), "other")
ANYTHING = st.one_of(st.text(), st.integers(), st.sampled_from(["true", "False", "0", " 7 ", "٣"]))


def row(**values: Value) -> Row:
    return Row(KIND, NAME, values, "1")


@given(st.dictionaries(st.sampled_from(PROPERTIES), ANYTHING))
def test_any_row_can_be_read_and_only_valid_limits_count(values: dict[str, Value]) -> None:
    live = LiveSettings.of_row(row(**values))

    guards = live.over(GuardSettings())
    assert all(fault_of(setting, str(limit)) == "" for setting, limit in live.limits.items())
    assert {setting: getattr(guards, LIMITS[setting]) for setting in live.limits} == live.limits
    given = {setting for setting in LIMITS if str(values.get(property_of(setting), "")).strip()}
    named = {fault.partition(" ")[0] for fault in live.faults}
    assert named == given - live.limits.keys()


@given(
    st.booleans(),
    st.dictionaries(st.sampled_from(sorted(LIMITS)), st.integers(1, 1000)),
)
def test_what_is_written_is_what_is_read(is_stopped: bool, limits: dict[str, int]) -> None:
    live = LiveSettings(is_stopped, "2026-12-01T12:00:00+00:00", limits)
    require_storable(row(**live.values))

    assert LiveSettings.of_row(row(**live.values)) == live


@pytest.mark.parametrize("value", ["true", "True", "TRUE", " true ", "yes", "on", 1])
def test_a_value_other_than_false_stops(value: Value) -> None:
    assert LiveSettings.of_row(row(stopped=value)).is_stopped


@pytest.mark.parametrize("name", ["Stopped", "STOPPED"])
def test_it_stops_however_the_name_is_capitalized(name: str) -> None:
    assert LiveSettings.of_row(row(**{name: "true"})).is_stopped
    assert LiveSettings.of_row(row(**{name: "true", "stopped": "false"})).is_stopped
    assert LiveSettings.of_row(row(**{"stopped": "true", name: "false"})).is_stopped


def test_a_limit_counts_however_its_name_is_capitalized() -> None:
    assert LiveSettings.of_row(row(DAILY_CALL_LIMIT=3)).limits == {"DAILY_CALL_LIMIT": 3}


@pytest.mark.parametrize("value", ["false", "False", "", " ", 0])
def test_false_and_nothing_do_not_stop(value: Value) -> None:
    assert not LiveSettings.of_row(row(stopped=value)).is_stopped


def test_without_a_row_the_settings_apply() -> None:
    own = GuardSettings(daily_calls=7)

    assert LiveSettings.of_row(None).over(own) is own


def test_limits_replace_those_of_the_settings_and_nothing_else() -> None:
    own = GuardSettings(daily_calls=7, daily_segments=8, dry_run=True)

    guards = LiveSettings.of_row(row(daily_call_limit=0, recipient_limit="x")).over(own)

    assert guards == GuardSettings(daily_calls=0, daily_segments=8, dry_run=True)
