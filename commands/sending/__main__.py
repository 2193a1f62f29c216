"""`python -m commands.sending`: stop all sending, resume it, or change limits, without a restart.

Exit status: 0 if the row of live settings is as requested, 1 if not, 2 for incorrect usage.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from commands.azd import azd_values
from commands.errors import CommandError
from commands.local_values import local_values
from commands.sending.options import Options, read_options
from commands.sending.report import report
from commands.sending.table import Target, changed
from commands.settings_file import read_settings
from commands.terminal import accept_any_encoding
from shared.config.settings import Settings
from shared.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130  # the shell convention for a program ended by Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, which starts with the command's name; return the exit status."""
    accept_any_encoding()
    options = read_options(sys.argv[1:] if arguments is None else arguments)
    # The command prints its own error; neither the library nor Azure's SDK logs it as well.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        target = _target(options)
        before, after = asyncio.run(changed(target, options.applied, datetime.now(UTC)))
    except KeyboardInterrupt:
        print(f"\n{options.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (CommandError, ConfigurationError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return error.exit_status if isinstance(error, CommandError) else 1
    print("\n".join(report(options, target.name, before, after)))
    return 0


def _target(options: Options) -> Target:
    """Return the table that the app uses; raise CommandError if it isn't known."""
    if options.from_azd:
        values = azd_values()
        account = values.get("AZURE_STORAGE_ACCOUNT_NAME", "")
        if not account:
            raise CommandError(
                "azd doesn't know the storage account. Run this in the folder and environment of "
                "azd up, or pass --account NAME",
                exit_status=2,
            )
        return _deployed(account, options.table or values.get("LEDGER_TABLE", ""), azd_first=True)
    if options.account:
        return _deployed(options.account, options.table, azd_first=False)
    values = local_values("", options.phone_port)
    os.environ.update(values)  # Azure's package reads the identity from there
    table = options.table or read_settings(os.environ, root=ROOT).get("LEDGER_TABLE", "")
    return Target(Settings.from_mapping({**values, "LEDGER_TABLE": table}), azd_first=False)


def _deployed(account: str, table: str, *, azd_first: bool) -> Target:
    values = {"AzureWebJobsStorage__accountName": account, "LEDGER_TABLE": table}
    return Target(Settings.from_mapping(values), azd_first=azd_first)


if __name__ == "__main__":
    sys.exit(main())
