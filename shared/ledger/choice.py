"""Which ledger the settings call for."""

from shared.config.local_stack import is_loopback
from shared.config.settings import Settings
from shared.errors import ConfigurationError
from shared.ledger.rows import Ledger


def ledger_of(config: Settings) -> Ledger:
    """Return the ledger in the storage account, without connecting yet.

    Without storage, use memory if PUBLIC_URL is a loopback URL, as on a developer's machine;
    otherwise raise ConfigurationError.
    """
    if config.storage_connection or config.storage_table_url:
        from shared.ledger.table import TableLedger

        return TableLedger(config)
    if is_loopback(config.public_url):
        from shared.ledger.memory import MemoryLedger

        return MemoryLedger()
    raise ConfigurationError(
        "Missing settings: AzureWebJobsStorage (or AzureWebJobsStorage__accountName), "
        "the storage account where the app records what it sends."
    )
