"""What the app signs in to Twilio's REST API with, and with what else when that is refused."""

import asyncio
import logging
from collections.abc import Sequence

from shared.config.credentials import Credentials
from shared.config.settings import Secret

# The values that are known, those of the vault now, and the secondary ones.
MAX_ATTEMPTS = 3

# Account SID and auth token; or account SID, SID and secret of an API key.
Values = tuple[str, ...]

log = logging.getLogger(__name__)


class RestCredentials:
    """The secrets for REST requests, and the secondary ones that count while they are changed.

    While somebody writes a new API key, its SID may be read with the secret of the old one. Twilio
    refuses such a pair, and then the secondary one works.
    """

    def __init__(
        self,
        credentials: Credentials,
        primary: tuple[Secret, ...],
        secondary: tuple[Secret, ...],
        refused: set[Values],
    ) -> None:
        """Both begin with the account's SID. `refused` is kept for the life of the worker.

        It holds the values that Twilio has refused last, so that no request begins with them.
        """
        self._credentials = credentials
        self._primary = primary
        self._secondary = secondary
        self._refused = refused

    async def first(self) -> Values:
        """What to begin with: the primary values, unless they are refused and the others are not.

        Raise ConfigurationError or VaultError when there are no primary values.
        """
        current = await self._credentials.get(*self._primary)
        if current not in self._refused:
            return current
        secondary = await self._secondary_values()
        return current if secondary is None or secondary in self._refused else secondary

    async def after(self, tried: Sequence[Values]) -> Values | None:
        """What to try when Twilio has refused all of `tried`; None when nothing is left.

        Everything is read from the vault again, at most once per interval (Credentials.refresh).
        """
        self._note_refusal(tried[-1])
        if len(tried) >= MAX_ATTEMPTS:
            return None
        await self._credentials.refresh(*dict.fromkeys((*self._primary, *self._secondary)))
        for values in (
            await self._credentials.get(*self._primary),
            await self._secondary_values(),
        ):
            if values is not None and values not in tried:
                return values
        return None

    def note_success(self, values: Values) -> None:
        """Twilio takes these values, perhaps again."""
        self._refused.discard(values)

    def _note_refusal(self, values: Values) -> None:
        if values in self._refused:
            return
        log.warning("Twilio has refused a value of %s; others are tried", self._primary[-1])
        if len(self._refused) >= MAX_ATTEMPTS:  # they are of a rotation long ago
            self._refused.clear()
        self._refused.add(values)

    async def _secondary_values(self) -> Values | None:
        """The account's SID with what is secondary; None where something of it is missing."""
        account, *others = self._secondary
        found = await asyncio.gather(*(self._credentials.find(secret) for secret in others))
        values = [value for value in found if value]
        if len(values) < len(others):
            return None
        return (*await self._credentials.get(account), *values)
