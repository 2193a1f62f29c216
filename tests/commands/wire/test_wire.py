"""`dev.py wire`: route a number's calls and texts, with the emulated Twilio."""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deskphone.values import ACCOUNT_SID, LINE, LINE_SID
from local_stack.testing import LocalStack
from tests.commands.wire.conftest import (
    APP,
    BIN,
    HELLO,
    NEW,
    OLD,
    REPLY,
    ROOT,
    Wire,
    addresses,
    number,
    settings,
)

if TYPE_CHECKING:
    from tests.conftest import WebServer


@pytest.mark.parametrize("written", [LINE, "(202) 555-0100", "202-555-0100"])
def test_the_numbers_calls_and_texts_go_to_the_app(
    stack: LocalStack, wire: Wire, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    assert wire(written, "--url", APP, "--yes") == 0

    assert addresses(stack) == NEW
    output = capsys.readouterr().out
    assert f"  calls: GET https://old.example/calls -> {HELLO}\n" in output
    assert f"  texts: nothing -> {REPLY}\n" in output


def test_the_default_is_the_sending_number_which_is_masked(
    stack: LocalStack,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TWILIO_FROM_NUMBER", LINE)
    monkeypatch.setenv("PUBLIC_URL", APP)

    assert wire("--yes") == 0

    assert addresses(stack) == NEW
    output = capsys.readouterr().out
    assert "...0100 (PN" in output
    assert LINE not in output


def test_it_runs_as_a_program_and_asks_for_consent(stack: LocalStack, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "commands.wire", LINE, "--url", APP, "--memory", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, **settings(stack)},
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Change it? [y/N]") == 1
    assert addresses(stack) == NEW


class Interrupted(io.StringIO):
    """A user who presses Ctrl-C."""

    def readline(self, size: int | None = -1, /) -> str:
        signal.raise_signal(signal.SIGINT)
        return "y\n"


def test_ctrl_c_at_the_question_changes_nothing(
    stack: LocalStack,
    wire: Wire,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Interrupted())

    assert wire(LINE, "--url", APP) == 130

    assert capsys.readouterr().err == "\nwire: interrupted\n"
    assert addresses(stack) == OLD
    assert not (tmp_path / "memory").exists()


def test_without_a_standard_input_nothing_changes(
    stack: LocalStack, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert wire(LINE, "--url", APP) == 1

    assert addresses(stack) == OLD


def test_nothing_changes_if_undo_cannot_be_prepared(
    stack: LocalStack, wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "memory").touch()

    assert wire(LINE, "--url", APP, "--yes") == 1

    assert "which --undo needs" in capsys.readouterr().err
    assert addresses(stack) == OLD


@pytest.mark.parametrize("program", ["wire", "doctor", "secrets", "new"])
def test_the_help_can_be_read_in_every_encoding(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"commands.{program}", "--help"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_without_a_yes_nothing_changes(
    stack: LocalStack, wire: Wire, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))

    assert wire(LINE, "--url", APP) == 1

    assert addresses(stack) == OLD


def test_a_dry_run_shows_and_changes_nothing(
    stack: LocalStack, wire: Wire, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert wire(LINE, "--url", APP, "--dry-run", "--yes") == 0

    assert f"-> {HELLO}" in capsys.readouterr().out
    assert addresses(stack) == OLD
    assert not (tmp_path / "memory").exists()


def test_undo_restores_one_change_at_a_time(stack: LocalStack, wire: Wire, tmp_path: Path) -> None:
    wire(LINE, "--url", APP, "--yes")
    wire(LINE, "--url", APP, "--yes", "--voice", "TwimlEcho", "--fallback", BIN)

    assert wire(LINE, "--undo", "--yes") == 0
    assert (addresses(stack), number(stack)["voice_fallback_url"]) == (NEW, "")
    assert wire(LINE, "--undo", "--yes") == 0
    assert addresses(stack) == OLD
    assert list((tmp_path / "memory").iterdir()) == []
    assert wire(LINE, "--undo", "--yes") == 1


def test_only_the_named_routes_change(stack: LocalStack, wire: Wire) -> None:
    query = "Message=We are closed&Message=Bye%21#tt=8000"
    assert wire(LINE, "--url", APP, "--yes", "--voice", f"TwimlMessage?{query}") == 0

    url = f"{APP}/api/TwimlMessage?Message=We%20are%20closed&Message=Bye%21#tt=8000"
    assert addresses(stack) == ("POST", url, "POST", "")


def test_fallbacks_and_reports_are_set_and_removed(stack: LocalStack, wire: Wire) -> None:
    wire(LINE, "--url", APP, "--yes")
    files = ["--fallback", BIN, "--text-fallback", "https://a.example/text.xml"]
    names = ("voice_fallback_url", "voice_fallback_method", "sms_fallback_url", "status_callback")

    assert wire(LINE, "--url", APP, "--yes", *files, "--reports", "OnCallStatus") == 0
    there = [number(stack)[name] for name in names]
    nothing = ["--fallback", "none", "--text-fallback", "none", "--reports", "none"]
    assert wire(LINE, "--url", APP, "--yes", *nothing) == 0

    assert there == [BIN, "GET", files[3], f"{APP}/api/OnCallStatus"]
    assert [number(stack)[name] for name in (names[0], *names[2:])] == ["", "", ""]
    assert addresses(stack) == NEW


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--voice", "TwimlHelo"], "unknown function TwimlHelo. Did you mean TwimlHello?"),
        (["--voice", "sendsms"], "Did you mean SendSms?"),
        (["--text", "SendSms"], "Twilio can't call SendSms"),
        (["--voice", "http://app.example/x"], "--voice must be a percent-encoded https URL"),
        (["--fallback", f"{APP}/api/TwimlHello"], "--fallback points to the app itself"),
        (["--fallback", "https://APP.example:443/api/TwimlHello"], "points to the app itself"),
        (["--text-fallback", BIN], "a fallback needs a primary URL, too; add --text"),
        (["--url", "http://app.example"], "the app's address must be a percent-encoded https URL"),
        (["--url", f"{APP}?a=b"], "can't have a query"),
    ],
)
def test_an_invalid_address_is_refused(
    stack: LocalStack,
    wire: Wire,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    sentence: str,
) -> None:
    assert wire(LINE, "--url", APP, "--yes", *options) == 2

    assert sentence in capsys.readouterr().err
    assert addresses(stack) == OLD


def test_the_real_twilio_cannot_be_pointed_at_this_machine(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LOCAL_STACK_URL")

    assert wire(LINE, "--url", "https://localhost:7071", "--dry-run") == 2

    assert "Twilio can't reach this machine" in capsys.readouterr().err


def test_a_number_outside_the_account_is_named(
    wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wire("+12025550199", "--url", APP, "--yes") == 1

    message = capsys.readouterr().err
    assert "+12025550199 is not in this account, which has one number (...0100). Buy" in message
    assert LINE not in message


def test_wrong_credentials_are_named(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "wrong" * 6)

    assert wire(LINE, "--url", APP, "--yes") == 1

    message = capsys.readouterr().err
    assert message.startswith("wire: Twilio rejected the credentials (20003)")
    assert message.count("\n") == 1


def test_missing_credentials_are_named(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")

    assert wire(LINE, "--url", APP, "--yes") == 1

    assert "Missing settings: TWILIO_AUTH_TOKEN" in capsys.readouterr().err


def test_an_address_with_a_password_is_neither_shown_nor_saved(
    stack: LocalStack, wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.line_goes_to(VoiceUrl="https://me:hunter2@old.example/?code=abcdef")
    wire(LINE, "--url", APP, "--yes")
    remembered = (tmp_path / "memory" / f"{LINE_SID}.json").read_text()

    printed = capsys.readouterr().out
    assert printed.index("the URL for calls contains a secret") < printed.index("Done")
    assert wire(LINE, "--undo", "--yes") == 0

    output = printed + capsys.readouterr().out
    assert "https://***@old.example/?*** ->" in output
    assert "the old URL for calls was not saved" in output
    assert not [text for text in ("hunter2", "abcdef") if text in output + remembered]
    assert addresses(stack) == ("POST", HELLO, "POST", "")


def test_a_messaging_service_or_a_twiml_app_that_wins_is_named(
    wire: Wire,
    web_server: "WebServer",
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    service, app = "MG" + "0" * 32, "AP" + "0" * 32
    row = {"sid": LINE_SID, "phone_number": LINE, "voice_application_sid": app}

    def serve(path: str, **document: object) -> None:
        web_server.answer(path, json.dumps(document).encode(), "application/json")

    serve(
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/IncomingPhoneNumbers.json",
        incoming_phone_numbers=[row],
    )
    serve("/v1/Services", services=[{"sid": service}], meta={"key": "services"})
    numbers = f"/v1/Services/{service}/PhoneNumbers"
    serve(numbers, phone_numbers=[{"sid": LINE_SID}], meta={"key": "phone_numbers"})
    monkeypatch.setenv("LOCAL_STACK_URL", web_server.url)

    assert wire(LINE, "--url", APP, "--dry-run") == 0

    output = capsys.readouterr().out
    assert f"note: calls go to the TwiML app {app}" in output
    assert f"note: the number is in the messaging service {service}" in output


def test_the_commands_on_the_page_about_fallbacks_work(
    stack: LocalStack, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)  # the folder of the example settings
    page = (ROOT / "docs" / "operate" / "running.md").read_text()
    page = page.replace("http://127.0.0.1:7071", stack.functions_url)
    commands = re.findall(r"^LOCAL_STACK_URL=\S+ python3 dev.py wire (.*)$", page, re.MULTILINE)
    change, undo = (shlex.split(command) for command in commands)

    assert wire(*change) == 0
    sid = stack.ring()
    stack.advance(10)
    assert stack.heard(sid) == ["Hello World"]
    assert stack.webhooks(sid)[0]["url"].startswith("http://127.0.0.1:7/")
    assert wire(*undo) == 0
    assert addresses(stack) == OLD


@pytest.mark.parametrize(
    ("field", "path", "option"),
    [("Voice", "TwimlForward", "--voice"), ("Sms", "TwimlReply", "--text")],
)
def test_routes_that_keep_get_are_noted_until_they_are_set_again(
    stack: LocalStack,
    wire: Wire,
    capsys: pytest.CaptureFixture[str],
    field: str,
    path: str,
    option: str,
) -> None:
    url = f"{APP}/api/{path}"
    stack.line_goes_to(**{f"{field}Url": url, f"{field}Method": "GET"})

    def noted(*arguments: str) -> int:
        assert wire(LINE, "--url", APP, "--yes", *arguments) == 0
        return len(
            re.findall(f"note: (calls|texts) arrive with GET.*{option}", capsys.readouterr().out)
        )

    assert noted("--reports", "OnCallStatus") == 1
    assert noted(option, url) == 0
    assert number(stack)[f"{field.lower()}_method"] == "POST"
