"""Fixtures for all tests: one local stack for the whole run, reset for each test."""

import os
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import hypothesis
import pytest

from local_stack.testing import FaultsOn, LocalStack, running
from shared.config.settings import Secret
from tests import selection
from tests.deskphone.http_interface import check_response

# A busy machine must not fail a test, so examples have no time limit.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    selection.add_options(parser)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return selection.is_left_out(collection_path, config) or None


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    return selection.workers(config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_ALL=1, report a skipped test as a failure, as in .ci/run."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, though REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def running_stack() -> Iterator[LocalStack]:
    """The functions and the emulator, started once."""
    for stack in running():
        stack.http.hooks["response"].append(check_response)
        yield stack


@pytest.fixture
def stack(running_stack: LocalStack) -> LocalStack:
    """The local stack after a reset, with a stopped clock."""
    running_stack.reset()
    return running_stack


@pytest.fixture
def faults(stack: LocalStack) -> Iterator[Callable[..., FaultsOn]]:
    """Injects faults, such as faults({"service": "twilio", "kind": "lost"}), for one test."""
    yield stack.faults
    stack.faults()


@dataclass
class Received:
    """One request that the web server received."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class WebServer:
    """A third-party web server: returns the set response for each path and records requests."""

    url: str
    answers: dict[str, tuple[int, str, bytes]] = field(
        default_factory=dict[str, tuple[int, str, bytes]]
    )
    received: list[Received] = field(default_factory=list[Received])
    failures: dict[str, int] = field(default_factory=dict[str, int])
    """The number of requests for a path that still get a 503."""
    moved_with_password: dict[str, str] = field(default_factory=dict[str, str])
    """The redirect target of a path for requests with credentials."""

    def twiml(self, path: str, document: str) -> str:
        """Serve TwiML at a path; return its URL."""
        return self.answer(path, document.encode(), "text/xml")

    def answer(self, path: str, body: bytes, content_type: str, status: int = 200) -> str:
        """Serve anything at a path; for a redirect the body is the Location. Return its URL."""
        self.answers[path] = (status, content_type, body)
        return self.url + path

    def next_answer(self, path: str) -> tuple[int, str, bytes]:
        """Return the status, type and body of the response for a path."""
        if self.failures.get(path):
            self.failures[path] -= 1
            return 503, "text/plain", b""
        return self.answers.get(path, (404, "text/plain", b""))

    def asked(self, path: str) -> list[Received]:
        """Return the requests for a path, oldest first."""
        return [request for request in self.received if request.path.partition("?")[0] == path]


def handler_for(find: Callable[[], WebServer]) -> type[BaseHTTPRequestHandler]:
    """Return a request handler that serves what `find` returns."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server = find()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = dict(parse_qsl(body, keep_blank_values=True))
            server.received.append(Received(self.command, self.path, dict(self.headers), form))
            status, content_type, answer = server.next_answer(self.path.partition("?")[0])
            if "Authorization" in self.headers and self.path in server.moved_with_password:
                status, answer = 302, server.moved_with_password[self.path].encode()
            self.send_response(status)
            if content_type:
                self.send_header("Content-Type", content_type)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="test"')
            if self.path == "/cookie":
                self.send_header("Set-Cookie", "visits=1")
            if status in range(300, 400):
                self.send_header("Location", answer.decode("latin-1"))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - the base's name

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    """A web server on a free port for TwiML and media from outside the app."""
    servers: list[WebServer] = []
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(lambda: servers[0]))
    servers.append(WebServer(f"http://127.0.0.1:{http.server_address[1]}"))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield servers[0]
    http.shutdown()
    http.server_close()
    thread.join()


class FakeVault:
    """A vault that counts reads; with `gate`, readers wait until it is set."""

    def __init__(self, secrets: dict[Secret, str]) -> None:
        self.secrets = secrets
        self.reads: list[Secret] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def read(self, secret: Secret) -> str | None:
        self.reads.append(secret)
        assert self.gate.wait(timeout=10)
        if self.error is not None:
            raise self.error
        return self.secrets.get(secret)


@pytest.fixture
def vault() -> FakeVault:
    """A vault with an account, for tests of the library and the functions."""
    return FakeVault({Secret.ACCOUNT_SID: "AC" + "1" * 32, Secret.AUTH_TOKEN: "first"})
