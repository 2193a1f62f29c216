"""`deskphone run -- COMMAND`: unmodified SDKs reach the emulator."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.deskphone.standalone import ROOT
from tests.node import installed

NODE_SDK = ROOT / "tests" / "docs" / "twilio_node"
TIMEOUT_S = 60
TEXT = 'to="+12025550123", from_="+12025550100", body="Hi"'
SYNC = f"""
from twilio.rest import Client
print(Client().messages.create({TEXT}).status)
"""
ASYNC = f"""
import asyncio
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client
async def main():
    http = AsyncTwilioHttpClient()
    print((await Client(http_client=http).messages.create_async({TEXT})).status)
    await http.close()
asyncio.run(main())
"""
NODE = """
const client = require("twilio")();
client.messages.create({to: "+12025550123", from: "+12025550100", body: "Hi"})
  .then((message) => console.log(message.status));
"""
VERIFY = """
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
try:
    Client().verify.v2.services("VA0").fetch()
except TwilioException as error:
    print(error.status, error.msg)
"""
ALERTS = """
import os, requests
print(requests.get(os.environ["DESKPHONE_URL"] + "/emulator/alerts").json())
"""


def command(*app: str | Path) -> list[str]:
    """Return the command that runs an app."""
    return [sys.executable, "-m", "deskphone", "run", "--port", "0", "--", *map(str, app)]


def run(*app: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run an app to its end."""
    return subprocess.run(
        command(*app),
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def python(code: str, **variables: str) -> str:
    """Run Python code and return what it prints."""
    done = run(sys.executable, "-c", code, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("code", [SYNC, ASYNC], ids=["sync", "async"])
def test_python_sdk_sends_a_text(code: str) -> None:
    assert python(code) == "queued"


def test_region_and_edge_reach_the_emulator() -> None:
    assert python(SYNC, TWILIO_REGION="au1", TWILIO_EDGE="sydney") == "queued"


def test_real_credentials_are_not_used() -> None:
    variables = {"TWILIO_ACCOUNT_SID": "AC" + "f" * 32, "TWILIO_AUTH_TOKEN": "f" * 32}

    assert python(SYNC, **variables) == "queued"


def test_node_sdk_sends_a_text() -> None:
    sdk = installed(NODE_SDK)
    done = run(sdk.node, "-e", NODE, NODE_PATH=str(sdk.modules))

    assert (done.stdout, done.returncode) == ("queued\n", 0), done.stderr


def test_other_product_gets_501_and_an_alert() -> None:
    answer, alerts = python(VERIFY + ALERTS).splitlines()

    assert answer.startswith("501 ")
    assert "/verify/v2/Services" in answer
    assert "/verify/v2/Services" in alerts


def test_standard_output_is_the_apps() -> None:
    assert run(sys.executable, "-c", "print('own')").stdout == "own\n"


def test_exit_status_is_the_apps() -> None:
    assert run(sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_missing_program_is_named() -> None:
    done = run("no-such-program")

    assert done.returncode == 127
    assert "'no-such-program'" in done.stderr


def test_command_is_required() -> None:
    done = run()

    assert done.returncode == 2
    assert "deskphone run --" in done.stderr


def test_unsupported_proxy_is_refused() -> None:
    done = run(sys.executable, "-c", "", HTTPS_PROXY="socks5://127.0.0.1:1")

    assert done.returncode == 2
    assert "HTTPS_PROXY" in done.stderr


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    names = python(
        "import os; print(os.path.dirname(os.environ['SSL_CERT_FILE']))", TMPDIR=str(tmp_path)
    )

    assert Path(names).parent == tmp_path
    assert [*tmp_path.iterdir()] == []


def stopped_by(number: int, app: Sequence[str]) -> tuple[int, str]:
    """Send a signal once the app has printed a line; return the exit status and the rest."""
    with subprocess.Popen(
        command(*app),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # not in the foreground of a terminal
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            process.send_signal(number)
            return process.wait(TIMEOUT_S), process.stdout.read().strip()
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_signal_reaches_the_app(name: str) -> None:
    code = (
        f"import signal, sys; signal.signal(signal.{name}, lambda *_: sys.exit('caught')); "
        "print('ready', flush=True); signal.pause()"
    )

    assert stopped_by(signal.Signals[name], [sys.executable, "-c", code]) == (1, "")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
def test_app_that_a_signal_kills_has_the_status_of_a_shell() -> None:
    app = [sys.executable, "-c", "import signal; print('ready', flush=True); signal.pause()"]

    assert stopped_by(signal.SIGTERM, app)[0] == 128 + signal.SIGTERM
