"""Terminal output: faults, alerts and rejected signatures."""

import contextlib
import sys

from deskphone.account.store import Record
from deskphone.faults.faults import Faults
from deskphone.records.history import Alert, Delivery, SignatureCheck


class Terminal:
    """Prints the changes that a person wants to know about."""

    async def faults_changed(self, faults: Faults) -> None:
        """Print which faults are on from now on."""
        names = ", ".join(str(fault) for fault in faults.on)
        self.print(f"Faults on, seed {faults.seed}: {names}" if names else "Faults off")

    def record_changed(self, _: str, record: Record | None) -> None:
        """Print what went wrong: an alert, or a signature that the app rejected."""
        if isinstance(record, Alert):
            self.alert(record)
        elif isinstance(record, Delivery) and record.signature and record.signature.reason:
            self.refused_signature(record, record.signature)

    def alert(self, alert: Alert) -> None:
        """Print what went wrong in a text or call; the page shows it in context."""
        number = f"Twilio {alert.level} {alert.code}" if alert.code else "Emulator"
        self.print(f"{number}: {alert.message} {alert.resource_sid}".rstrip())

    def refused_signature(self, delivery: Delivery, check: SignatureCheck) -> None:
        """Print step by step why the app rejected a signature; the page also shows the URLs.

        If the app gives no reason, it may have refused for another cause, which only the page
        shows.
        """
        marks = {True: "same", False: "DIFFERS", None: "?"}
        lines = [f"  {step.name:<9} {marks[step.agrees]:<8} {step.text}" for step in check.steps]
        heading = (
            f"Signature rejected ({delivery.purpose}, {delivery.resource_sid}): {check.reason}"
        )
        self.print("\n".join([heading, *lines, f"  What to do: {check.advice}"]))

    @staticmethod
    def print(text: str) -> None:
        """Print the text; ignore a closed terminal, and escape characters that it can't show."""
        encoding = sys.stdout.encoding or "utf-8"
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(
                _plain(f"{text}\n").encode(encoding, "backslashreplace").decode(encoding)
            )
            sys.stdout.flush()


def _plain(text: str) -> str:
    """Escape control characters: alerts contain text from the app."""
    return "".join(
        one if one.isprintable() or one in "\n\t" else ascii(one).strip("'") for one in text
    )
