"""The history of a number's addresses, in one small file per number."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from commands.errors import CommandError
from commands.wire.number import Address, Addresses, Number, Place
from commands.wire.web_addresses import has_secret

FOLDER = ".wire"
MAX_CHANGES = 20


class Memory:
    """The changes of one number, the latest last. Secrets are never saved."""

    def __init__(self, folder: Path, number: Number) -> None:
        self._path = folder / f"{number.sid}.json"

    def remember(self, before: Addresses, now: datetime) -> None:
        """Save the addresses before a change; leave out those that contain a secret."""
        kept = {
            place: None if has_secret(address.url) else address._asdict()
            for place, address in before.items()
        }
        change = {"at": now.isoformat(timespec="seconds"), "before": kept}
        self._write([*self._changes(), change][-MAX_CHANGES:])

    def last(self) -> tuple[Addresses, tuple[Place, ...]]:
        """Return what the last change replaced, and the places whose address was not saved.

        Raise CommandError if there is no change to undo.
        """
        changes = self._changes()
        if not changes:
            raise CommandError("nothing to undo for this number")
        try:
            before = {Place(name): address for name, address in changes[-1]["before"].items()}
            known = {p: Address(a["url"], a["method"]) for p, a in before.items() if a}
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._unusable() from None
        return known, tuple(place for place, address in before.items() if not address)

    def forget(self) -> None:
        """Remove the last change, after it was undone or failed."""
        changes = self._changes()[:-1]
        if changes:
            self._write(changes)
        else:
            self._path.unlink(missing_ok=True)

    def _changes(self) -> list[Any]:
        if not self._path.exists():
            return []
        try:
            document: object = json.loads(self._path.read_text("utf-8"))
        except ValueError:
            raise self._unusable() from None
        if not isinstance(document, list):
            raise self._unusable()
        return cast(list[Any], document)

    def _write(self, changes: list[Any]) -> None:
        draft = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(changes, indent=2) + "\n", "utf-8")
            draft.replace(self._path)
        except OSError as error:
            folder = self._path.parent
            raise CommandError(
                f"cannot write to {folder} ({error.strerror}), which --undo needs"
            ) from error

    def _unusable(self) -> CommandError:
        return CommandError(f"{self._path} is damaged. Delete it to start over")
