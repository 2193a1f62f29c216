"""The terminal output of the local stack."""

from deskphone import terminal
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE
from local_stack.supervision.supervisor import HostState
from local_stack.values import FUNCTION_KEY


class Terminal(terminal.Terminal):
    """Prints the welcome message and changes of the host's state."""

    def __init__(self) -> None:
        self._state = ""

    def host_changed(self, host: HostState) -> None:
        """Print a change of the host's state."""
        changed, self._state = host.state != self._state, host.state
        if not changed and host.reason:
            self.print(f"Functions: {host.reason}")
        elif host.state == "running":
            again = f" again ({host.reason})" if host.reason else ""
            self.print(f"Functions running{again}: {', '.join(host.functions)}")
        elif host.state == "failed":
            self.print(f"Functions not running: {host.reason}")
        elif host.reason:
            self.print(f"Functions restarting: {host.reason}")
        for function, reason in host.errors:
            if function:  # errors of the whole app are in the reason above
                self.print(f"  {function} did not load: {reason}")
        if changed:
            for warning in host.warnings:
                self.print(f"  {warning}")

    def welcome(self, functions: str, phone: str) -> None:
        """Print all addresses, given the URLs of the functions and of the page."""
        self.print(
            f"""
  Phone      {phone}   open this in your browser
  Functions  {functions}/...

  Text it    curl -X POST {functions}/SendSms -H 'x-functions-key: {FUNCTION_KEY}' \\
                  -d '{{"to":"{HANDSETS[0]}","body":"Hello"}}'
  Call it    curl -X POST {functions}/PlaceCall -H 'x-functions-key: {FUNCTION_KEY}' \\
                  -d '{{"to":"{HANDSETS[0]}"}}'

  Line       {LINE}   the app's number; the handsets are {", ".join(HANDSETS)}
  Account    {ACCOUNT_SID}   function key: {FUNCTION_KEY}
  Token      {AUTH_TOKEN}

  Nothing here reaches the real Twilio or Azure. Ctrl-C stops everything.
"""
        )
