"""Requests that Twilio signs because a caller of PlaceCall passed their URL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

import OnMessageStatus
import OnRecording
from shared import clients
from shared.ledger.memory import MemoryLedger

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Run, SignedRequest

LINE, PERSON = "+12025550100", "+12025550123"
CALL = [("CallSid", "CA" + "0" * 32), ("From", LINE), ("To", PERSON)]
REFUSED_TEXT = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "failed", "ErrorCode": "21610"}
VOICEMAIL = {"RecordingSid": "RE" + "0" * 32, "RecordingStatus": "completed", "Notify": PERSON}


@pytest.fixture(autouse=True)
def ledger(app: clients.Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = MemoryLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)


@pytest.mark.parametrize(
    ("main", "query"),
    [(OnMessageStatus.main, REFUSED_TEXT), (OnRecording.main, VOICEMAIL)],
    ids=["an unwanted text", "a fake voicemail"],
)
def test_fields_in_the_query_are_not_a_report(
    twilio: FakeTwilio,
    run: Run,
    signed_request: SignedRequest,
    main: Any,
    query: dict[str, str],
) -> None:
    request = signed_request(f"/api/On?{urlencode(query)}", CALL)

    run(main, request)

    assert twilio.requests == []
    assert asyncio.run(clients.current().states().find(REFUSED_TEXT["MessageSid"])) is None
