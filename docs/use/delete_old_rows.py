"""Delete the rows of the ledger that have not changed for AGE. Afterwards their keys are free.

Needs `az login` and the role Storage Table Data Contributor. AGE must be longer than your programs
may still repeat a request.
"""

from datetime import UTC, datetime, timedelta

from azure.data.tables import TableClient
from azure.identity import AzureCliCredential

ACCOUNT = "https://YOUR-STORAGE-ACCOUNT.table.core.windows.net"
AGE = timedelta(days=90)

with TableClient(ACCOUNT, "SwitchboardLedger", credential=AzureCliCredential()) as table:
    old = table.query_entities(
        "Timestamp lt @before and RowKey ne 'settings'",  # the kill switch has no age
        parameters={"before": datetime.now(UTC) - AGE},
        select=["PartitionKey", "RowKey"],
    )
    for row in old:
        table.delete_entity(row)
