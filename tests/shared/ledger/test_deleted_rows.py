"""docs/use/delete_old_rows.py, run against Azurite."""

import asyncio
import re
import secrets
from pathlib import Path

from azure.data.tables import TableClient

from shared.config.settings import Settings
from shared.ledger.rows import Row
from shared.ledger.table import TableLedger
from shared.live_settings.row import KIND, NAME, LiveSettings

SCRIPT = (Path(__file__).parents[3] / "docs" / "use" / "delete_old_rows.py").read_text()


def delete(connection: str, table: str, days: int) -> None:
    """Run the script with a different account, table and age."""
    opened = "TableClient.from_connection_string(CONNECTION, TABLE)"
    code, count = re.subn(r"TableClient\(ACCOUNT, .*?\(\)\)", opened, SCRIPT)
    assert count == 1
    code = code.replace("days=90", f"days={days}")
    exec(code, {"CONNECTION": connection, "TABLE": table})  # noqa: S102 - the script itself


def test_old_rows_are_deleted_except_the_live_settings(azurite: str) -> None:
    table = f"Test{secrets.token_hex(8)}"
    values = {"AzureWebJobsStorage": azurite, "LEDGER_TABLE": table}

    async def insert() -> None:
        ledger = TableLedger(Settings.from_mapping(values))
        for name in ("first", "second"):
            await ledger.insert(Row("claim", name, {"state": "sent"}))
        await ledger.insert(Row("optout", "third", {"people": ""}))
        await ledger.insert(Row(KIND, NAME, LiveSettings(is_stopped=True).values))
        await ledger.close()

    def names() -> list[str]:
        with TableClient.from_connection_string(azurite, table) as client:
            return [row["PartitionKey"] for row in client.list_entities()]

    asyncio.run(insert())
    delete(azurite, table, days=90)
    assert names() == ["first", "live", "second", "third"]
    delete(azurite, table, days=-1)
    assert names() == ["live"]
