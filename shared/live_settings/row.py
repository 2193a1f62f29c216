"""The row of live settings: what it can set, and how it is stored."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from shared.config.guard_settings import GuardSettings
from shared.ledger.rows import Row, Value

KIND, NAME = "settings", "live"
STOPPED, CHANGED_AT = "stopped", "changed_at"
_FIELDS = ("recipient_limit", "recipient_period_s", "daily_segments", "daily_calls")
LIMITS: Mapping[str, str] = {GuardSettings.rows[field].name: field for field in _FIELDS}
"""The settings that the row can override, with their fields in GuardSettings."""


class LiveSettings(NamedTuple):
    """What the row says; without a row, nothing.

    `changed_at` is the time of its last change by a command (ISO 8601, UTC), or "". `limits` are
    numbers by the name of their setting. `faults` has a sentence for each invalid limit.
    """

    is_stopped: bool = False
    changed_at: str = ""
    limits: Mapping[str, int] = MappingProxyType({})
    faults: tuple[str, ...] = ()

    @classmethod
    def of_row(cls, row: Row | None) -> Self:
        """Read a row, which may have been edited by hand, without ever failing.

        An invalid limit is a fault and otherwise ignored. Any value of `stopped` except an empty
        one, 0 and false stops, however the name is capitalized: in an emergency, a typo must not
        let texts out.
        """
        texts = [(name, str(value).strip()) for name, value in row.values.items()] if row else []
        given = {name.strip().lower(): text for name, text in texts}
        limits: dict[str, int] = {}
        faults: list[str] = []
        for setting in LIMITS:
            text = given.get(property_of(setting), "")
            fault = fault_of(setting, text) if text else ""
            if fault:
                faults.append(f"{setting} {fault}")
            elif text:
                limits[setting] = int(text)
        is_stopped = any(
            name.strip().lower() == STOPPED and text.lower() not in ("", "0", "false")
            for name, text in texts
        )
        return cls(is_stopped, given.get(CHANGED_AT, ""), limits, tuple(faults))

    @property
    def values(self) -> Mapping[str, Value]:
        """The values of the row that says this."""
        limits = {property_of(setting): limit for setting, limit in self.limits.items()}
        return {STOPPED: str(self.is_stopped).lower(), CHANGED_AT: self.changed_at, **limits}

    def over(self, guards: GuardSettings) -> GuardSettings:
        """Return the settings with these limits in place of their own."""
        if not self.limits:
            return guards
        fields: dict[str, Any] = dict(vars(guards))
        fields |= {LIMITS[setting]: limit for setting, limit in self.limits.items()}
        return GuardSettings(**fields)


def property_of(setting: str) -> str:
    """Return the name of a setting in the row."""
    return setting.lower()


def fault_of(setting: str, text: str) -> str:
    """Return what is wrong with a limit, such as "must be a whole number …"; "" if it's valid."""
    return GuardSettings.rows[LIMITS[setting]].kind.fault(text)
