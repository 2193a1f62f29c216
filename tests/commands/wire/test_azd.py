"""`dev.py wire --from-azd`: azd's hook, which never fails a deployment."""

import io
import os
import sys
from pathlib import Path

import pytest

from deskphone.values import LINE
from local_stack.testing import LocalStack
from tests.commands.wire.conftest import APP, NEW, OLD, REPLY, Wire, addresses

AZD = """#!/bin/sh
echo 'TWILIO_FROM_NUMBER="+12025550100"'
echo 'PUBLIC_URL=""'
echo 'SERVICE_APP_URI="https://app.example"'
"""


def with_azd(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a fake azd on the PATH."""
    folder.mkdir()
    (folder / "azd").write_text(script)
    (folder / "azd").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for azd is a shell script")
class TestAfterADeployment:
    """azd's hook, which never fails a deployment."""

    def test_azds_number_is_pointed_at_azds_app(
        self, stack: LocalStack, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_azd(tmp_path / "bin", monkeypatch, AZD)
        monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))

        assert wire("--from-azd") == 0

        assert addresses(stack) == NEW

    def test_routes_that_already_point_to_the_app_stay(
        self, stack: LocalStack, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_azd(tmp_path / "bin", monkeypatch, AZD)
        menu = f"{APP}/api/TwimlMenu?Message=Hello"
        stack.line_goes_to(VoiceUrl=menu, VoiceMethod="POST", SmsUrl="")

        assert wire("--from-azd", "--yes") == 0

        assert addresses(stack) == ("POST", menu, "POST", REPLY)

    def test_without_an_answer_nothing_changes(
        self,
        stack: LocalStack,
        wire: Wire,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with_azd(tmp_path / "bin", monkeypatch, AZD)

        assert wire("--from-azd") == 0

        assert addresses(stack) == OLD
        assert "python3 dev.py wire --from-azd" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("script", "environment", "sentence"),
        [
            ("#!/bin/sh\n", {}, "number is missing"),
            (AZD, {"TWILIO_AUTH_TOKEN": ""}, "Missing settings: TWILIO_AUTH_TOKEN"),
            (AZD.replace("550100", "550199"), {}, "which has one number (...0100)"),
            ("#!/bin/sh\nexit 1\n", {"TWILIO_FROM_NUMBER": LINE}, "the app's address is missing"),
        ],
    )
    def test_it_says_what_is_missing_and_how_to_continue(
        self,
        wire: Wire,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        script: str,
        environment: dict[str, str],
        sentence: str,
    ) -> None:
        with_azd(tmp_path / "bin", monkeypatch, script)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        assert wire("--from-azd", "--yes") == 0

        output = capsys.readouterr()
        assert sentence in output.err
        assert "python3 dev.py wire --from-azd" in output.out
