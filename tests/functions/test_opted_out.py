"""Twilio handles opt-outs: the functions' responses when it refuses."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import GetStatus
import OnMessageStatus
import SendSms
import TwimlReply
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row

if TYPE_CHECKING:
    from shared import clients
    from tests.functions.conftest import FakeTwilio, Run, SignedRequest

PERSON, LINE = "+12025550123", "+12025550100"
SID = "SM" + "0" * 32
REFUSED = {"code": 21610, "message": f"{PERSON} said STOP", "status": 400}
PROBLEM = {
    "status": 403,
    "title": "The recipient has opted out",
    "detail": "The recipient opted out of texts from this sender, so Twilio doesn't deliver them. "
    "Don't retry: only the recipient can undo this, by texting START to the sender.",
    "field": "to",
    "code": 21610,
}


@pytest.fixture(autouse=True)
def ledger(app: clients.Clients, monkeypatch: pytest.MonkeyPatch) -> MemoryLedger:
    ledger = MemoryLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)
    return ledger


def send(key: str = "") -> tuple[int, dict[str, Any]]:
    """Call SendSms; return its status and its answer."""
    body = json.dumps({"to": PERSON, "body": "Hello"}).encode()
    headers = {"Idempotency-Key": key} if key else {}
    request = func.HttpRequest("POST", "https://a/b", headers=headers, body=body)
    response = asyncio.run(SendSms.main(request))
    return response.status_code, json.loads(response.get_body())


def test_a_refusal_by_twilio_says_what_to_do(twilio: FakeTwilio) -> None:
    twilio.answer(400, REFUSED)

    assert send() == (403, PROBLEM)


def test_twilio_decides_for_each_text(twilio: FakeTwilio) -> None:
    twilio.answer(400, REFUSED)

    assert [send("one")[0], send("one")[0]] == [403, 201]
    assert len(twilio.requests) == 2


def test_a_5xx_with_the_opt_out_code_is_not_a_refusal(twilio: FakeTwilio) -> None:
    twilio.answer(503, {**REFUSED, "status": 503})
    status, problem = send()

    assert (status, problem["code"], problem["outcome"]) == (504, 21610, "unknown")


@pytest.mark.parametrize(
    ("code", "detail"), [("21610", PROBLEM["detail"]), ("30003", None)], ids=["opt-out", "other"]
)
def test_the_status_of_a_failed_text_uses_the_same_words(
    run: Run, signed_request: SignedRequest, code: str, detail: str | None
) -> None:
    report = {"MessageSid": SID, "MessageStatus": "failed", "To": PERSON, "ErrorCode": code}
    run(OnMessageStatus.main, signed_request("/api/OnMessageStatus", list(report.items())))
    request = func.HttpRequest("GET", f"https://a/api/GetStatus?sid={SID}", body=b"")
    status = json.loads(run(GetStatus.main, request).get_body())

    assert (status["status"], status["error_code"]) == ("failed", int(code))
    assert status.get("detail") == detail


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_texts_answered_by_twilio_are_only_forwarded(
    run: Run, signed_request: SignedRequest, kind: str
) -> None:
    url = f"/api/TwimlReply?Message=Hello&Keywords[{kind}]=Hello&Forward=%2B12025550124"
    form = {"MessageSid": SID, "From": PERSON, "To": LINE, "Body": kind, "OptOutType": kind}
    response = run(TwimlReply.main, signed_request(url, list(form.items())))
    document = response.get_body().decode()

    assert (document.count("<Message"), "Hello" in document) == (1, False)
    assert 'to="+12025550124"' in document


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        ("/api/TwimlReply", "STOP", 0),
        ("/api/TwimlReply?Message=Hello&MediaUrl=https://a.example/b.png", " unsubscribe\n", 0),
        ("/api/TwimlReply?Message=Hello&Forward=%2B12025550124", "Quit", 1),
        ("/api/TwimlReply?Keywords[stop]=Bye", "STOP", 1),
        ("/api/TwimlReply", "Stop please", 1),
        ("/api/TwimlReply", "START", 1),
    ],
)
def test_an_opt_out_gets_no_reply_unless_its_word_is_a_keyword(
    run: Run, signed_request: SignedRequest, url: str, body: str, expected: int
) -> None:
    form = {"MessageSid": SID, "From": PERSON, "To": LINE, "Body": body}
    response = run(TwimlReply.main, signed_request(url, list(form.items())))

    assert response.get_body().decode().count("<Message") == expected


def test_rows_that_earlier_versions_wrote_do_no_harm(ledger: MemoryLedger) -> None:
    # The list in which earlier versions stored this person's opt-out.
    shard, person = "abdcbaff22de59550b9dc0b90f937ad5", "57c771f8f142ba48"
    asyncio.run(ledger.insert(Row("optout", shard, {"people": person})))

    assert send()[0] == 201
