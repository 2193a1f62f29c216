"""The page for programs in other languages: its values are the code's, and its snippets work."""

import os
import re
import ssl
import subprocess
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deskphone import values
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE, LINE_SID, PHONE_PORT
from tests.deskphone.certificates import certificate
from tests.deskphone.standalone import ROOT, Standalone, running
from tests.node import installed

PAGE = (ROOT / "docs" / "use" / "bring-your-own.md").read_text("utf-8")
NODE_SDK = Path(__file__).parent / "twilio_node"
UNTRUSTED = 11237
"""Twilio's code for a certificate that isn't from a public authority."""


@pytest.fixture(scope="module")
def process() -> Iterator[Standalone]:
    with running() as process:
        yield process


@pytest.fixture
def standalone(process: Standalone) -> Standalone:
    """The module's emulator, after a reset."""
    process.world("reset").raise_for_status()
    return process


class Reply(BaseHTTPRequestHandler):
    """Replies to every text."""

    def do_POST(self) -> None:
        body = b"<Response><Message>Secure</Message></Response>"
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def https_app(certificate: Path) -> Generator[str]:
    """Serve an app that replies to texts, with a certificate; yield its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Reply) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/sms"
        server.shutdown()


def snippet(language: str, standalone: Standalone) -> str:
    """Return the page's snippet with a language's SDK, for a running emulator."""
    section = PAGE.partition("\n## Point your client at it\n")[2].partition("\n## ")[0]
    [code] = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert f"http://127.0.0.1:{PHONE_PORT}" in code
    return code.replace(f"http://127.0.0.1:{PHONE_PORT}", standalone.url)


def texts_after(standalone: Standalone, seconds: int = 5) -> list[tuple[str, str]]:
    """Move the clock; return the bodies and states of the texts on the first handset."""
    standalone.world("clock/advance", {"seconds": seconds}).raise_for_status()
    texts = standalone.world(f"handsets/{HANDSETS[0]}", method="GET").json()["texts"]
    return [(text["body"], text["status"]) for text in texts]


def test_credentials_are_those_of_the_emulator() -> None:
    section = PAGE.partition("\n## Credentials\n")[2].partition("\n## ")[0]
    rows = [tuple(re.findall("`(.+?)`", row)) for row in re.findall(r"^\|.*`.*$", section, re.M)]
    constants: dict[str, Any] = {name: getattr(values, name) for name in dir(values)}
    own = {value for name, value in constants.items() if name.isupper() and name != "PHONE_PORT"}

    assert rows == [
        (ACCOUNT_SID, AUTH_TOKEN),
        (values.API_KEY_SID, values.API_KEY_SECRET),
        (values.TEST_ACCOUNT_SID, values.TEST_AUTH_TOKEN),
        (values.MESSAGING_SERVICE_SID,),
        (values.APPLICATION_SID,),
        (LINE, LINE_SID),
        HANDSETS,
        (values.SHARED_KEY_SID, values.SHARED_KEY),
    ]
    assert {value for row in rows for value in row} == own - {HANDSETS} | {*HANDSETS}


def test_linked_programs_use_the_emulators_values() -> None:
    names = re.findall(r"\]\((clients/.+?)\)", PAGE)
    programs = [(ROOT / "docs" / "use" / name).read_text("utf-8") for name in names]

    assert len(names) == len([*(ROOT / "docs" / "use" / "clients").iterdir()])
    for program in programs:
        for value in (ACCOUNT_SID, AUTH_TOKEN, LINE, HANDSETS[0], str(PHONE_PORT)):
            assert value in program


def test_python_snippet_sends_a_text(standalone: Standalone) -> None:
    names: dict[str, object] = {"sid": ACCOUNT_SID, "token": AUTH_TOKEN}
    exec(snippet("python", standalone), names)  # noqa: S102 - the page's own code

    assert texts_after(standalone) == [("Hello", "delivered")]


def test_node_snippet_sends_a_text(standalone: Standalone, tmp_path: Path) -> None:
    sdk = installed(NODE_SDK)
    names = f'const sid = "{ACCOUNT_SID}", token = "{AUTH_TOKEN}";\n'
    script = tmp_path / "send.js"
    script.write_text(names + snippet("js", standalone), "utf-8")
    subprocess.run(
        [sdk.node, script],
        env={**os.environ, "NODE_PATH": str(sdk.modules)},
        check=True,
        timeout=60,
    )

    assert texts_after(standalone) == [("Hello", "delivered")]


@pytest.mark.parametrize("trusted", [True, False])
def test_development_certificate_is_accepted_only_if_trusted(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, "localhost", days=20)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with https_app(pem) as url, running() as standalone:
        standalone.rest("POST", f"IncomingPhoneNumbers/{LINE_SID}.json", {"SmsUrl": url})
        standalone.world("texts", {"from": HANDSETS[0], "to": LINE, "body": "Hi"})
        texts = texts_after(standalone)
        alerts = standalone.world("alerts", method="GET").json()

    assert [body for body, _ in texts][1:] == (["Secure"] if trusted else [])
    assert [alert["code"] for alert in alerts] == ([] if trusted else [UNTRUSTED])
