"""A second instance of the functions, with the same public address and ledger."""

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import requests

from deskphone.ports import listen, port_of
from local_stack.supervision.host_environment import host_environment
from local_stack.supervision.host_process import PROJECT, HostProcess, start_host
from local_stack.testing.output import TIMEOUT_S
from local_stack.values import FUNCTION_KEY, host_settings


class SecondHost(NamedTuple):
    """Another host at `url`; its status reports and webhooks go to the first one.

    `pid` is its process id, for signals.
    """

    url: str
    pid: int
    http: requests.Session

    def function(self, name: str, body: Any = None, **headers: str) -> requests.Response:
        """Post to a function with the function key; `body` becomes JSON."""
        return self.http.post(
            f"{self.url}/api/{name}",
            data=json.dumps(body),
            headers={
                "Content-Type": "application/json",
                "x-functions-key": FUNCTION_KEY,
                **headers,
            },
            timeout=TIMEOUT_S,
        )


@contextmanager
def second_host(
    functions_url: str, emulator_url: str, environment: Mapping[str, str]
) -> Generator[SecondHost]:
    """Start another host for the stack; kill it at the end.

    Its PUBLIC_URL is the first host's, like several instances behind one name. It calls Twilio on
    the emulator's main port, so the fault of an unreachable Twilio doesn't affect it.
    """
    with listen(0) as listener:
        port = port_of(listener)
        settings = host_settings(functions_url, emulator_url)
        host = start_host(
            root=PROJECT,
            listener=listener,
            port=port,
            environment=host_environment({**os.environ, **environment}, PROJECT, settings, ""),
            function_key=FUNCTION_KEY,
        )
        try:
            with requests.Session() as http:
                http.trust_env = False
                yield SecondHost(f"http://127.0.0.1:{port}", host.pid, http)
        finally:
            _kill(host)


def _kill(host: HostProcess) -> None:
    """Kill the process without notice, as Azure sometimes does."""
    host.process.kill()
    host.begin_stop()
    host.process.wait(TIMEOUT_S)
