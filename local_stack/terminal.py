"""What the terminal shows of the local stack."""

import contextlib
import sys

from deskphone.faults.faults import Faults
from deskphone.records.history import Alert, Delivery
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE
from local_stack.supervision.supervisor import HostState
from local_stack.values import FUNCTION_KEY


class Terminal:
    """Prints the welcome, every change of the host and of the faults, and every alert."""

    def __init__(self, answers_url: str, phone_url: str) -> None:
        self._answers_url = answers_url
        self._phone_url = phone_url
        self._state = ""

    def host_changed(self, host: HostState) -> None:
        """Print what a person wants to know of this change."""
        changed, self._state = host.state != self._state, host.state
        if not changed and host.reason:
            self._print(f"Functions: {host.reason}")
        elif host.state == "running":
            again = f" again ({host.reason})" if host.reason else ""
            self._print(f"Functions run{again}: {', '.join(host.functions)}")
        elif host.state == "failed":
            self._print(f"Functions do not run: {host.reason}")
        elif host.reason:
            self._print(f"Functions restart: {host.reason}")
        for function, reason in host.errors:
            if function:  # what concerns the whole app is the reason above
                self._print(f"  {function} did not load: {reason}")

    def faults_changed(self, faults: Faults) -> None:
        """Print what is broken on purpose from now on."""
        names = ", ".join(str(fault) for fault in faults.on)
        self._print(f"Faults on, seed {faults.seed}: {names}" if names else "Faults off")

    def alert(self, alert: Alert) -> None:
        """Print what went wrong in a text or call; the page shows it in its place."""
        number = f"Twilio {alert.level} {alert.code}" if alert.code else "Not emulated"
        self._print(f"{number}: {alert.message} {alert.resource_sid}".rstrip())

    def refused_signature(self, delivery: Delivery) -> None:
        """Print step by step why the app refused a signature; the page shows the URLs, too.

        An app that gives no reason may have refused something else; that is for the page.
        """
        check = delivery.signature
        if check is None or not check.reason:
            return
        marks = {True: "same", False: "DIFFERS", None: "?"}
        lines = [f"  {step.name:<9} {marks[step.agrees]:<8} {step.text}" for step in check.steps]
        heading = f"Refused ({delivery.purpose}, {delivery.resource_sid}): {check.reason}"
        self._print("\n".join([heading, *lines, f"  What to do: {check.advice}"]))

    def welcome(self) -> None:
        """Print where everything is."""
        functions = self._answers_url
        self._print(
            f"""
  Phone      {self._phone_url}   open it in a browser
  Functions  {functions}/...

  Text it    curl -X POST {functions}/SendSms -H 'x-functions-key: {FUNCTION_KEY}' \\
                  -d '{{"to":"{HANDSETS[0]}","body":"Hello"}}'
  Ring it    curl -X POST {functions}/PlaceCall -H 'x-functions-key: {FUNCTION_KEY}' \\
                  -d '{{"to":"{HANDSETS[0]}"}}'

  Line       {LINE}   the app's own number; people have {", ".join(HANDSETS)}
  Account    {ACCOUNT_SID}   function key: {FUNCTION_KEY}
  Token      {AUTH_TOKEN}

  Nothing here reaches the real Twilio or Azure. Ctrl-C stops everything.
"""
        )

    @staticmethod
    def _print(text: str) -> None:
        """Print it; a terminal that is gone, or cannot show a character, stops no call."""
        encoding = sys.stdout.encoding or "utf-8"
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(
                _plain(f"{text}\n").encode(encoding, "backslashreplace").decode(encoding)
            )
            sys.stdout.flush()


def _plain(text: str) -> str:
    """Write out what would steer the terminal: the app's answers stand in alerts."""
    return "".join(
        one if one.isprintable() or one in "\n\t" else ascii(one).strip("'") for one in text
    )
