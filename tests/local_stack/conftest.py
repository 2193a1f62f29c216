"""App folders and hosts for tests: real processes, called over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from deskphone.ports import listen, port_of
from local_stack.host.addresses import FINISH, LOOPBACK
from local_stack.supervision.host_process import PROJECT
from local_stack.values import FUNCTION_KEY

TIME_LIMIT_S = 10.0
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """A host's response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        """Return the decoded JSON body."""
        return json.loads(self.body)


class AppFolder:
    """An app folder for a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("host.json", '{"version": "2.0"}')

    def write(self, name: str, content: str) -> None:
        """Write a file atomically, like an editor that renames."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".draft")
        draft.write_text(content, "utf-8")
        draft.replace(path)

    def add(
        self,
        name: str,
        code: str,
        trigger: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> None:
        """Add a function. `trigger` changes its binding, `others` are entries of function.json."""
        binding = {"type": "httpTrigger", "direction": "in", "name": "req", **(trigger or {})}
        binding.setdefault("authLevel", "anonymous")
        answer = {"type": "http", "direction": "out", "name": "$return"}
        document = {"bindings": [binding, answer], **others}
        self.write(f"{name}/function.json", json.dumps(document))
        self.write(f"{name}/__init__.py", f"import azure.functions as func\n{code}")


class RunningHost:
    """A host process on its own port."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """Start the host; requests wait until it is up."""
        self._listener = listen(0)
        self.port = port_of(self._listener)
        fd = self._listener.fileno()
        command = [sys.executable, "-m", "local_stack.host", "--root", str(root), "--fd", str(fd)]
        self.process = subprocess.Popen(
            [*command, "--function-key", FUNCTION_KEY],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[fd],
        )
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read_output)
        self._reader.start()

    def _read_output(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self._lines.append(line.decode("utf-8", "replace"))
                self._news.notify_all()

    def wait_for_output(self, text: str) -> str:
        """Wait until the host prints `text`; return all output."""
        with self._news:
            if not self._news.wait_for(lambda: text in "".join(self._lines), TIME_LIMIT_S):
                raise AssertionError(f"{text!r} was not printed, but: {''.join(self._lines)}")
            return "".join(self._lines)

    def ask(
        self, method: str, target: str, headers: Headers = (), body: bytes | None = None
    ) -> Answer:
        """Send one request exactly as given, plus a Content-Length for a body."""
        lines = [f"{method} {target} HTTP/1.1", "Connection: close"]
        if not any(name.lower() == "host" for name, _ in headers):
            lines.append(f"Host: {LOOPBACK}:{self.port}")
        lines += [f"{name}: {value}" for name, value in headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        return self.send("\r\n".join([*lines, "", ""]).encode() + (body or b""), method)

    def get(self, target: str, headers: Headers = ()) -> Answer:
        """Send a GET request."""
        return self.ask("GET", target, headers)

    def connect(self) -> socket.socket:
        """Return a connection to the host."""
        return socket.create_connection((LOOPBACK, self.port), timeout=TIME_LIMIT_S)

    def send(self, request: bytes, method: str = "GET") -> Answer:
        """Send bytes and read one answer."""
        with self.connect() as connection:
            connection.sendall(request)
            with closing(HTTPResponse(connection, method=method)) as response:
                response.begin()
                return Answer(response.status, response.getheaders(), response.read())

    def begin_finish(self) -> None:
        """Let the host finish requests in flight, like the emulator when a file changes."""
        assert self.process.stdin is not None
        os.write(self.process.stdin.fileno(), FINISH)

    def begin_stop(self) -> None:
        """Close the host's standard input, like the emulator when it stops or dies."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        """Return the exit status."""
        return self.process.wait(TIME_LIMIT_S)

    def close(self) -> None:
        """Stop the host in any state."""
        self.begin_stop()
        try:
            self.process.wait(TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        self._listener.close()


MakeAppFolder = Callable[[Path], AppFolder]
RunHost = Callable[..., AbstractContextManager[RunningHost]]


@contextmanager
def running_host(
    root: Path, environment: Mapping[str, str] | None = None
) -> Generator[RunningHost]:
    """Run a host for the app in `root` inside the context."""
    host = RunningHost(root, environment or {})
    try:
        yield host
    finally:
        host.close()


@pytest.fixture(scope="session")
def run_host() -> RunHost:
    """Runs a host for an app folder, with optional environment variables, in a `with`."""
    return running_host


@pytest.fixture(scope="session")
def app_folder() -> MakeAppFolder:
    """Turns a folder into an app folder."""
    return AppFolder


@pytest.fixture
def app(tmp_path: Path) -> AppFolder:
    """An empty app folder, for a test's own host."""
    root = tmp_path / "app"
    root.mkdir()
    return AppFolder(root)
