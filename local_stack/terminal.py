"""The terminal output of the local stack."""

import deskphone
from deskphone import terminal
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE
from local_stack.folder import TEXT_FUNCTION, VOICE_FUNCTION, AppFolder
from local_stack.supervision.supervisor import HostState
from local_stack.values import FUNCTION_KEY

OURS = "Nothing here reaches the real Twilio or Azure."
OTHERS = "This app's own settings count, so it can reach real services."


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
            self.print(f"Functions running{again}: {', '.join(host.functions) or 'none'}")
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

    def welcome(self, functions: str, phone: str, folder: AppFolder) -> None:
        """Print all addresses, given the URLs of the functions and of the page."""
        self.print(
            f"""
  Phone      {phone}   open this in your browser
  Functions  {functions}/...
{_commands(functions, folder)}
  Line       {LINE}   the app's number; the handsets are {", ".join(HANDSETS)}{_advice(folder)}
  Account    {ACCOUNT_SID}   function key: {FUNCTION_KEY}
  Token      {AUTH_TOKEN}
  Versions   {_versions(folder)}

  {OURS if folder.is_ours else OTHERS} Ctrl-C stops everything.
"""
        )


def _versions(folder: AppFolder) -> str:
    """Return the version of the app, if it states one, and of deskphone."""
    name = "Switchboard" if folder.is_ours else folder.name
    own = [f"{name} {folder.version}"] if folder.version else []
    return ", ".join([*own, f"deskphone {deskphone.__version__}"])


def _commands(functions: str, folder: AppFolder) -> str:
    """Return lines with commands for this project's functions, or with the app's own URLs."""
    lines = ""
    if folder.has("SendSms"):
        lines += "\n" + _command("Text it", f"{functions}/SendSms", ',"body":"Hello"')
    if folder.has("PlaceCall"):
        lines += _command("Call it", f"{functions}/PlaceCall", "")
    if not folder.is_ours:
        for methods, route in folder.endpoints:
            lines += f"             {methods or 'any method':12} {functions}/{route}\n"
        if folder.called:
            names = ", ".join(folder.called)
            lines += (
                f"  Run now    {names}: POST {_origin(functions)}/admin/functions/NAME with the\n"
            )
            lines += f"             header x-functions-key: {FUNCTION_KEY} and the JSON body {{}}\n"
    return lines


def _command(title: str, url: str, more: str) -> str:
    """Return the lines of a command that sends a handset's number, and `more`, to a URL."""
    return (
        f"  {title}    curl -X POST {url} -H 'x-functions-key: {FUNCTION_KEY}' \\\n"
        f'                  -d \'{{"to":"{HANDSETS[0]}"{more}}}\'\n'
    )


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _advice(folder: AppFolder) -> str:
    """Return a line about the app's number if no function of this project handles it."""
    if folder.has(VOICE_FUNCTION) or folder.has(TEXT_FUNCTION):
        return ""
    return "\n             Set the URLs for its calls and texts on the phone page, under Numbers"
