"""Change the row of live settings in an app's table."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from commands.errors import CommandError
from commands.sign_in import HOW_TO, user_credential
from shared.config.settings import Settings
from shared.errors import AppError, LedgerError
from shared.ledger.changes import change_row
from shared.ledger.rows import Row, Value
from shared.ledger.table import TableLedger
from shared.live_settings.row import KIND, NAME, LiveSettings

# The Azure CLI alone may need seconds for a token.
LIMIT_S = 20.0
ROLE = "Storage Table Data Contributor"


class Target(NamedTuple):
    """The table that an app uses; `azd_first` prefers azd's sign-in over the Azure CLI's."""

    settings: Settings
    azd_first: bool

    @property
    def name(self) -> str:
        """What the table belongs to, for people."""
        if self.settings.local_stack_url:
            return f"the local stack ({self.settings.local_stack_url})"
        return f"the app with {self.settings.storage_table_url}/{self.settings.ledger_table}"


async def changed(
    target: Target, change: Callable[[LiveSettings], LiveSettings], now: datetime
) -> tuple[LiveSettings, LiveSettings]:
    """Change the live settings; return them as they were and as they are.

    Leave the row alone if nothing changes. Raise CommandError if it can't be read or written.
    """

    def decide(
        row: Row | None,
    ) -> tuple[Mapping[str, Value] | None, tuple[LiveSettings, LiveSettings]]:
        before = LiveSettings.of_row(row)
        after = change(before)
        if after == before:
            return None, (before, before)
        after = after._replace(changed_at=now.isoformat(timespec="seconds"), faults=())
        return after.values, (before, after)

    config = target.settings
    identity = None if config.local_stack_url else user_credential(azd_first=target.azd_first)
    ledger = TableLedger(config, limit_s=LIMIT_S, identity=identity)
    try:
        return await change_row(ledger, KIND, NAME, decide, LIMIT_S)
    except LedgerError as error:
        raise CommandError(_explained(error, target)) from error
    finally:
        await ledger.close()


def _explained(error: AppError, target: Target) -> str:
    """Say what you can do; the ledger's own sentence is about the app's identity."""
    from azure.core.exceptions import ClientAuthenticationError

    if target.settings.local_stack_url:
        return (
            f"can't use the storage of {target.name}. For a deployed app, pass --from-azd or "
            "--account NAME. Locally, run python3 dev.py start with the same --phone-port"
        )
    cause = error.__cause__
    if getattr(cause, "status_code", None) == HTTPStatus.FORBIDDEN:
        return (
            f"{target.name} denied access. You need the {ROLE} role on the storage account, and "
            "its network rules must allow your address. Otherwise, set KILL_SWITCH (docs/operate/"
            "guards.md)"
        )
    return HOW_TO if isinstance(cause, ClientAuthenticationError) else error.detail
