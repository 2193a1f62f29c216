"""The item of the storage in which the app remembers what it sends."""

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, skipped, wrong
from shared.errors import ConfigurationError, LedgerError


async def check_storage(examination: Examination) -> Finding:
    """Whether the storage can be read with the settings that are known here.

    It is read, and nothing is written: a check must leave no trace in what the app remembers.
    """
    settings = examination.settings
    if not (settings.storage_connection or settings.storage_table_url):
        if examination.is_deployment:
            return skipped("AzureWebJobsStorage__accountName is not set here; --key asks the app")
        if examination.is_public:
            return wrong(
                "no storage is set, so the app cannot send with a key, and no limit counts",
                "set AzureWebJobsStorage, for example to UseDevelopmentStorage=true with Azurite",
            )
        return ok("kept in memory until func start ends; AzureWebJobsStorage would keep it")
    from shared.ledger.table import TableLedger

    ledger = TableLedger(settings)
    try:
        await ledger.read("claim", "doctor")
    except (ConfigurationError, LedgerError) as error:
        return wrong(error.detail, "the app needs it to send with a key (docs/use/delivery.md)")
    finally:
        await ledger.close()
    return ok(f"it can be read; the table {settings.ledger_table} comes with the first send")
