"""The settings that keep the bill small: whom the app may reach, how often, and for how long."""

from collections.abc import Mapping
from typing import NamedTuple, Self

# Any country; a network of no country (satellites) has to be named by its prefix all the same.
EVERY_COUNTRY = "*"
RECIPIENT_PERIOD_S = 3600
DAILY_SEGMENTS = 1000
DAILY_CALLS = 200
# Twilio's own limit for a call that asks for none.
MAX_CALL_S = 14_400


class GuardSettings(NamedTuple):
    """What the app may do at most; a limit of 0 is none.

    `allowed_countries` has region codes (US), prefixes (+4670) and `*`; empty, it means the country
    of the app's own number. `allowed_numbers` may be reached although they are premium, short or
    elsewhere; `blocked_recipients` never are. `allowed_twiml_hosts` are hosts, besides the app's
    own, whose documents calls may follow; `*` is any. Within `recipient_period_s` seconds one
    number gets `recipient_limit` texts and calls. `daily_segments` and `daily_calls` are for all
    instances and one day, in UTC.
    """

    kill_switch: bool = False
    dry_run: bool = False
    allowed_countries: frozenset[str] = frozenset()
    allowed_numbers: frozenset[str] = frozenset()
    blocked_recipients: frozenset[str] = frozenset()
    allowed_twiml_hosts: frozenset[str] = frozenset()
    recipient_limit: int = 0
    recipient_period_s: int = RECIPIENT_PERIOD_S
    daily_segments: int = DAILY_SEGMENTS
    daily_calls: int = DAILY_CALLS
    max_call_s: int = MAX_CALL_S

    @property
    def call_limit_s(self) -> int | None:
        """How long a call may last that asks for nothing else; None leaves it to Twilio."""
        return self.max_call_s if self.max_call_s < MAX_CALL_S else None

    @classmethod
    def from_checked(cls, given: Mapping[str, str]) -> Self:
        """Read settings that the rules of setting_rules have let pass."""
        return cls(
            kill_switch=given.get("KILL_SWITCH") == "true",
            dry_run=given.get("DRY_RUN") == "true",
            allowed_countries=frozenset(
                entry.upper() for entry in entries(given.get("ALLOWED_COUNTRIES", ""))
            ),
            allowed_numbers=frozenset(entries(given.get("ALLOWED_NUMBERS", ""))),
            blocked_recipients=frozenset(entries(given.get("BLOCKED_RECIPIENTS", ""))),
            allowed_twiml_hosts=frozenset(
                host.strip().lower()
                for host in given.get("ALLOWED_TWIML_HOSTS", "").split(",")
                if host.strip()
            ),
            recipient_limit=int(given.get("RECIPIENT_LIMIT", 0)),
            recipient_period_s=int(given.get("RECIPIENT_LIMIT_SECONDS", RECIPIENT_PERIOD_S)),
            daily_segments=int(given.get("DAILY_SEGMENT_LIMIT", DAILY_SEGMENTS)),
            daily_calls=int(given.get("DAILY_CALL_LIMIT", DAILY_CALLS)),
            max_call_s=int(given.get("MAX_CALL_SECONDS", MAX_CALL_S)),
        )


def entries(text: str) -> list[str]:
    """The entries of a list with commas, in lower case; numbers may be set apart for reading."""
    listed = ("".join(c for c in entry if c not in " ().-\t") for entry in text.split(","))
    return [entry.lower() for entry in listed if entry]
