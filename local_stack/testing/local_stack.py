"""A running local stack for tests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import requests

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE, LINE_SID
from deskphone.webhooks.signing import signature
from local_stack.testing.faults import Fault, FaultsOn, auth_token_of
from local_stack.testing.output import TIMEOUT_S, Output
from local_stack.testing.second_host import SecondHost, second_host
from local_stack.values import FUNCTION_KEY

HANDSET = HANDSETS[0]
ROOT = Path(__file__).resolve().parents[2]
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


class LocalStack:
    """A running local stack. Its clock is manual by default."""

    def __init__(self, process: subprocess.Popen[str], output: Output) -> None:
        self.process = process
        self.output = output
        self.functions_url, self.emulator_url = output.addresses()
        self.auth_token = AUTH_TOKEN
        self.http = requests.Session()
        self.http.trust_env = False

    @classmethod
    def start(
        cls,
        root: Path = ROOT,
        *,
        clock: str = "manual",
        environment: Mapping[str, str] | None = None,
        settings_file: str = "",
    ) -> Self:
        """Start it on free ports and wait for the functions; raise RuntimeError without them.

        Ignores local.settings.json, so that tests behave the same on every machine. `environment`
        overrides the process's variables, and a `settings_file`, which is read each time the
        functions start, overrides both.
        """
        command = [sys.executable, "-m", "local_stack", "--root", str(root), "--clock", clock]
        command += ["--settings", settings_file]
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*command, "--port", "0", "--phone-port", "0"],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        return cls(process, Output(process))

    def stop(self) -> None:
        """Stop the stack and wait for it."""
        self.http.close()
        self.process.terminate()
        self.process.wait(TIMEOUT_S)
        self.output.close()

    def second_host(
        self, environment: Mapping[str, str] | None = None
    ) -> AbstractContextManager[SecondHost]:
        """Start another instance of the functions beside the first, in a `with` statement.

        Both share the emulator and its data, including the ledger.
        """
        return second_host(self.functions_url, self.emulator_url, environment or {})

    def reset(self) -> None:
        """Reset the state; the functions keep running."""
        self.world("reset")
        self.auth_token = AUTH_TOKEN

    # call the app

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
        """Post a signed form to a function, like Twilio. `address` may carry a query."""
        url = f"{self.functions_url}/api/{address}"
        form = dict(fields or {})
        signed = signature(self.auth_token, url, form.items())
        headers = {"X-Twilio-Signature": signed, "Content-Type": FORM}
        return self.http.post(url, data=urlencode(form), headers=headers, timeout=TIMEOUT_S)

    # Twilio's REST API

    def rest(self, method: str, path: str, form: object = None) -> requests.Response:
        """Call Twilio's API; `path` is the part after the account, e.g. "Messages.json"."""
        url = f"{self.emulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/{path}"
        credentials = (ACCOUNT_SID, self.auth_token)
        return self.http.request(method, url, data=form, auth=credentials, timeout=TIMEOUT_S)  # pyright: ignore[reportArgumentType]

    def place_call(self, twiml: str = "", **parameters: str) -> str:
        """Place a call from the line to the handset through Twilio's API; return its SID."""
        form = {"To": HANDSET, "From": LINE, **({"Twiml": twiml} if twiml else {}), **parameters}
        answer = self.rest("POST", "Calls.json", form)
        answer.raise_for_status()
        return answer.json()["sid"]

    def twiml_url(self, document: str) -> str:
        """Return a URL of TwimlEcho that responds with this document."""
        return f"{self.functions_url}/api/TwimlEcho?Twiml={quote(document, safe='')}"

    def line_answers(self, document: str) -> None:
        """Make the line answer calls with this document."""
        self.line_goes_to(VoiceUrl=self.twiml_url(document))

    def line_goes_to(self, **settings: str) -> None:
        """Change the line's number resource, e.g. VoiceUrl=..., SmsUrl=..."""
        path = f"IncomingPhoneNumbers/{LINE_SID}.json"
        self.rest("POST", path, settings).raise_for_status()

    # act as the person with the phone

    def world(self, path: str, body: Any = None) -> Any:
        """Post to /emulator/...; return the decoded response."""
        url = f"{self.emulator_url}/emulator/{path}"
        answer = self.http.post(url, json=body if body is not None else {}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def look(self, path: str) -> Any:
        """Get from /emulator/...; return the decoded response."""
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
        """Answer a ringing handset."""
        self.world(f"calls/{sid}/answer")

    def press(self, sid: str, digits: str) -> None:
        """Press keys in a call."""
        self.world(f"calls/{sid}/keys", {"digits": digits})

    def texts(self, number: str = HANDSET) -> list[dict[str, Any]]:
        """Return the texts on a handset, oldest first."""
        return self.look(f"handsets/{number}")["texts"]

    def hang_up(self, sid: str) -> None:
        """Hang up a handset."""
        self.world(f"calls/{sid}/hangup")

    def speak(self, sid: str, text: str, *, final: bool = True) -> None:
        """Say something in a call; `final` is False while the person is still speaking."""
        self.world(f"calls/{sid}/speech", {"text": text, "final": final})

    def legs(self, sid: str) -> list[str]:
        """Return the SIDs of the calls that a call dialed."""
        return [leg["sid"] for leg in self.call(sid)["legs"][1:]]

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
        """Return the alerts that Twilio's debugger would show."""
        return self.look("alerts")

    # a trial account

    def trial(
        self,
        *,
        verified: Sequence[str] = (HANDSET,),
        pending: Sequence[str] = (),
        days_left: float = 30,
    ) -> None:
        """Make the account a trial until the next reset.

        It reaches `verified` numbers; `pending` ones haven't completed verification.
        """
        body = {"verified": [*verified], "pending": [*pending], "days_left": days_left}
        url = f"{self.emulator_url}/emulator/trial"
        self.http.put(url, json=body, timeout=TIMEOUT_S).raise_for_status()

    # inject faults

    def faults(self, *faults: Fault, seed: int = 0) -> FaultsOn:
        """Inject exactly these faults; a `with` statement clears them at its end.

        The same seed (default 0) and the same requests produce the same faults.
        """
        self._switch_faults("PUT", {"seed": seed, "faults": [dict(fault) for fault in faults]})
        return FaultsOn(self._switch_faults)

    def _switch_faults(self, method: str, body: Any = None) -> Any:
        """Send a request to the faults endpoint; return the decoded response."""
        url = f"{self.emulator_url}/emulator/faults"
        answer = self.http.request(method, url, json=body, timeout=TIMEOUT_S)
        answer.raise_for_status()
        self.auth_token = auth_token_of(answer.json())
        return answer.json()

    # time

    def advance(self, seconds: float) -> None:
        """Advance the clock by some seconds and run everything due."""
        self.world("clock/advance", {"seconds": seconds})


def running(root: Path = ROOT) -> Iterator[LocalStack]:
    """Yield a stack and stop it afterwards; the body of a pytest fixture."""
    stack = LocalStack.start(root)
    try:
        yield stack
    finally:
        stack.stop()
