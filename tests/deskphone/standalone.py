"""A running `python -m deskphone`."""

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN
from tests.deskphone.http_interface import check

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 20


@dataclass
class Standalone:
    """The process, its URL, and an HTTP client."""

    process: subprocess.Popen[str]
    url: str
    http: requests.Session

    def world(self, path: str, body: Any = None, method: str = "POST") -> requests.Response:
        """Make a request below /emulator/v1/ with a JSON body; check it against its document."""
        url = f"{self.url}/emulator/v1/{path}"
        response = self.http.request(method, url, json=body or {}, timeout=TIMEOUT_S)
        check(method, path, body or {}, response)
        return response

    def rest(self, method: str, path: str, form: Any = None) -> requests.Response:
        """Make a request to the REST API; `path` is the part after the account."""
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT_SID}/{path}"
        password = (ACCOUNT_SID, AUTH_TOKEN)
        return self.http.request(method, url, data=form, auth=password, timeout=TIMEOUT_S)


@contextmanager
def running(clock: str = "manual") -> Generator[Standalone]:
    """Run it on a free port, and kill it at the end."""
    command = [sys.executable, "-m", "deskphone", "--port", "0", "--clock", clock]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            url = next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))
            with requests.Session() as http:
                http.trust_env = False
                yield Standalone(process, url, http)
        finally:
            process.kill()  # or a failing test would wait for it forever
