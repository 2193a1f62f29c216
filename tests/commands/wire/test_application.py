"""`dev.py wire --browser-calls`: the TwiML app for calls from browsers."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from deskphone.values import APPLICATION_SID
from local_stack.testing import LocalStack
from tests.commands.wire.conftest import APP, ROOT

if TYPE_CHECKING:
    from tests.commands.wire.conftest import Wire

URL = f"{APP}/api/TwimlClientOutgoing"
OLD = "https://old.example/calls"
CALLS = "--browser-calls"


def apps(stack: LocalStack) -> list[dict[str, Any]]:
    """Return the apps of the account, except the emulator's own."""
    found = stack.rest("GET", "Applications.json").json()["applications"]
    return [app for app in found if app["sid"] != APPLICATION_SID]


def routes(stack: LocalStack) -> list[tuple[str, str]]:
    return [(app["voice_method"], app["voice_url"]) for app in apps(stack)]


@pytest.fixture(autouse=True)
def others_app(stack: LocalStack) -> None:
    """Give the emulator's own app another name than one that the command creates."""
    stack.rest("POST", f"Applications/{APPLICATION_SID}.json", {"FriendlyName": "Another"})


@pytest.fixture
def known(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> str:
    """The SID of an app in the settings, with another URL."""
    form = {"FriendlyName": "Mine", "VoiceUrl": OLD, "VoiceMethod": "GET"}
    sid = stack.rest("POST", "Applications.json", form).json()["sid"]
    monkeypatch.setenv("TWILIO_TWIML_APP_SID", sid)
    return sid


def test_an_app_is_created_once_and_its_sid_is_shown(
    stack: LocalStack, wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wire(CALLS, "--url", APP, "--yes") == 0
    shown = capsys.readouterr().out
    assert wire(CALLS, "--url", APP, "--yes") == 0

    assert routes(stack) == [("POST", URL)]
    assert f"Set TWILIO_TWIML_APP_SID to {apps(stack)[0]['sid']}" in shown


def test_the_app_in_the_settings_is_changed_and_changed_back(
    stack: LocalStack, wire: Wire, known: str
) -> None:
    assert wire(CALLS, "--url", APP, "--yes") == 0
    changed = routes(stack)
    assert wire(CALLS, "--undo", "--yes") == 0

    assert changed == [("POST", URL)]
    assert routes(stack) == [("GET", OLD)]


def test_the_answer_to_calls_may_have_parameters(stack: LocalStack, wire: Wire) -> None:
    answer = "TwimlClientOutgoing?Queues=support"

    assert wire(CALLS, "--url", APP, "--voice", answer, "--yes") == 0
    assert routes(stack) == [("POST", f"{URL}?Queues=support")]


def test_the_command_on_the_page_opens_a_queue(
    stack: LocalStack, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = f"Applications/{APPLICATION_SID}.json"
    stack.rest("POST", own, {"FriendlyName": "Browser calls"})
    monkeypatch.chdir(ROOT)  # the folder of the example settings
    page = (ROOT / "docs" / "begin" / "browser-calls.md").read_text()
    [command] = re.findall(r"^LOCAL_STACK_URL=\S+ python3 dev.py wire (.*)$", page, re.MULTILINE)

    assert wire(*shlex.split(command)) == 0
    assert stack.rest("GET", own).json()["voice_url"].endswith("Queues=support&Agents=client:ann")


def test_undo_removes_the_url_of_a_new_app(stack: LocalStack, wire: Wire) -> None:
    assert wire(CALLS, "--url", APP, "--yes") == 0
    assert wire(CALLS, "--undo", "--yes") == 0

    assert routes(stack) == [("POST", "")]


@pytest.mark.parametrize("option", ["--dry-run", ""])
def test_without_consent_nothing_is_created(stack: LocalStack, wire: Wire, option: str) -> None:
    wire(CALLS, "--url", APP, *filter(None, [option]))

    assert apps(stack) == []


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("option", ["--dry-run", ""])
def test_without_consent_nothing_is_changed(stack: LocalStack, wire: Wire, option: str) -> None:
    wire(CALLS, "--url", APP, *filter(None, [option]))

    assert routes(stack) == [("GET", OLD)]


def test_an_app_that_is_right_is_left_alone(
    stack: LocalStack, wire: Wire, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wire(CALLS, "--url", APP, "--yes") == 0
    assert wire(CALLS, "--url", APP) == 0

    assert "Nothing to change." in capsys.readouterr().out
    assert len(apps(stack)) == 1


def test_an_unknown_app_is_named_by_its_setting(
    stack: LocalStack,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TWILIO_TWIML_APP_SID", "AP" + "9" * 32)

    assert wire(CALLS, "--url", APP, "--yes") == 1
    assert "TWILIO_TWIML_APP_SID" in capsys.readouterr().err
    assert apps(stack) == []


def test_there_may_be_nothing_to_undo(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    assert wire(CALLS, "--undo", "--yes") == 1
    assert "nothing to undo" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more", [["+12025550100"], ["--text", "TwimlReply"], ["--from-azd"], ["--reports", "none"]]
)
def test_options_of_a_number_are_refused(wire: Wire, more: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        wire(CALLS, *more)

    assert raised.value.code == 2
