"""`python -m commands.secrets`: store the app's secrets in its vault, and nowhere else.

Asks for each missing secret in the terminal, without showing what you type. The key that signs
links is generated once: replacing it breaks the links already sent, unless you first copy the old
key to the secondary one (docs/operate/running.md). Secrets only pass through this process; they
are never in a file, on a command line, in the environment, or in the output.

Exit status: 0 if the vault has every secret (with --from-azd also if there is no terminal or the
vault is unreachable from here), 1 if not, 2 for incorrect usage.
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
from commands.terminal import accept_any_encoding, is_interactive
from shared.config.settings import Settings
from shared.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130  # the shell convention for a program ended by Ctrl-C

_VAULT_URL = re.compile(r"https://[\w-]+(\.[\w-]+)*(:\d{1,5})?")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    accept_any_encoding()
    options = read_options(arguments)
    if options.local:
        os.environ.update(local_values("", options.phone_port))  # Azure's package reads them there
    try:
        config = Settings.from_mapping(_values(options))
        url = _url(options, config)
        ask = getpass.getpass if is_interactive() else None
        return fill(open_vault(url, config, azd_first=options.from_azd), config, options, ask)
    except (EOFError, KeyboardInterrupt):  # Ctrl-D, Ctrl-C
        print("\nsecrets: interrupted; the vault keeps the secrets already stored", file=sys.stderr)
        return INTERRUPTED
    except ConfigurationError as error:
        print(f"secrets: {error.detail}", file=sys.stderr)
    except CommandError as error:
        print(f"secrets: {error}", file=sys.stderr)
        # A pipeline is never inside the network, and must still deploy the new version.
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
            "the vault's URL is missing or invalid. Pass --vault https://NAME.vault.azure.net",
            exit_status=2,
        )
    return url


if __name__ == "__main__":
    sys.exit(main())
