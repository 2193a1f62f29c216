"""Change the addresses of a number: show, ask, save the old ones, change, read back."""

import sys
from datetime import UTC, datetime
from typing import Protocol

from commands import by_get
from commands.errors import CommandError
from commands.wire.memory import Memory
from commands.wire.number import Addresses, Number, Numbers, Place
from commands.wire.options import AZD, Options, wanted
from commands.wire.screen import agrees, show, text_of
from commands.wire.web_addresses import App, has_secret
from shared.errors import TwilioRefusedError


class Changeable(Protocol):
    """Changes the addresses of a number, or of something else that has some."""

    async def change(self, number: Number, changes: Addresses) -> Number:
        """Change some addresses; return what Twilio has now."""
        ...


async def wire(options: Options, numbers: Numbers, digits: str, name: str, app: App) -> int:
    """Point the number `digits`, shown as `name`, at the app as requested; return the exit status.

    Raise CommandError if that is impossible, and the errors of Numbers.
    """
    addresses = wanted(options, app)
    number = await numbers.find(digits, name)
    if options.from_azd:
        # Keep addresses that already point to this app: they were chosen on purpose.
        addresses = {p: a for p, a in addresses.items() if not app.has(number.addresses[p].url)}
    changes = differences(number, addresses)
    _check_fallbacks({**number.addresses, **changes})
    show(name, number, changes)
    notes = [*number.notes, *_not_undone(number, changes), *_by_get(number, changes, app)]
    if Place.TEXTS in changes:
        notes.append(await numbers.service_of(number))
    for note in filter(None, notes):
        print(f"note: {note}")
    status = await apply_changes(options, numbers, number, changes)
    if status == 0 and not {**number.addresses, **changes}[Place.CALLS_FALLBACK].url:
        print(
            "Calls have no fallback, so callers may hear an error. To set one, see "
            "docs/operate/running.md#when-the-app-cant-answer."
        )
    return status


async def undo(options: Options, numbers: Numbers, digits: str, name: str) -> int:
    """Restore the addresses that the last change replaced; return the exit status."""
    return await restore(options, numbers, await numbers.find(digits, name), name)


async def restore(options: Options, numbers: Changeable, number: Number, name: str) -> int:
    """Restore what the last change of `number`, shown as `name`, replaced."""
    memory = Memory(options.memory, number)
    before, unknown = memory.last()
    changes = differences(number, before)
    show(name, number, changes)
    for place in unknown:
        print(f"note: the old URL for {place.label} was not saved because it contains a secret")
    status = await apply_changes(options, numbers, number, changes, remember=False)
    if status == 0 and not options.dry_run:
        memory.forget()
        if not unknown:
            print("Restored the previous URLs.")
    return status


async def apply_changes(
    options: Options,
    numbers: Changeable,
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
        print("Dry run: nothing was changed.")
        return 0
    if not (options.yes or agrees()):
        print("Nothing was changed." + (f" To try again: {AZD}" if options.from_azd else ""))
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
        option = "--browser-calls --undo" if options.browser_calls else "--undo"
        print(f"Done, and confirmed with Twilio. To undo this change: {option}")
    return status


def _verify(now: Number, changes: Addresses) -> int:
    wrong = differences(now, changes)
    for place in wrong:
        print(f"{place.label}: Twilio now has {text_of(now.addresses[place])}", file=sys.stderr)
    return 1 if wrong else 0


def differences(number: Number, addresses: Addresses) -> Addresses:
    """Return the addresses that the number doesn't have yet."""
    return {p: a for p, a in addresses.items() if not a.is_same(number.addresses[p])}


def _not_undone(number: Number, changes: Addresses) -> list[str]:
    """Return warnings about addresses that cannot be restored."""
    return [
        f"the URL for {place.label} contains a secret, so --undo can't restore it"
        for place in changes
        if has_secret(number.addresses[place].url)
    ]


def _by_get(number: Number, changes: Addresses, app: App) -> list[str]:
    """Return warnings about addresses of this app that keep using GET."""
    after = {**number.addresses, **changes}
    calls, texts = after[Place.CALLS], after[Place.TEXTS]
    return [
        f"{kind} arrive {by_get.loss(kind)}. To change this, {by_get.cure(kind)}"
        for kind, address in (("calls", calls), ("texts", texts))
        if address.method == "GET" and app.has(address.url)
    ]


def _check_fallbacks(addresses: Addresses) -> None:
    """Raise CommandError for a fallback without a primary URL, which Twilio rejects (21405)."""
    for place, fallback, option in (
        (Place.CALLS, Place.CALLS_FALLBACK, "--voice"),
        (Place.TEXTS, Place.TEXTS_FALLBACK, "--text"),
    ):
        if addresses[fallback].url and not addresses[place].url:
            raise CommandError(f"a fallback needs a primary URL, too; add {option}", exit_status=2)
