"""What is built from the app's settings and lives as long as a worker."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.clock import Clock
from shared.config.credentials import AppSettings, Credentials
from shared.config.local_stack import is_loopback
from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError
from shared.http.public_urls import PublicUrls
from shared.twilio_api.connections import TwilioConnections

if TYPE_CHECKING:
    from shared.config.key_vault import KeyVault
    from shared.guards.limits import Limits
    from shared.ledger.rows import Ledger
    from shared.twilio_api.account import TwilioAccount
    from shared.webhooks.verifier import Verifier


class Clients:
    """Everything that is built from one set of settings."""

    def __init__(
        self, values: Mapping[str, str], clock: Clock, ledger: "Ledger | None" = None
    ) -> None:
        """Read the settings; raise ConfigurationError when one is malformed.

        Without a `ledger` it is the one that the settings name.
        """
        self.settings = Settings.from_mapping(values)
        self.clock = clock
        self.public_urls = PublicUrls(self.settings)
        self.credentials = Credentials(self._secret_source(), clock)
        self._ledger = ledger
        self._limits: Limits | None = None
        self._verifier: Verifier | None = None
        self._refused: set[tuple[str, ...]] = set()  # by Twilio, of the REST secrets
        self._twilio = TwilioConnections(self.settings.local_twilio_url)

    def account(self) -> "TwilioAccount":
        """The app's Twilio account."""
        from random import random

        from shared.twilio_api.account import TwilioAccount
        from shared.twilio_api.retries import Retries
        from shared.twilio_api.sign_in import RestCredentials

        config = self.settings
        secrets = (config.rest_secrets, config.rest_secrets_secondary)
        credentials = RestCredentials(self.credentials, *secrets, self._refused)
        retries = Retries(self.clock, config.retry_budget_s, random)
        return TwilioAccount(credentials, self._twilio.connect, retries)

    def ledger(self) -> "Ledger":
        """Where the app remembers what it sends; raise ConfigurationError when it has no storage.

        At a desk, where Twilio's URLs lead to this machine, one worker's memory will do.
        """
        if self._ledger is None:
            self._ledger = self._new_ledger()
        return self._ledger

    def limits(self) -> "Limits":
        """How much may be sent; what this worker has reserved is kept here."""
        if self._limits is None:
            from shared.guards.limits import Limits

            self._limits = Limits(self.ledger, self.clock, self.settings)
        return self._limits

    def verifier(self) -> "Verifier":
        """Check who made a request; raise ConfigurationError when a setting for that is missing."""
        if self._verifier is None:
            from shared.webhooks.verifier import Verifier

            config = self.settings
            # Where Twilio signs everything with a shared key, the auth token may be missing.
            needed = () if Secret.WEBHOOK_KEY in config.secrets else (Secret.AUTH_TOKEN,)
            config.require(*needed, public_url=True)
            self._verifier = Verifier(config.public_url, self.credentials, self.clock)
        return self._verifier

    async def close(self) -> None:
        """Close the connections of the running event loop; wait for secrets being read."""
        await self.credentials.settle()
        if self._ledger is not None:
            await self._ledger.close()
        await self._twilio.close()

    def abandon(self) -> None:
        """Leave all connections to the system; Azure tells no function that its worker ends."""
        if self._ledger is not None:
            self._ledger.abandon()
        self._twilio.abandon()

    def _secret_source(self) -> "AppSettings | KeyVault":
        if not self.settings.key_vault_url:
            return AppSettings(self.settings.secrets)
        from shared.config.key_vault import KeyVault

        return KeyVault(self.settings)

    def _new_ledger(self) -> "Ledger":
        if self.settings.storage_connection or self.settings.storage_table_url:
            from shared.ledger.table import TableLedger

            return TableLedger(self.settings)
        if is_loopback(self.settings.public_url):
            from shared.ledger.memory import MemoryLedger

            return MemoryLedger()
        raise ConfigurationError(
            "missing settings: AzureWebJobsStorage (or AzureWebJobsStorage__accountName), "
            "the storage account where the app remembers what it sends"
        )
