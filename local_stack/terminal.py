"""What the terminal shows of the local stack."""

from deskphone import terminal
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE
from local_stack.supervision.supervisor import HostState
from local_stack.values import FUNCTION_KEY


class Terminal(terminal.Terminal):
    """Prints the welcome and every change of the host, too."""

    def __init__(self) -> None:
        self._state = ""

    def host_changed(self, host: HostState) -> None:
        """Print what a person wants to know of this change."""
        changed, self._state = host.state != self._state, host.state
        if not changed and host.reason:
            self.print(f"Functions: {host.reason}")
        elif host.state == "running":
            again = f" again ({host.reason})" if host.reason else ""
            self.print(f"Functions run{again}: {', '.join(host.functions)}")
        elif host.state == "failed":
            self.print(f"Functions do not run: {host.reason}")
        elif host.reason:
            self.print(f"Functions restart: {host.reason}")
        for function, reason in host.errors:
            if function:  # what concerns the whole app is the reason above
                self.print(f"  {function} did not load: {reason}")

    def welcome(self, functions: str, phone: str) -> None:
        """Print where everything is, by the URL of the functions' answers and that of the page."""
        self.print(
            f"""
  Phone      {phone}   open it in a browser
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
