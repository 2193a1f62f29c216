"""`python -m commands.secrets`: put the app's secrets into its vault, and nowhere else.

Asks in the terminal, without showing what is typed, for each secret that the vault lacks. The key
that signs links is drawn by chance, once: a new one would break the links already sent, unless the
old one is copied beside it before (docs/rotation.md). What goes to the vault passes through this
process alone: no file, no command line, no environment, no output.

Exit status: 0 when the vault has what the app needs (with --from-azd also when there is nobody to
ask, or the vault cannot be reached from here), 1 when it has not, 2 for wrong usage.
"""

import argparse
import getpass
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from commands.azd import azd_values
from commands.doctor.subject import PHONE_PORT, desk_values
from commands.errors import CommandError
from commands.secret_rules import fault, places
from commands.settings_file import read_settings
from commands.terminal import accept_any_encoding, is_somebody_there
from commands.vault_writer import ClosedNetworkError, RoleMissingError, Vault, open_vault
from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "python3 dev.py secrets"
# A role that was just given counts after some minutes (Azure's docs: up to ten).
PATIENCE_S, PAUSE_S = 600, 15
ATTEMPTS = 3
INTERRUPTED = 130  # what shells say of a program that Ctrl-C has ended

_VAULT_URL = re.compile(r"https://[\w-]+(\.[\w-]+)*(:\d{1,5})?")

Ask = Callable[[str], str]


class Options(NamedTuple):
    """What the user asked for."""

    vault: str | None
    settings: str | None
    copy: list[list[Secret]]
    replace: list[Secret]
    from_azd: bool
    local: bool
    phone_port: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    accept_any_encoding()
    options = read_options(arguments)
    if options.local:
        os.environ.update(desk_values("", options.phone_port))  # Azure's package reads it there
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


def read_options(arguments: Sequence[str] | None) -> Options:
    """Read the command line; wrong usage ends the program with 2."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description="Put the secrets that the app needs into its Key Vault."
    )
    add = parser.add_argument
    add("--vault", metavar="URL", help="the vault, else KEY_VAULT_URL")
    add("--settings", metavar="FILE", help="in place of local.settings.json")
    add(
        "--replace",
        metavar="NAME",
        type=_secret,
        action="append",
        default=[],
        help="ask for this secret although the vault has one (LinkSigningKey: draw a new one): "
        + ", ".join(Secret),
    )
    add(
        "--copy",
        metavar=("FROM", "TO"),
        nargs=2,
        type=_secret,
        action="append",
        default=[],
        help="write the value of one secret as that of another, without showing it",
    )
    add("--local", action="store_true", help="the vault of `dev.py start`, to try it out")
    add("--phone-port", type=int, default=PHONE_PORT, help="with --local: port of the phone page")
    add("--from-azd", action="store_true", help="take the vault from azd; ask only in a terminal")
    return Options(**vars(parser.parse_args(arguments)))


def _secret(text: str) -> Secret:
    try:
        return Secret(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(Secret)}") from None


def fill(
    vault: Vault,
    config: Settings,
    options: Options,
    ask: Ask | None,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Write what is to be copied, then what the vault lacks and what is to be replaced.

    Return the exit status. `ask` shows a question and returns what is typed; without it, nobody is
    asked. Raise CommandError when the vault cannot be used.
    """
    present = _patient(vault.names, monotonic, sleep)
    for source, target in options.copy:
        _copy(vault, source, target)
    if Secret.LINK_SIGNING_KEY not in present or Secret.LINK_SIGNING_KEY in options.replace:
        vault.write(Secret.LINK_SIGNING_KEY, token_hex(32))
        print(f"{Secret.LINK_SIGNING_KEY}: drawn by chance and written")
    needed = dict.fromkeys((*config.rest_secrets, Secret.AUTH_TOKEN))
    wanted = [s for s in needed if s not in present]
    wanted += [s for s in options.replace if s not in (*wanted, Secret.LINK_SIGNING_KEY)]
    if not wanted:
        print(f"{vault.url} has what the app needs: {', '.join(needed)}")
        return 0
    if ask is None:
        print(
            f"{vault.url} lacks {', '.join(wanted)}. In a terminal: {COMMAND} --vault {vault.url}"
        )
        return 0 if options.from_azd else 1
    _ask_for(wanted, vault, ask)
    return 0


def _ask_for(wanted: Sequence[Secret], vault: Vault, ask: Ask) -> None:
    """Say where the secrets are found, ask for each, and write it."""
    for place in places(wanted):
        print(place)
    for secret in wanted:
        vault.write(secret, _typed(secret, ask))
        print(f"{secret}: written")


def _copy(vault: Vault, source: Secret, target: Secret) -> None:
    """Write one secret's value as another's; raise CommandError where it cannot be that."""
    value = (vault.read(source) or "").strip()
    if not value:
        raise CommandError(f"{vault.url} has no {source}")
    wrong = fault(target, value)
    if wrong:
        raise CommandError(f"{source} was not copied: {target} {wrong}")
    vault.write(target, value)
    print(f"{target}: written, a copy of {source}")


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


def _typed(secret: Secret, ask: Ask) -> str:
    """What the user types for a secret, once it can be right; raise CommandError else."""
    for _ in range(ATTEMPTS):
        text = ask(f"{secret} (not shown): ").strip()
        wrong = fault(secret, text)
        if not wrong:
            return text
        print(f"{secret} {wrong}")
    raise CommandError(f"{secret} was not written; run {COMMAND} again")


def _patient(
    read: Callable[[], frozenset[str]],
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> frozenset[str]:
    """The names of the vault's secrets, as soon as the role to see them counts."""
    end = monotonic() + PATIENCE_S
    while True:
        try:
            return read()
        except RoleMissingError as error:
            if monotonic() >= end:
                raise CommandError(str(error)) from error
            print("Waiting for the role Key Vault Secrets Officer to count ...")
            sleep(PAUSE_S)


if __name__ == "__main__":
    sys.exit(main())
