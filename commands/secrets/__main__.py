"""`python -m commands.secrets`: put the app's secrets into its vault, and nowhere else.

Asks in the terminal, without showing what is typed, for each secret that the vault lacks. The key
that signs links is drawn by chance, once: a new one would break the links already sent, unless the
old one is copied beside it before (docs/operate/running.md). What goes to the vault passes
through this process alone: no file, no command line, no environment, no output.

Exit status: 0 when the vault has what the app needs (with --from-azd also when there is nobody to
ask, or the vault cannot be reached from here), 1 when it has not, 2 for wrong usage.
"""

import getpass
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from commands.azd import azd_values
from commands.errors import CommandError
from commands.local_values import local_values
from commands.secrets.fill import fill
from commands.secrets.options import Options, read_options
from commands.secrets.vault import ClosedNetworkError, open_vault
from commands.settings_file import read_settings
from commands.terminal import accept_any_encoding, is_somebody_there
from shared.config.settings import Settings
from shared.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130  # what shells say of a program that Ctrl-C has ended

_VAULT_URL = re.compile(r"https://[\w-]+(\.[\w-]+)*(:\d{1,5})?")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    accept_any_encoding()
    options = read_options(arguments)
    if options.local:
        os.environ.update(local_values("", options.phone_port))  # Azure's package reads it there
    try:
        config = Settings.from_mapping(_values(options))
        url = _url(options, config)
        ask = getpass.getpass if is_somebody_there() else None
        return fill(open_vault(url, config, azd_first=options.from_azd), config, options, ask)
    except (EOFError, KeyboardInterrupt):  # Ctrl-D, Ctrl-C
        print("\nsecrets: interrupted; what was written stays in the vault", file=sys.stderr)
        return INTERRUPTED
    except ConfigurationError as error:
        print(f"secrets: {error.detail}", file=sys.stderr)
    except CommandError as error:
        print(f"secrets: {error}", file=sys.stderr)
        # A pipeline is never inside the network, and has a new version to deploy all the same.
        goes_on = options.from_azd and isinstance(error, ClosedNetworkError)
        return 0 if goes_on else error.exit_status
    return 1


def _values(options: Options) -> Mapping[str, str]:
    if options.from_azd:
        return {**azd_values(), **os.environ}
    return read_settings(os.environ, root=ROOT, file=options.settings)


def _url(options: Options, config: Settings) -> str:
    url = (options.vault or config.key_vault_url).rstrip("/")
    if not url.isascii() or not _VAULT_URL.fullmatch(url):
        raise CommandError(
            "which vault? Give it as in: --vault https://NAME.vault.azure.net", exit_status=2
        )
    return url


if __name__ == "__main__":
    sys.exit(main())
