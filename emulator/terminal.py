"""What the terminal shows of the local stack."""

import sys

from emulator.local_values import ACCOUNT_SID, AUTH_TOKEN, FUNCTION_KEY, HANDSETS, LINE
from emulator.supervision.supervisor import HostState


class Terminal:
    """Prints the welcome once and then every change of the host."""

    def __init__(self, answers_url: str, phone_url: str) -> None:
        self._answers_url = answers_url
        self._phone_url = phone_url
        self._welcomed = False

    def host_changed(self, host: HostState) -> None:
        """Print what a person wants to know of this change."""
        if host.state == "running":
            again = f" again ({host.reason})" if host.reason else ""
            self._print(f"Functions run{again}: {', '.join(host.functions)}")
            self._welcome()
        elif host.state == "failed":
            self._print(f"Functions do not run: {host.reason}")
            self._welcome()
        elif host.reason:
            self._print(f"Functions restart: {host.reason}")
        for function, reason in host.errors:
            self._print(f"  {function} did not load: {reason}")

    def _welcome(self) -> None:
        if self._welcomed:
            return
        self._welcomed = True
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
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
