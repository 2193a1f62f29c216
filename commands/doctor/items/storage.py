"""Check the storage of the app's ledger."""

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, skipped, wrong
from shared.errors import ConfigurationError, LedgerError


async def check_storage(examination: Examination) -> Finding:
    """Check that the storage can be read with the settings known here.

    Nothing is written: a check must not change the ledger.
    """
    settings = examination.settings
    if not (settings.storage_connection or settings.storage_table_url):
        if examination.is_deployment:
            return skipped(
                "AzureWebJobsStorage__accountName is not set here; pass --key to ask the app"
            )
        if examination.is_public:
            return wrong(
                "no storage is set, so the app can't send with a key or enforce limits",
                "set AzureWebJobsStorage, for example to UseDevelopmentStorage=true with Azurite",
            )
        return ok("in memory until func start ends; set AzureWebJobsStorage to keep it")
    from shared.ledger.table import TableLedger

    ledger = TableLedger(settings)
    try:
        await ledger.read("claim", "doctor")
    except (ConfigurationError, LedgerError) as error:
        return wrong(error.detail, "the app needs it to send with a key (docs/use/delivery.md)")
    finally:
        await ledger.close()
    return ok(f"readable; the app creates the table {settings.ledger_table} if it is missing")
