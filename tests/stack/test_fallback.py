"""What callers get while the app is broken, as described in docs/operate/running.md."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from commands.package.contents import app_in_folder
from local_stack.testing import HANDSET, LocalStack, running
from local_stack.values import FUNCTION_KEY

if TYPE_CHECKING:
    from tests.conftest import WebServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate" / "running.md").read_text()
CALL, TEXT, DIAL = (
    dedent(document) for document in re.findall(r"```xml\n(.*?)^ *```", PAGE, re.DOTALL | re.M)
)
SORRY, LATER = (re.findall(r"<(?:Say|Message)>(.+)<", one)[0] for one in (CALL, TEXT))
TWILIOS_ERROR = "We are sorry, an application error has occurred. Goodbye."


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app that can be broken permanently."""
    root = tmp_path_factory.mktemp("app")
    for name in app_in_folder(ROOT):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture(scope="module")
def running_stack(app_folder: Path) -> Iterator[LocalStack]:
    """A separate stack for these tests."""
    yield from running(app_folder)


@pytest.fixture
def line(stack: LocalStack, web_server: "WebServer") -> str:
    """Point the line at functions that need the vault, with the page's TwiML Bins as fallbacks.

    Return the URL that handles its calls.
    """
    voice_url = f"{stack.functions_url}/api/TwimlMessage?Message=Open"
    stack.line_goes_to(
        VoiceUrl=voice_url,
        SmsUrl=f"{stack.functions_url}/api/TwimlReply",
        VoiceFallbackUrl=web_server.twiml("/call.xml", CALL),
        VoiceFallbackMethod="GET",
        SmsFallbackUrl=web_server.twiml("/text.xml", TEXT),
        SmsFallbackMethod="GET",
    )
    return voice_url


def call(stack: LocalStack) -> list[str]:
    """Call the line and wait a minute; return what was said."""
    sid = stack.ring()
    stack.advance(60)
    return stack.heard(sid)


def text(stack: LocalStack) -> list[str]:
    """Text the line; return the replies."""
    stack.text("Hi")
    stack.advance(1)
    return [text["body"] for text in stack.texts() if text["body"] != "Hi"]


def restart_without_vault(stack: LocalStack) -> None:
    """Restart the host while the vault is down, so that it has no secrets."""
    stack.faults({"service": "host", "kind": "killed", "count": 1})
    with pytest.raises(requests.exceptions.ConnectionError):
        stack.function("SendSms", {"to": HANDSET, "body": "Last words"})
    stack.faults({"service": "vault", "kind": "503"})


@pytest.mark.usefixtures("line")
def test_the_fallback_is_unused_while_the_app_works(stack: LocalStack) -> None:
    assert (call(stack), text(stack)) == (["Open"], ["You wrote: Hi"])


def test_without_vault_callers_hear_the_bin(
    stack: LocalStack, line: str, web_server: "WebServer"
) -> None:
    restart_without_vault(stack)

    assert call(stack) == [SORRY]
    [asked] = web_server.asked("/call.xml")
    query = parse_qs(urlsplit(asked.path).query)
    assert (asked.method, query["ErrorCode"], query["ErrorUrl"]) == ("GET", ["11200"], [line])
    assert query["From"] == [HANDSET]


@pytest.mark.usefixtures("line")
def test_without_vault_texts_are_answered_by_the_bin(stack: LocalStack) -> None:
    restart_without_vault(stack)

    assert LATER in text(stack)


@pytest.mark.soak
@pytest.mark.usefixtures("line")
def test_without_a_fallback_callers_hear_twilios_error(stack: LocalStack) -> None:
    stack.line_goes_to(VoiceFallbackUrl="")
    restart_without_vault(stack)

    assert call(stack) == [TWILIOS_ERROR]


@pytest.mark.soak
@pytest.mark.usefixtures("line")
def test_a_fallback_can_forward_the_call(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(
        VoiceUrl="http://127.0.0.1:1", VoiceFallbackUrl=web_server.twiml("/dial.xml", DIAL)
    )
    caller = "+12025550124"
    sid = stack.ring(caller)
    stack.advance(5)
    [leg] = stack.legs(sid)
    stack.answer(leg)
    stack.advance(1)

    assert stack.call(leg)["status"] == "in-progress"


@pytest.mark.soak
@pytest.mark.usefixtures("line")
@pytest.mark.skipif(os.name != "posix", reason="signal 9 is POSIX only")
def test_callers_and_texters_get_the_bins_while_the_host_cannot_start(
    stack: LocalStack, app_folder: Path
) -> None:
    # The last test of this file, because it breaks the app.
    status = stack.http.get(
        f"{stack.functions_url}/admin/host/status",
        headers={"x-functions-key": FUNCTION_KEY},
        timeout=10,
    )
    (app_folder / "host.json").write_text("{")
    os.kill(int(status.json()["instanceId"]), signal.SIGKILL)

    assert (call(stack), text(stack)) == ([SORRY], [LATER])
