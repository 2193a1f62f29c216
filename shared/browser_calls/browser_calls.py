"""What the functions for browser calls use."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import azure.functions as func

from shared.browser_calls.identities import named_identity, own_identity
from shared.browser_calls.rates import TokenRates
from shared.browser_calls.tokens import Tokens
from shared.clock import Clock
from shared.config.credentials import Credentials
from shared.config.settings import Settings
from shared.http.inputs import Inputs
from shared.ledger.rows import Ledger
from shared.live_settings.reader import LiveSettingsReader

if TYPE_CHECKING:
    from shared.browser_calls.outgoing import OutgoingCalls


class BrowserCalls:
    """Gives tokens to browsers and answers their calls; one instance per worker."""

    def __init__(
        self,
        credentials: Credentials,
        live: LiveSettingsReader,
        ledger: Callable[[], Ledger],
        clock: Clock,
        config: Settings,
    ) -> None:
        """Take a `ledger` that is called only to count something, and that may raise."""
        self._credentials = credentials
        self._live = live
        self._ledger = ledger
        self._clock = clock
        self._config = config

    async def token_of(self, inputs: Inputs) -> dict[str, object]:
        """Return a token for the identity that the inputs name (see Tokens.issue)."""
        return await self._tokens.issue(named_identity(inputs))

    async def own_token(self, req: func.HttpRequest) -> dict[str, object]:
        """Return a token for the person who is signed in; raise NotSignedInError without one."""
        identity = await own_identity(req.headers, self._config, self._credentials)
        return await self._tokens.issue(identity)

    @cached_property
    def outgoing(self) -> "OutgoingCalls":
        """Answers calls from browsers."""
        from shared.browser_calls.outgoing import OutgoingCalls
        from shared.guards.limits import Limits

        limits = Limits(self._ledger, self._clock, self._config)
        return OutgoingCalls(self._live, limits, self._config)

    @cached_property
    def _tokens(self) -> Tokens:
        rates = TokenRates(self._ledger, self._clock, self._config)
        return Tokens(self._credentials, self._live, rates, self._clock, self._config)
