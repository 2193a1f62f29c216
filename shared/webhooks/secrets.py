"""Try the secrets that a signature may have been made with, and decide when to read each."""

from collections.abc import Callable

from shared.clock import Clock
from shared.config.credentials import REFRESH_INTERVAL_S, Credentials
from shared.config.settings import HiddenText, Secret
from shared.errors import ConfigurationError, VaultError

Pair = tuple[Secret, Secret]


class Trial:
    """Secrets tried one by one; `tried` has each value once, with the secret's name."""

    def __init__(self, is_right: Callable[[str], bool]) -> None:
        """Take the check that a value must pass."""
        self._is_right = is_right
        self.tried: list[tuple[Secret, HiddenText]] = []

    def passes(self, secret: Secret, value: str | None) -> bool:
        """Return whether a value is right; don't try a value twice."""
        if not value or value in [known for _, known in self.tried]:
            return False
        self.tried.append((secret, HiddenText(value)))
        return self._is_right(value)

    @property
    def names(self) -> list[str]:
        """Return the names of the secrets that were tried, each once."""
        return [*dict.fromkeys(str(secret) for secret, _ in self.tried)]


class SignatureSecrets:
    """Try the secrets of one kind without letting strangers overload the vault.

    Forged signatures make the app read each secret at most once a minute.
    """

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._outage: VaultError | None = None
        self._outage_ends = 0.0

    async def try_all(self, secrets: Pair, trial: Trial) -> bool:
        """Try the primary secret, then the secondary, then both as the vault has them now.

        Twilio signs with the primary auth token until the secondary one is promoted. Raise
        ConfigurationError if no secret is set, VaultError if the vault can't be read.
        """
        primary, secondary = secrets
        if trial.passes(primary, await self._primary(primary)):
            return True
        if trial.passes(secondary, await self._credentials.find(secondary)):
            return True
        if not trial.tried:  # both were looked up within the last minute
            return False
        await self._credentials.refresh(primary, secondary)
        return trial.passes(primary, await self._primary(primary)) or trial.passes(
            secondary, await self._credentials.find(secondary)
        )

    def known(self, *secrets: Secret) -> list[tuple[Secret, HiddenText]]:
        """Return those secrets that are cached, without reading any."""
        values = [(secret, self._credentials.known(secret)) for secret in secrets]
        return [(secret, HiddenText(value)) for secret, value in values if value]

    async def _primary(self, secret: Secret) -> str | None:
        return await (self._auth_token() if secret == Secret.AUTH_TOKEN else self._webhook_key())

    async def _auth_token(self) -> str | None:
        """Return the auth token, or None if there is only a webhook key."""
        try:
            (token,) = await self._credentials.get(Secret.AUTH_TOKEN)
        except ConfigurationError:
            if await self._credentials.find(Secret.WEBHOOK_KEY) is None:
                raise
            return None
        return token

    async def _webhook_key(self) -> str | None:
        """Return the webhook key, or None if it is missing; remember an outage for a minute."""
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
