"""The doctor's check of the live settings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.sending import check_sending, judge_report
from commands.doctor.subject import Request, read_subject
from commands.doctor.web import Web
from commands.sending.__main__ import main as steer
from shared.clock import SystemClock
from tests.commands.doctor.conftest import ROOT, Doctor

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = "Doctored"


def checked(request: Request, environment: Mapping[str, str]) -> Finding:
    """Check an app that hasn't reported anything."""
    subject = read_subject(request, environment, ROOT)
    return asyncio.run(check_sending(Examination(subject, ROOT, SystemClock(), Web())))


def test_what_the_running_app_reports_is_shown(
    stack_doctor: Doctor, stack_request: Request
) -> None:
    place = ["--phone-port", str(stack_request.phone_port)]
    try:
        assert steer(["stop-sending", *place]) == 0
        stopped = stack_doctor()["sending"]
    finally:
        assert steer(["resume-sending", *place]) == 0
        resumed = stack_doctor()["sending"]  # the app reads it, too, for the next test

    assert (stopped.state, resumed.state) == (State.WARNING, State.OK)
    assert "resume-sending" in stopped.text


def test_without_a_report_the_table_is_read(stack_doctor: Doctor, stack_request: Request) -> None:
    place = ["--phone-port", str(stack_request.phone_port), "--table", TABLE]
    environment = {"LEDGER_TABLE": TABLE}
    allowed = checked(stack_request, environment)
    steer(["limits", "DAILY_CALL_LIMIT=5", *place])
    limited = checked(stack_request, environment)
    steer(["stop-sending", *place])
    stopped = checked(stack_request, environment)

    assert (allowed.state, limited.state, stopped.state) == (State.OK, State.OK, State.WARNING)
    assert "DAILY_CALL_LIMIT=5" in limited.text
    assert "resume-sending" in stopped.cure


def test_without_a_report_and_storage_it_is_skipped_for_a_deployment() -> None:
    request = Request(url="https://app.example", settings_file="")

    assert checked(request, {}).state is State.SKIPPED


def test_the_kill_switch_in_the_settings_is_a_warning() -> None:
    request = Request(url="https://app.example", settings_file="")

    finding = checked(request, {"KILL_SWITCH": "true"})

    assert finding.state is State.WARNING
    assert "KILL_SWITCH" in finding.text


def test_unreadable_storage_is_skipped_because_another_check_reports_it() -> None:
    key = "AccountName=devstoreaccount1;AccountKey=c2VjcmV0"
    connection = f"{key};TableEndpoint=http://127.0.0.1:1/devstoreaccount1"
    request = Request(url="http://127.0.0.1:9", settings_file="")

    assert checked(request, {"AzureWebJobsStorage": connection}).state is State.SKIPPED


@pytest.mark.parametrize(
    "report", [{"sending": "\x1b[2J"}, {"sending": "ok", "limits": {"\x1b[2J": "\x1b"}}]
)
def test_a_report_cannot_contain_terminal_escapes(report: dict[str, object]) -> None:
    finding = judge_report(report)

    assert "\x1b" not in finding.text + finding.cure
