"""Debugging functions with .vscode/launch.json, also in restarted hosts."""

import contextlib
import json
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import requests

from commands.package.contents import app_in_folder

ROOT = Path(__file__).parents[3]
TIME_LIMIT_S = 30
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
FUNCTION = "TwimlHello/__init__.py"
LINE = "return hello()"
PORTS = ("--port", "0", "--phone-port", "0", "--settings", "")


class Session:
    """One session of the Debug Adapter Protocol; requests wait for their response."""

    def __init__(
        self, reader: IO[bytes], writer: IO[bytes], connection: socket.socket | None = None
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._writer = writer
        self._sent = 0
        self._events: defaultdict[str, queue.Queue[dict[str, Any]]] = defaultdict(queue.Queue)
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @classmethod
    def connect(cls, address: dict[str, Any]) -> "Session":
        """Open another session with a running adapter."""
        connection = socket.create_connection((address["host"], address["port"]), TIME_LIMIT_S)
        connection.settimeout(None)
        return cls(connection.makefile("rb"), connection.makefile("wb"), connection)

    def close(self) -> None:
        """Close a session with a socket, or one whose peer is gone."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIME_LIMIT_S)
        for stream in (self._reader, self._writer, self._connection):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def begin(self, command: str, configuration: dict[str, Any], breakpoint_at: Path) -> None:
        """Launch or attach, with a breakpoint at LINE of a file."""
        self.ask("initialize", adapterID="debugpy", pathFormat="path", linesStartAt1=True)
        self.send(command, **configuration)
        self.event("initialized")
        lines = breakpoint_at.read_text("utf-8").splitlines()
        number = 1 + next(index for index, line in enumerate(lines) if LINE in line)
        source = {"path": str(breakpoint_at)}
        self.ask("setBreakpoints", source=source, breakpoints=[{"line": number}])
        self.ask("configurationDone")

    def send(self, command: str, **arguments: Any) -> int:
        """Send a request; return its number."""
        self._sent += 1
        message = {"seq": self._sent, "type": "request", "command": command}
        body = json.dumps({**message, "arguments": arguments}).encode()
        self._writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._writer.flush()
        return self._sent

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Send a request; return the body of the response."""
        number = self.send(command, **arguments)
        while True:
            answer = self._answers.get(timeout=TIME_LIMIT_S)
            if answer["request_seq"] == number:
                assert answer["success"], answer
                return answer.get("body") or {}

    def event(self, name: str) -> dict[str, Any]:
        """Return the body of the next event of this name."""
        return self._events[name].get(timeout=TIME_LIMIT_S).get("body") or {}

    def _read(self) -> None:
        with contextlib.suppress(ConnectionResetError):  # also an end of the stream
            while header := self._reader.readline():
                length = int(header.partition(b":")[2])
                self._reader.readline()
                message = json.loads(self._reader.read(length))
                is_event = message["type"] == "event"
                (self._events[message["event"]] if is_event else self._answers).put(message)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the app with writable files."""
    for name in app_in_folder(ROOT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def adapter() -> Iterator[Session]:
    """The adapter that an editor starts, and the session with it."""
    command = [sys.executable, "-m", "debugpy.adapter"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    session = Session(process.stdout, process.stdin)
    yield session
    session.ask("disconnect", terminateDebuggee=True)
    process.kill()
    process.wait(TIME_LIMIT_S)
    session.close()


def configuration(name: str) -> dict[str, Any]:
    """Return a configuration of .vscode/launch.json, without a terminal."""
    text = (ROOT / ".vscode" / "launch.json").read_text("utf-8")
    [found] = [
        entry
        for entry in json.loads(COMMENT.sub("", text))["configurations"]
        if entry["name"] == name
    ]
    filled = json.dumps(found).replace("${workspaceFolder}", ROOT.as_posix())
    return {**json.loads(filled), "console": "internalConsole", "python": sys.executable}


def task(name: str) -> list[str]:
    """Return the command of a task of .vscode/tasks.json, as a list of words."""
    text = (ROOT / ".vscode" / "tasks.json").read_text("utf-8")
    tasks = json.loads(COMMENT.sub("", text))["tasks"]
    [found] = [entry for entry in tasks if entry["label"] == name]
    return [found["command"], *found["args"]]


def functions_url(session: Session) -> str:
    """Return the functions' URL from the stack's output."""
    shown = ""
    while not url_in(shown):
        shown += session.event("output")["output"]
    return url_in(shown)


def url_in(shown: str) -> str:
    found = re.search(r"Functions +(http://[^/\s]+)", shown)
    return found[1] if found else ""


def stops_in_function(host: Session, url: str, file: Path) -> bool:
    """Call the function; return whether the debugger stops in it and continues."""
    answers: queue.Queue[int] = queue.Queue()

    def ask() -> None:
        answers.put(requests.get(f"{url}/api/TwimlHello", timeout=TIME_LIMIT_S).status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    stopped = host.event("stopped")
    top = host.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
    method = host.ask("evaluate", expression="req.method", frameId=top["id"])["result"]
    host.ask("continue", threadId=stopped["threadId"])
    asking.join(TIME_LIMIT_S)
    found = (stopped["reason"], top["name"], Path(top["source"]["path"]), method)
    return (*found, answers.get()) == ("breakpoint", "main", file, "'GET'", 200)


@pytest.mark.soak
def test_a_debugger_stops_in_functions_before_and_after_a_restart(
    adapter: Session, app: Path
) -> None:
    file = app / FUNCTION
    start = configuration("Start and debug") | {"args": [*PORTS, "--root", str(app)]}
    adapter.begin("launch", start, file)
    stops: list[bool] = []
    url = ""
    for _ in range(2):  # TwimlHello builds its response once, so each host stops once
        child = adapter.event("debugpyAttach")
        host = Session.connect(child["connect"])
        host.begin("attach", child, file)
        url = url or functions_url(adapter)
        stops.append(stops_in_function(host, url, file))
        if len(stops) == 1:
            file.write_text(file.read_text("utf-8") + "\n# saved\n", "utf-8")
            host.event("terminated")
        host.close()

    assert stops == [True, True]


@pytest.mark.soak
def test_a_debugger_attaches_to_a_running_stack(app: Path) -> None:
    file = app / FUNCTION
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", *task("Start for the debugger")[2:]]
    command = [word.replace(":5678", f":{port}") for word in command]
    with subprocess.Popen(
        [*command, *PORTS, "--root", str(app)], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout
            shown = ""
            while "Functions running" not in shown:
                shown += process.stdout.readline()
            attach = configuration("Attach")
            address = attach["connect"] | {"port": port}
            session = Session.connect(address)
            session.begin("attach", attach | {"connect": address}, file)
            child = session.event("debugpyAttach")
            host = Session.connect(child["connect"])
            host.begin("attach", child, file)

            assert stops_in_function(host, url_in(shown), file)
            for opened in (host, session):
                opened.send("disconnect")
                opened.close()
        finally:
            process.terminate()
            process.wait(TIME_LIMIT_S)
