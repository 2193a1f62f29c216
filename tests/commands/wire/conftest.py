"""`dev.py wire` with the emulated Twilio."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.wire import __main__ as program
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE_SID
from local_stack.testing import LocalStack

ROOT = Path(__file__).parents[3]
APP = "https://app.example"
HELLO, REPLY = f"{APP}/api/TwimlHello", f"{APP}/api/TwimlReply"
BIN = "https://handler.twilio.com/twiml/EH00000000000000000000000000000001"
Wire = Callable[..., int]
"""Runs the command with these arguments; returns its exit status."""


def settings(stack: LocalStack, **others: str) -> dict[str, str]:
    """Return settings with the emulator as Twilio."""
    return {
        "LOCAL_STACK_URL": stack.emulator_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "KEY_VAULT_URL": "",
        **others,
    }


def run(memory: Path, *arguments: str) -> int:
    """Run the command with its memory in a test folder; return its exit status."""
    return program.main([*arguments, "--memory", str(memory / "memory")])


@pytest.fixture
def wire(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The command without a settings file and without answers to questions."""
    for name, value in settings(stack).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(program, "ROOT", app_folder(tmp_path / "app"))
    stack.line_goes_to(VoiceUrl="https://old.example/calls", VoiceMethod="GET", SmsUrl="")
    return lambda *arguments: run(tmp_path, *arguments)


def app_folder(root: Path) -> Path:
    """Return a folder with the app's functions and no settings."""
    root.mkdir()
    (root / "host.json").write_text((ROOT / "host.json").read_text())
    for path in ROOT.glob("*/function.json"):
        (root / path.parent.name).mkdir()
        (root / path.parent.name / "function.json").touch()
    return root


def number(stack: LocalStack) -> dict[str, str]:
    """Return the line's number resource."""
    return stack.rest("GET", f"IncomingPhoneNumbers/{LINE_SID}.json").json()


def addresses(stack: LocalStack) -> tuple[str, str, str, str]:
    """Return the method and URL for calls, then for texts."""
    now = number(stack)
    return now["voice_method"], now["voice_url"], now["sms_method"], now["sms_url"]


OLD = ("GET", "https://old.example/calls", "POST", "")
NEW = ("POST", HELLO, "POST", REPLY)
