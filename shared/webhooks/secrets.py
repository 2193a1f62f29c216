"""Which secrets a signature may have been made with, and when each of them is read."""

from collections.abc import Callable

from shared.clock import Clock
from shared.config.credentials import REFRESH_INTERVAL_S, Credentials
from shared.config.settings import HiddenText, Secret
from shared.errors import ConfigurationError, VaultError

Pair = tuple[Secret, Secret]


class Trial:
    """Secrets tried one after the other; `tried` has each value once, with the secret's name."""

    def __init__(self, is_right: Callable[[str], bool]) -> None:
        """Take the check that a value has to pass."""
        self._is_right = is_right
        self.tried: list[tuple[Secret, HiddenText]] = []

    def passes(self, secret: Secret, value: str | None) -> bool:
        """Whether a value is right; one that was tried before is not tried again."""
        if not value or value in [known for _, known in self.tried]:
            return False
        self.tried.append((secret, HiddenText(value)))
        return self._is_right(value)

    @property
    def names(self) -> list[str]:
        """The names of the secrets that were tried, each once."""
        return [*dict.fromkeys(str(secret) for secret, _ in self.tried)]


class SignatureSecrets:
    """Tries the secrets of a kind, so that strangers cannot make the vault work.

    Whoever sends something that looks like a signature makes each secret be read once a minute.
    """

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._outage: VaultError | None = None
        self._outage_ends = 0.0

    async def try_all(self, secrets: Pair, trial: Trial) -> bool:
        """Try the primary secret, the secondary one, then both as they are in the vault now.

        Twilio signs with the primary auth token until the secondary is promoted. Raise
        ConfigurationError when there is nothing to check any signature with, VaultError when that
        cannot be found out.
        """
        primary, secondary = secrets
        if trial.passes(primary, await self._primary(primary)):
            return True
        if trial.passes(secondary, await self._credentials.find(secondary)):
            return True
        if not trial.tried:  # both were looked for within the last minute
            return False
        await self._credentials.refresh(primary, secondary)
        return trial.passes(primary, await self._primary(primary)) or trial.passes(
            secondary, await self._credentials.find(secondary)
        )

    def known(self, *secrets: Secret) -> list[tuple[Secret, HiddenText]]:
        """Those of the secrets that were read before; none is read for this."""
        values = [(secret, self._credentials.known(secret)) for secret in secrets]
        return [(secret, HiddenText(value)) for secret, value in values if value]

    async def _primary(self, secret: Secret) -> str | None:
        return await (self._auth_token() if secret == Secret.AUTH_TOKEN else self._webhook_key())

    async def _auth_token(self) -> str | None:
        """The auth token; it may be missing only where a webhook key takes its place."""
        try:
            (token,) = await self._credentials.get(Secret.AUTH_TOKEN)
        except ConfigurationError:
            if await self._credentials.find(Secret.WEBHOOK_KEY) is None:
                raise
            return None
        return token

    async def _webhook_key(self) -> str | None:
        """The webhook key, None when there is none; an outage counts for a minute."""
        if self._outage is not None and self._clock.monotonic() < self._outage_ends:
            raise VaultError(self._outage.detail)
        try:
            (key,) = await self._credentials.get(Secret.WEBHOOK_KEY)
        except ConfigurationError:
            return None
        except VaultError as error:
            self._outage = error
            self._outage_ends = self._clock.monotonic() + REFRESH_INTERVAL_S
            raise
        return key
