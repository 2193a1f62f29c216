"""Limit how many tokens one identity gets."""

import logging
import secrets
from collections.abc import Callable

from shared.clock import Clock
from shared.config.settings import Settings
from shared.errors import ConfigurationError, LedgerError
from shared.guard_errors import LimitReachedError
from shared.guards.limits import PATIENCE_S
from shared.guards.recipients import RecipientRates
from shared.ledger.rows import CrowdedError, Ledger

KIND = "client"
# A page needs one when it loads and one per lifetime. This leaves room for reloads and devices.
MAX_TOKENS, PERIOD_S = 60, 3600

log = logging.getLogger(__name__)


class TokenRates:
    """At most MAX_TOKENS tokens for one identity within PERIOD_S seconds.

    While the ledger is unavailable, tokens aren't counted; with STORAGE_OUTAGE=refuse_all there
    are none.
    """

    def __init__(self, ledger: Callable[[], Ledger], clock: Clock, config: Settings) -> None:
        """Take a `ledger` that is called only to count a token, and that may raise."""
        self._rates = RecipientRates(ledger, clock, patience_s=PATIENCE_S, kind=KIND)
        self._rates.limit_to(MAX_TOKENS, PERIOD_S)
        self._is_strict = config.storage_outage == "refuse_all"

    async def take(self, identity: str) -> None:
        """Count a token; raise LimitReachedError if it is one too many, or LedgerError."""
        try:
            wait_s = await self._rates.count(identity, secrets.token_hex(4))
        except (ConfigurationError, LedgerError) as error:
            if self._is_strict or isinstance(error, CrowdedError):
                raise
            log.warning("A token was not counted: %s", error.log_text)
            return
        if wait_s:
            raise LimitReachedError(
                f"This identity has already received {MAX_TOKENS} tokens within {PERIOD_S} "
                "seconds. Keep a token until it is about to expire, and wait for the time in "
                "Retry-After.",
                setting="tokens of one identity",
                retry_after_s=wait_s,
            )
