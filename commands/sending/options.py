"""The command lines of `dev.py stop-sending`, `resume-sending` and `limits`."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from commands.local_values import PHONE_PORT
from shared.config.kinds import STORAGE_ACCOUNT, TABLE_NAME
from shared.config.tables import Kind
from shared.live_settings.row import LIMITS, LiveSettings, fault_of

STOP, RESUME, SHOW_LIMITS = "stop-sending", "resume-sending", "limits"
_TEXTS = {
    STOP: "Stop all texts and calls of an app within 15 seconds, without a restart.",
    RESUME: "Undo stop-sending.",
    SHOW_LIMITS: "Show the limits that override the app's settings, or change them without a "
    f"restart. They are {', '.join(LIMITS)}.",
}


class Options(NamedTuple):
    """The parsed command line; a limit of None returns to the app's setting."""

    command: str
    account: str
    table: str
    from_azd: bool
    phone_port: int
    limits: Mapping[str, int | None]

    def applied(self, live: LiveSettings) -> LiveSettings:
        """Return the live settings as the command wants them."""
        if self.command != SHOW_LIMITS:
            return live._replace(is_stopped=self.command == STOP)
        limits = {**live.limits, **self.limits}
        return live._replace(
            limits={name: limit for name, limit in limits.items() if limit is not None}
        )

    @property
    def place(self) -> str:
        """The options that name the table, to repeat them; "" or with a space in front."""
        words = [
            "--from-azd" if self.from_azd else "",
            f"--account {self.account}" if self.account else "",
            f"--table {self.table}" if self.table else "",
            f"--phone-port {self.phone_port}" if self.phone_port != PHONE_PORT else "",
        ]
        return "".join(f" {word}" for word in words if word)


def read_options(arguments: Sequence[str]) -> Options:
    """Parse the command line; exit with 2 for incorrect usage."""
    command = arguments[0] if arguments and arguments[0] in _TEXTS else STOP
    parser = argparse.ArgumentParser(
        prog=f"python3 dev.py {command}",
        description=f"{_TEXTS[command]} Without --from-azd and --account, this affects the app of "
        "`dev.py start`.",
    )
    add = parser.add_argument
    add("command", choices=[command], help=argparse.SUPPRESS)
    if command == SHOW_LIMITS:
        add("limits", nargs="*", type=_limit, metavar="NAME=NUMBER", help="NAME= clears a limit")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--from-azd", action="store_true", help="use the app that azd deployed")
    place.add_argument(
        "--account",
        metavar="NAME",
        type=_reader_of(STORAGE_ACCOUNT),
        help="use the app with this storage account",
    )
    add(
        "--table",
        type=_reader_of(TABLE_NAME),
        metavar="NAME",
        help="its LEDGER_TABLE, if set",
    )
    add(
        "--phone-port",
        type=int,
        metavar="N",
        default=PHONE_PORT,
        help="local: the phone page's port",
    )
    found = parser.parse_args(arguments)
    return Options(
        command=command,
        account=found.account or "",
        table=found.table or "",
        from_azd=found.from_azd,
        phone_port=found.phone_port,
        limits=dict(found.limits if command == SHOW_LIMITS else ()),
    )


def _limit(text: str) -> tuple[str, int | None]:
    name, mark, number = (part.strip() for part in text.partition("="))
    name = name.upper()
    if not mark or name not in LIMITS:
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER with one of {', '.join(LIMITS)}")
    fault = fault_of(name, number) if number else ""
    if fault:
        raise argparse.ArgumentTypeError(f"{name} {fault}")
    return name, int(number) if number else None


def _reader_of(kind: Kind[str]) -> Callable[[str], str]:
    """Return a reader of an option's text, which must be of a kind of setting."""

    def read(text: str) -> str:
        fault = kind.fault(text)
        if fault:
            raise argparse.ArgumentTypeError(f"it {fault}")
        return text

    return read
