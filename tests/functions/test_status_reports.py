"""Twilio's status reports and the ledger: stored, settled and logged once, despite failures."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import OnCallStatus
import OnMessageStatus
import OnRecording
from shared import clients
from shared.delivery.states import State
from shared.errors import LedgerError, TwilioUnreachableError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

SID, CALL, RECORDING = "SM" + "0" * 32, "CA" + "0" * 32, "RE" + "0" * 32
OWNER = "%2B12025550124"


class CountingLedger(MemoryLedger):
    """A ledger that counts requests and can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.is_down = False
        self.work: Counter[str] = Counter()

    async def insert(self, row: Row) -> Row:
        self._count("insert", row.kind)
        return await super().insert(row)

    async def read(self, kind: str, name: str) -> Row | None:
        self._count("read", kind)
        return await super().read(kind, name)

    async def replace(self, row: Row) -> Row:
        self._count("replace", row.kind)
        return await super().replace(row)

    def _count(self, work: str, kind: str) -> None:
        if self.is_down:
            raise LedgerError("storage is down")
        self.work[f"{work} {kind}"] += 1


class Reporter:
    """Sends Twilio's status reports."""

    def __init__(
        self, run: Run, signed_request: SignedRequest, log: pytest.LogCaptureFixture
    ) -> None:
        self._run = run
        self._signed_request = signed_request
        self._log = log
        log.set_level(logging.INFO)

    def message(self, status: str, claim: str = "", **fields: str) -> int:
        """Report a message's status; return the HTTP status."""
        path = f"/api/OnMessageStatus{f'?claim={claim}' if claim else ''}"
        form = {"MessageSid": SID, "MessageStatus": status, **fields}
        return self._post(OnMessageStatus.main, path, form)

    def call(self, status: str, **fields: str) -> int:
        """Report a call's status."""
        form = {"CallSid": CALL, "CallStatus": status, **fields}
        return self._post(OnCallStatus.main, "/api/OnCallStatus", form)

    def recording(self, status: str = "completed") -> int:
        """Report a recording with an owner to notify."""
        form = {"RecordingSid": RECORDING, "RecordingStatus": status}
        return self._post(OnRecording.main, f"/api/OnRecording?Notify={OWNER}", form)

    def logged(self) -> list[dict[str, Any]]:
        """Return the log lines of reports."""
        lines = [record.getMessage() for record in self._log.records]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def _post(self, main: Any, path: str, fields: dict[str, str]) -> int:
        form: Form = list(fields.items())
        return self._run(main, self._signed_request(path, form)).status_code


class Notifier:
    """Notifies owners of voicemails; fails `failures` times first."""

    def __init__(self) -> None:
        self.failures = 0
        self.notified: list[str] = []

    async def tell(self, voicemail: Any, owner: str, request_url: str) -> None:
        if self.failures:
            self.failures -= 1
            raise TwilioUnreachableError("no connection")
        self.notified.append(owner)


@pytest.fixture
def ledger(app: clients.Clients, monkeypatch: pytest.MonkeyPatch) -> CountingLedger:
    ledger = CountingLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)
    return ledger


@pytest.fixture
def reporter(
    run: Run, signed_request: SignedRequest, caplog: pytest.LogCaptureFixture, app: clients.Clients
) -> Reporter:
    return Reporter(run, signed_request, caplog)


@pytest.fixture
def notifier(monkeypatch: pytest.MonkeyPatch) -> Notifier:
    notifier = Notifier()
    monkeypatch.setattr(clients.Clients, "voicemail_notifier", notifier)
    return notifier


def state(sid: str = SID) -> State | None:
    return asyncio.run(clients.current().states().find(sid))


def take_claim(key: str = "order-1") -> str:
    """Claim a key, as before a send; return its reference in reports."""
    claim = asyncio.run(
        clients.current().claims().take(clients.current().claims().draft(key, "SendSms", "x"))
    )
    return claim.reference


@pytest.mark.usefixtures("ledger")
def test_a_repeated_report_is_answered_and_logged_once(reporter: Reporter) -> None:
    answers = [reporter.message(status) for status in ("sent", "delivered", "sent", "delivered")]

    assert answers == [204] * 4
    assert [line["status"] for line in reporter.logged()] == ["sent", "delivered"]


@pytest.mark.usefixtures("ledger")
def test_out_of_order_reports_end_in_the_final_status(reporter: Reporter) -> None:
    for status in ("completed", "ringing", "initiated", "in-progress"):
        reporter.call(status)

    known = state(CALL)
    assert known is not None
    assert known.status == "completed"


@pytest.mark.usefixtures("ledger")
def test_the_error_code_is_kept(reporter: Reporter) -> None:
    reporter.message("undelivered", ErrorCode="30003")

    known = state()
    assert known is not None
    assert (known.status, known.error_code) == ("undelivered", 30003)


@pytest.mark.usefixtures("ledger")
def test_a_report_settles_the_claim_that_it_names(reporter: Reporter) -> None:
    reference = take_claim()

    reporter.message("sent", reference)

    claim = asyncio.run(clients.current().claims().find("order-1"))
    known = state()
    assert claim is not None
    assert known is not None
    assert (claim.state, claim.sid, known.claim) == ("sent", SID, reference)


def test_a_repeated_report_settles_a_claim_that_failed_to_settle_before(
    ledger: CountingLedger, reporter: Reporter
) -> None:
    reference = take_claim()

    async def fail(row: Row) -> Row:
        raise LedgerError("storage is down")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "replace", fail)
        assert reporter.message("sent", reference) == 503
    assert reporter.message("sent", reference) == 204

    claim = asyncio.run(clients.current().claims().find("order-1"))
    assert claim is not None
    assert claim.state == "sent"


def test_only_the_first_report_of_a_send_touches_its_claim(
    ledger: CountingLedger, reporter: Reporter
) -> None:
    reference = take_claim()
    costs: list[Counter[str]] = []
    for status in ("sent", "delivered", "delivered"):
        ledger.work.clear()
        reporter.message(status, reference)
        costs.append(Counter(ledger.work))

    first, later, repeat = costs
    assert first["replace claim"] == 1
    assert later == Counter(["read state", "replace state"])
    assert repeat == Counter(["read state"])


@pytest.mark.usefixtures("ledger")
def test_a_report_with_an_unknown_claim_is_stored(reporter: Reporter) -> None:
    assert reporter.message("sent", "no-such-claim") == 204
    assert reporter.message("delivered", "x" * 5000) == 204
    assert [line["status"] for line in reporter.logged()] == ["sent", "delivered"]


def test_without_storage_a_report_is_logged_as_not_stored_and_retried(
    ledger: CountingLedger, reporter: Reporter
) -> None:
    ledger.is_down = True
    down = [reporter.message("sent"), reporter.message("sent")]
    ledger.is_down = False
    up = [reporter.message("sent"), reporter.message("sent")]

    assert (down, up) == ([503, 503], [204, 204])
    assert [line.get("stored") for line in reporter.logged()] == [False, False, None]


def test_an_app_without_storage_logs_every_report(reporter: Reporter) -> None:
    assert [reporter.message("sent"), reporter.message("sent")] == [204, 204]
    assert [line["status"] for line in reporter.logged()] == ["sent", "sent"]
    assert "stored" not in reporter.logged()[0]


@pytest.mark.usefixtures("ledger")
def test_an_unknown_status_is_stored_and_not_final(reporter: Reporter) -> None:
    reporter.message("sent")
    assert reporter.message("on_its_way") == 204

    known = state()
    assert known is not None
    assert (known.status, known.is_final) == ("on_its_way", False)


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": CALL},
        {"MessageSid": ""},
        {"MessageSid": "SM" + "0" * 5000},
        {"MessageStatus": ""},
        {"MessageStatus": "x" * 5000},
        {"MessageStatus": "2025550123"},
        {"MessageStatus": "\0😀"},
    ],
    ids=lambda fields: str(fields)[:30],
)
def test_an_invalid_report_is_refused_and_not_stored(
    ledger: CountingLedger, reporter: Reporter, fields: dict[str, str]
) -> None:
    assert reporter.message("sent", **fields) == 400
    assert not ledger.work


def test_an_unsigned_report_does_not_reach_the_ledger(
    ledger: CountingLedger, run: Run, signed_request: SignedRequest
) -> None:
    form = [("MessageSid", SID), ("MessageStatus", "sent")]
    request = signed_request("/api/OnMessageStatus", form, signature="A" * 27 + "=")

    assert run(OnMessageStatus.main, request).status_code == 403
    assert not ledger.work


@pytest.mark.usefixtures("ledger")
def test_concurrent_equal_reports_are_logged_once(
    reporter: Reporter, signed_request: SignedRequest
) -> None:
    form = [("MessageSid", SID), ("MessageStatus", "sent")]

    async def deliver() -> list[int]:
        request = signed_request("/api/OnMessageStatus", form)
        answers = await asyncio.gather(*(OnMessageStatus.main(request) for _ in range(20)))
        return [answer.status_code for answer in answers]

    assert asyncio.run(deliver()) == [204] * 20
    assert len(reporter.logged()) == 1


@pytest.mark.usefixtures("ledger")
def test_a_repeated_report_of_a_recording_notifies_the_owner_once(
    reporter: Reporter, notifier: Notifier
) -> None:
    assert [reporter.recording(), reporter.recording()] == [204, 204]
    assert notifier.notified == ["+12025550124"]
    assert [line["report"] for line in reporter.logged()] == ["recording"]


@pytest.mark.usefixtures("ledger")
def test_a_repeated_report_texts_an_owner_who_got_no_text_before(
    reporter: Reporter, notifier: Notifier
) -> None:
    notifier.failures = 1

    assert [reporter.recording() for _ in range(3)] == [502, 204, 204]
    assert notifier.notified == ["+12025550124"]
    assert len(reporter.logged()) == 1


def test_without_storage_the_owner_gets_a_text_and_twilio_does_not_retry(
    ledger: CountingLedger, reporter: Reporter, notifier: Notifier
) -> None:
    ledger.is_down = True

    assert reporter.recording() == 204
    assert notifier.notified == ["+12025550124"]
    assert [line["stored"] for line in reporter.logged()] == [False]


@pytest.mark.parametrize("is_back", [False, True])
def test_while_storage_is_down_replays_do_not_notify_the_owner_again(
    ledger: CountingLedger, reporter: Reporter, notifier: Notifier, *, is_back: bool
) -> None:
    ledger.is_down = True
    notifier.failures = 1
    answers = [reporter.recording() for _ in range(5)]
    ledger.is_down = not is_back
    answers += [reporter.recording() for _ in range(5)]

    assert answers == [502] + [204] * 9
    assert notifier.notified == ["+12025550124"]


def test_an_app_without_storage_notifies_the_owner_once(
    reporter: Reporter, notifier: Notifier
) -> None:
    assert [reporter.recording(), reporter.recording()] == [204, 204]
    assert notifier.notified == ["+12025550124"]
