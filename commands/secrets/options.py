"""The command line of `dev.py secrets`."""

import argparse
from collections.abc import Sequence
from typing import NamedTuple

from commands.local_values import PHONE_PORT
from shared.config.settings import Secret

COMMAND = "python3 dev.py secrets"


class Options(NamedTuple):
    """What the user asked for."""

    vault: str | None
    settings: str | None
    copy: list[list[Secret]]
    replace: list[Secret]
    from_azd: bool
    local: bool
    phone_port: int


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
