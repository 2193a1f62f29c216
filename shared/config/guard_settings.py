"""The settings that limit costs: who the app may reach, how often, and for how long."""

from shared.config import kinds
from shared.config.tables import Table, setting

MAX_DAILY = 1_000_000_000
# Twilio's own limit for a call without one.
MAX_CALL_S = 14_400
DAY_S = 86_400


class GuardSettings(Table):
    """The guards' table of settings; a limit of 0 means unlimited.

    `allowed_countries` holds region codes (US), prefixes (+4670) and `*`; if empty, the app reaches
    only the country of its own number. It may reach `allowed_numbers` even if they are premium,
    short or in another country, and never reaches `blocked_recipients`. Calls may follow documents
    on the app's own host and on `allowed_twiml_hosts`: a host on the default ports, `host:port`, or
    `*` for any host. One number gets at most `recipient_limit` texts and calls within
    `recipient_period_s` seconds. `daily_segments` and `daily_calls` count all instances together,
    per day in UTC.
    """

    kill_switch: bool = setting("KILL_SWITCH", kinds.SWITCH, default=False)
    dry_run: bool = setting("DRY_RUN", kinds.SWITCH, default=False)
    allowed_countries: frozenset[str] = setting(
        "ALLOWED_COUNTRIES", kinds.COUNTRIES, default=frozenset()
    )
    allowed_numbers: frozenset[str] = setting("ALLOWED_NUMBERS", kinds.NUMBERS, default=frozenset())
    blocked_recipients: frozenset[str] = setting(
        "BLOCKED_RECIPIENTS", kinds.FULL_NUMBERS, default=frozenset()
    )
    allowed_twiml_hosts: frozenset[str] = setting(
        "ALLOWED_TWIML_HOSTS", kinds.HOSTS, default=frozenset()
    )
    # A recipient's row in the ledger has no room for more.
    recipient_limit: int = setting("RECIPIENT_LIMIT", kinds.whole(0, 1000), default=0)
    recipient_period_s: int = setting(
        "RECIPIENT_LIMIT_SECONDS", kinds.whole(1, DAY_S), default=3600
    )
    daily_segments: int = setting("DAILY_SEGMENT_LIMIT", kinds.whole(0, MAX_DAILY), default=1000)
    daily_calls: int = setting("DAILY_CALL_LIMIT", kinds.whole(0, MAX_DAILY), default=200)
    max_call_s: int = setting("MAX_CALL_SECONDS", kinds.whole(1, DAY_S), default=MAX_CALL_S)

    @property
    def call_limit_s(self) -> int | None:
        """The time limit for a call that doesn't set its own; None leaves it to Twilio."""
        return self.max_call_s if self.max_call_s < MAX_CALL_S else None
