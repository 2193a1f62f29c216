"""Log lines of Twilio's status reports."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

import OnCallStatus
import OnMessageStatus
import OnRecording

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")


def test_the_report_of_a_message_is_one_line_without_personal_data(
    run: Run,
    signed_request: SignedRequest,
    received_text: Form,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    report = [*received_text, ("MessageStatus", "undelivered"), ("ErrorCode", "30003")]

    response = run(OnMessageStatus.main, signed_request("/api/OnMessageStatus", report))

    assert (response.status_code, response.get_body()) == (204, b"")
    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        {
            "report": "message",
            "sid": "SM" + "0" * 32,
            "status": "undelivered",
            "error_code": "30003",
            "from": "...0123",
            "to": "...0100",
        }
    ]


def test_the_report_of_a_call_is_one_line_without_personal_data(
    run: Run,
    signed_request: SignedRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    report = [
        ("CallSid", "CA" + "0" * 32),
        ("CallStatus", "completed"),
        ("Direction", "outbound-api"),
        ("SequenceNumber", "3"),
        ("CallDuration", "12"),
        ("SipResponseCode", "200"),
        ("AnsweredBy", "machine_start"),
        ("From", "client:alice\nforged line"),
        ("To", "+12025550123"),
        ("FromCity", "WASHINGTON"),
    ]

    assert run(OnCallStatus.main, signed_request("/api/OnCallStatus", report)).status_code == 204
    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        {
            "report": "call",
            "sid": "CA" + "0" * 32,
            "status": "completed",
            "direction": "outbound-api",
            "sequence": "3",
            "duration_s": "12",
            "sip_code": "200",
            "answered_by": "machine_start",
            "from": "...",
            "to": "...0123",
        }
    ]


def test_the_error_code_0_of_a_good_recording_is_not_an_error(
    run: Run, signed_request: SignedRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    report = [
        ("RecordingSid", "RE" + "0" * 32),
        ("CallSid", "CA" + "0" * 32),
        ("RecordingStatus", "completed"),
        ("ErrorCode", "0"),
    ]

    assert run(OnRecording.main, signed_request("/api/OnRecording", report)).status_code == 204
    [line] = [json.loads(record.getMessage()) for record in caplog.records]
    assert (line["status"], "error_code" in line) == ("completed", False)
