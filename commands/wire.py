"""`python -m commands.wire`: lead the calls and texts of a Twilio number to this app.

Shows each address as it is and as it will be, asks, writes down what was there, changes it through
Twilio's API, and reads it back. Exit status: 0 when the number is as asked for, 1 when it is not,
2 for wrong usage.
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
from commands.settings_file import read_settings
from commands.terminal import accept_any_encoding
from commands.web_addresses import App, has_secret
from commands.wire_memory import Memory
from commands.wire_number import Addresses, Number, Numbers, Place
from commands.wire_options import Options, read_options, wanted
from commands.wire_screen import agrees, sentence_of, show, text_of
from shared.clock import SystemClock
from shared.errors import AppError, InvalidRequestError, TwilioRefusedError
from shared.phone_numbers import E164, masked, parse_number
from shared.worker_clients import Clients

ROOT = Path(__file__).resolve().parents[1]
AZD = "python3 dev.py wire --from-azd"
INTERRUPTED = 130  # what shells say of a program that Ctrl-C has ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    accept_any_encoding()
    options = read_options(arguments)
    # What goes wrong is said once, in the command's own words.
    logging.getLogger("shared").addHandler(logging.NullHandler())
    try:
        return asyncio.run(_with_clients(options))
    except KeyboardInterrupt:
        print("\nwire: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (AppError, CommandError, OSError) as error:
        print(f"wire: {sentence_of(error, from_azd=options.from_azd)}", file=sys.stderr)
        if not options.from_azd:
            return _exit_status(error)
        print(f"The app is deployed. To lead a number to it, mend this and run: {AZD}")
        return 0


async def _with_clients(options: Options) -> int:
    values = (
        {**os.environ, **{name: value for name, value in azd_values().items() if value}}
        if options.from_azd
        else read_settings(os.environ, root=ROOT, file=options.settings)
    )
    clients = Clients(values, SystemClock())
    try:
        clients.settings.require(*clients.settings.rest_secrets)
        numbers = Numbers(clients.account())
        if options.undo:
            return await _undo(options, numbers, *_number(options, clients))
        return await _wire(options, numbers, clients)
    finally:
        await clients.close()


async def _wire(options: Options, numbers: Numbers, clients: Clients) -> int:
    settings = clients.settings
    digits, name = _number(options, clients)
    url = options.url or settings.public_url or _url_of_azd(options)
    app = App.at(url, ROOT, has_local_stack=bool(settings.local_stack_url))
    addresses = wanted(options, app)
    number = await numbers.find(digits, name)
    if options.from_azd:
        # What leads to this app already was chosen by somebody.
        addresses = {p: a for p, a in addresses.items() if not app.has(number.addresses[p].url)}
    changes = _differences(number, addresses)
    _check_fallbacks({**number.addresses, **changes})
    show(name, number, changes)
    notes = [*number.notes, *_not_undone(number, changes)]
    if Place.TEXTS in changes:
        notes.append(await numbers.service_of(number))
    for note in filter(None, notes):
        print(f"note: {note}")
    status = await _apply(options, numbers, number, changes)
    if status == 0 and not {**number.addresses, **changes}[Place.CALLS_FALLBACK].url:
        print("No fallback for calls: docs/fallback.md says how callers never hear an error.")
    return status


async def _undo(options: Options, numbers: Numbers, digits: str, name: str) -> int:
    number = await numbers.find(digits, name)
    memory = Memory(options.memory, number)
    before, unknown = memory.last()
    changes = _differences(number, before)
    show(name, number, changes)
    for place in unknown:
        print(f"note: the address of {place.label} held a secret and was not written down")
    status = await _apply(options, numbers, number, changes, remember=False)
    if status == 0 and not options.dry_run:
        memory.forget()
        if not unknown:
            print("What was there before is there again.")
    return status


async def _apply(
    options: Options,
    numbers: Numbers,
    number: Number,
    changes: Addresses,
    *,
    remember: bool = True,
) -> int:
    """Ask, change and verify; return the exit status."""
    if not changes:
        print("Nothing to change.")
        return 0
    if options.dry_run:
        print("Nothing was changed: --dry-run.")
        return 0
    if not (options.yes or agrees()):
        print("Nothing was changed." + (f" To be asked again: {AZD}" if options.from_azd else ""))
        return 0 if options.from_azd else 1
    memory = Memory(options.memory, number)
    if remember:
        memory.remember({place: number.addresses[place] for place in changes}, datetime.now(UTC))
    try:
        now = await numbers.change(number, changes)
    except TwilioRefusedError:
        if remember:
            memory.forget()
        raise
    status = _verify(now, changes)
    if status == 0 and remember:
        print("Done, and read back from Twilio. To put back what was there: --undo")
    return status


def _verify(now: Number, changes: Addresses) -> int:
    wrong = _differences(now, changes)
    for place in wrong:
        print(f"{place.label}: Twilio now has {text_of(now.addresses[place])}", file=sys.stderr)
    return 1 if wrong else 0


def _differences(number: Number, addresses: Addresses) -> Addresses:
    return {p: a for p, a in addresses.items() if not a.is_same(number.addresses[p])}


def _not_undone(number: Number, changes: Addresses) -> list[str]:
    """What the user has to know before a yes: these addresses are kept nowhere."""
    return [
        f"the address of {place.label} holds a secret; --undo cannot put it back"
        for place in changes
        if has_secret(number.addresses[place].url)
    ]


def _check_fallbacks(addresses: Addresses) -> None:
    """Twilio refuses a fallback without an address that it is for (error 21405)."""
    for place, fallback, option in (
        (Place.CALLS, Place.CALLS_FALLBACK, "--voice"),
        (Place.TEXTS, Place.TEXTS_FALLBACK, "--text"),
    ):
        if addresses[fallback].url and not addresses[place].url:
            raise CommandError(
                f"a fallback needs something to fall back from: add {option}", exit_status=2
            )


def _number(options: Options, clients: Clients) -> tuple[str, str]:
    """The number that is meant, as E.164, and how to show it: only who typed it sees it whole."""
    settings = clients.settings
    if options.number is not None:
        digits = parse_number(options.number, region=settings.default_region, field="number")
        return digits, digits
    if not settings.from_number:
        raise CommandError(
            "which number? Give it as in: python3 dev.py wire +12025550100, or set "
            "TWILIO_FROM_NUMBER. Without one yet: buy it in Twilio's console",
            exit_status=2,
        )
    if not E164.fullmatch(settings.from_number):
        raise CommandError("TWILIO_FROM_NUMBER is a short code or a name, which nobody can call")
    return settings.from_number, str(masked(settings.from_number))


def _url_of_azd(options: Options) -> str:
    """The app's address as azd knows it; raise CommandError when it does not."""
    values = {} if options.from_azd else azd_values()
    if values.get("PUBLIC_URL"):
        return values["PUBLIC_URL"]
    raise CommandError(
        "where is the app? Give its address as in: --url https://….azurewebsites.net",
        exit_status=2,
    )


def _exit_status(error: Exception) -> int:
    if isinstance(error, CommandError):
        return error.exit_status
    return 2 if isinstance(error, InvalidRequestError) else 1


if __name__ == "__main__":
    sys.exit(main())
