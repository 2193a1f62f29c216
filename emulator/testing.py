"""The local stack for tests: start it, send requests, be the person with the phone, move the clock.

stack = LocalStack.start()
sid = stack.text("Hello")                   # somebody texts the line
stack.advance(1)                            # a second passes on the manual clock
assert stack.texts()[-1]["body"] == "You wrote: Hello"
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import requests
from twilio.request_validator import RequestValidator

from emulator.local_values import ACCOUNT_SID, AUTH_TOKEN, FUNCTION_KEY, HANDSETS, LINE

HANDSET = HANDSETS[0]
ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_S = 20
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


class LocalStack:
    """A running local stack. Its clock stands still unless it was started with another one."""

    def __init__(
        self, process: subprocess.Popen[str], functions_url: str, emulator_url: str
    ) -> None:
        self.process = process
        self.functions_url = functions_url
        self.emulator_url = emulator_url
        self.http = requests.Session()
        self.http.trust_env = False

    @classmethod
    def start(cls, root: Path = ROOT, *, clock: str = "manual") -> Self:
        """Start it on free ports and wait for the functions; raise RuntimeError without them."""
        command = [sys.executable, "-m", "emulator", "--root", str(root), "--clock", clock]
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*command, "--port", "0", "--phone-port", "0"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        seen = ""
        for line in process.stdout or ():
            seen += line
            addresses = re.search(r"Phone +(\S+) .*\n +Functions +(http://[^/\s]+)", seen)
            if addresses:
                return cls(process, addresses[2], addresses[1])
        process.wait()
        raise RuntimeError(f"the local stack did not start:\n{seen}")

    def stop(self) -> None:
        """End the stack and wait for it."""
        self.http.close()
        self.process.terminate()
        self.process.wait(TIMEOUT_S)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def reset(self) -> None:
        """Return to the state of a fresh start."""
        self.world("reset")

    # the app, as its callers see it

    def function(
        self, name: str, body: Any = None, *, method: str = "POST", **headers: str
    ) -> requests.Response:
        """Call a function with the function key; `body` becomes JSON."""
        return self.http.request(
            method,
            f"{self.functions_url}/api/{name}",
            json=body,
            headers={"x-functions-key": FUNCTION_KEY, **headers},
            timeout=TIMEOUT_S,
        )

    def webhook(self, address: str, fields: Mapping[str, str] | None = None) -> requests.Response:
        """Post a form to a function as Twilio would: signed. `address` may carry a query."""
        url = f"{self.functions_url}/api/{address}"
        form = dict(fields or {})
        signature = RequestValidator(AUTH_TOKEN).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
        return self.http.post(url, data=urlencode(form), headers=headers, timeout=TIMEOUT_S)

    # Twilio's REST API

    def rest(self, method: str, path: str, form: object = None) -> requests.Response:
        """Ask the emulated Twilio; `path` is what comes after the account, e.g. "Messages.json"."""
        url = f"{self.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/{path}"
        credentials = (ACCOUNT_SID, AUTH_TOKEN)
        return self.http.request(method, url, data=form, auth=credentials, timeout=TIMEOUT_S)  # pyright: ignore[reportArgumentType]

    def place_call(self, twiml: str = "", **parameters: str) -> str:
        """Place a call from the line to the handset through Twilio's API; return its SID."""
        form = {"To": HANDSET, "From": LINE, **({"Twiml": twiml} if twiml else {}), **parameters}
        answer = self.rest("POST", "Calls.json", form)
        answer.raise_for_status()
        return answer.json()["sid"]

    # the person with the phone

    def world(self, path: str, body: Any = None) -> Any:
        """Post to /emulator/...; return the decoded answer."""
        url = f"{self.emulator_url}/emulator/{path}"
        answer = self.http.post(url, json=body if body is not None else {}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def look(self, path: str) -> Any:
        """Get from /emulator/...; return the decoded answer."""
        answer = self.http.get(f"{self.emulator_url}/emulator/{path}", timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def text(self, body: str, sender: str = HANDSET) -> str:
        """Text the line; return the SID."""
        return self.world("texts", {"from": sender, "to": LINE, "body": body})["sid"]

    def ring(self, caller: str = HANDSET) -> str:
        """Call the line; return the SID."""
        return self.world("calls", {"from": caller, "to": LINE})["sid"]

    def answer(self, sid: str) -> None:
        """Pick up a handset that rings."""
        self.world(f"calls/{sid}/answer")

    def press(self, sid: str, digits: str) -> None:
        """Press keys in a call."""
        self.world(f"calls/{sid}/keys", {"digits": digits})

    def texts(self, number: str = HANDSET) -> list[dict[str, Any]]:
        """Return the texts on a handset, oldest first."""
        return self.look(f"handsets/{number}")["texts"]

    def call(self, sid: str) -> dict[str, Any]:
        """Return a call with its timeline."""
        return self.look(f"calls/{sid}")

    def heard(self, sid: str) -> list[str]:
        """Return what was said in a call."""
        return [entry["text"] for entry in self.call(sid)["timeline"] if entry["name"] == "Say"]

    def webhooks(self, sid: str) -> list[dict[str, Any]]:
        """Return the requests that Twilio made for a text or call."""
        return self.look(f"webhooks?sid={sid}")

    def alerts(self) -> list[dict[str, Any]]:
        """Return what Twilio's debugger would show."""
        return self.look("alerts")

    # time

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, with all that happens in them."""
        self.world("clock/advance", {"seconds": seconds})


def running(root: Path = ROOT) -> Iterator[LocalStack]:
    """Yield a stack and stop it afterwards; the body of a pytest fixture."""
    stack = LocalStack.start(root)
    try:
        yield stack
    finally:
        stack.stop()
