"""The command line of `dev.py secrets`."""

import argparse
from collections.abc import Sequence
from typing import NamedTuple

from commands.local_values import PHONE_PORT
from shared.config.settings import Secret

COMMAND = "python3 dev.py secrets"


class Options(NamedTuple):
    """The parsed command line."""

    vault: str | None
    settings: str | None
    copy: list[list[Secret]]
    replace: list[Secret]
    from_azd: bool
    local: bool
    phone_port: int


def read_options(arguments: Sequence[str] | None) -> Options:
    """Parse the command line; exit with 2 for incorrect usage."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description="Store the app's secrets in its Key Vault."
    )
    add = parser.add_argument
    add("--vault", metavar="URL", help="the vault; default KEY_VAULT_URL")
    add("--settings", metavar="FILE", help="settings file; default local.settings.json")
    add(
        "--replace",
        metavar="NAME",
        type=_secret,
        action="append",
        default=[],
        help="ask for a new value of this secret (LinkSigningKey: generate one): "
        + ", ".join(Secret),
    )
    add(
        "--copy",
        metavar=("FROM", "TO"),
        nargs=2,
        type=_secret,
        action="append",
        default=[],
        help="copy the value of one secret to another, without showing it",
    )
    add("--local", action="store_true", help="use the vault of `dev.py start`, to try this out")
    add("--phone-port", type=int, default=PHONE_PORT, help="with --local: port of the phone page")
    add("--from-azd", action="store_true", help="use azd's vault; ask only in a terminal")
    return Options(**vars(parser.parse_args(arguments)))


def _secret(text: str) -> Secret:
    try:
        return Secret(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(Secret)}") from None
