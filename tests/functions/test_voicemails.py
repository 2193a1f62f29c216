"""OnRecording: log lines, and texts to the owner of a voicemail."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

import OnRecording
from shared import clients
from shared.clock import SystemClock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import (
    StillRunningError,
    TwilioOutcomeUnknownError,
    TwilioUnreachableError,
    VaultError,
)
from shared.media.links import Link
from shared.recordings.sound import WantedRecording
from shared.recordings.voicemails import NO_LINK

if TYPE_CHECKING:
    from tests.conftest import FakeVault
    from tests.functions.conftest import FakeTwilio, Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

OWNER = "+12025550124"
PATH = "/api/OnRecording?Notify=%2B12025550124"
SID, CALL = "RE" + "a" * 32, "CA" + "b" * 32
KEY = "0123456789" * 4


def report(**changes: str) -> Form:
    fields = {
        "AccountSid": "AC" + "0" * 32,
        "CallSid": CALL,
        "RecordingSid": SID,
        "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/{SID}",
        "RecordingStatus": "completed",
        "RecordingDuration": "62",
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "ErrorCode": "0",
        **changes,
    }
    return [(name, value) for name, value in fields.items() if value]


def call(**changes: Any) -> dict[str, Any]:
    caller = {"from": "+12025550123", "to": "+12025550100", "direction": "inbound"}
    return {"sid": CALL, "status": "completed", **caller, **changes}


@pytest.fixture
def owner(
    app: clients.Clients,
    run: Run,
    signed_request: SignedRequest,
    twilio: FakeTwilio,
    values: dict[str, str],
) -> Owner:
    values["LINK_SIGNING_KEY"] = KEY
    clients.reset(clients.Clients(values, app.clock))
    return Owner(run, signed_request, twilio)


class Owner:
    """The owner of a line with a voicemail."""

    def __init__(self, run: Run, signed_request: SignedRequest, twilio: FakeTwilio) -> None:
        self.run = run
        self.signed_request = signed_request
        self.twilio = twilio

    def gets(self, path: str = PATH, **changes: str) -> str | None:
        """Return the text sent for a report, or None."""
        response = self.run(OnRecording.main, self.signed_request(path, report(**changes)))
        assert (response.status_code, response.get_body()) == (204, b"")
        texts = [r["data"] for r in self.twilio.requests if r["method"] == "POST"]
        assert len(texts) <= 1
        if not texts:
            return None
        assert texts[0]["To"] == OWNER
        return texts[0]["Body"]


def test_the_owner_gets_caller_length_and_link(owner: Owner) -> None:
    owner.twilio.answer(200, call())

    text = owner.gets() or ""

    start, _, rest = text.partition("https://")
    url, _, end = rest.partition(" ")
    assert start == "Voicemail from +12025550123 (1:02): "
    assert url.startswith("app.example/api/GetSharedRecording?")
    assert end == "(works for 7 days)"
    query = parse_qs(urlsplit(url).query)
    link = Link(WantedRecording(SID), int(query["expires"][0]))
    assert query["sid"] == [SID]
    assert link.is_signed(KEY, query["signature"][0])
    assert owner.twilio.requests[0]["url"].endswith(f"/Calls/{CALL}.json")


def test_an_owner_in_another_format_is_the_same_recipient(owner: Owner) -> None:
    owner.twilio.answer(200, call())

    assert owner.gets(PATH.replace("%2B1", "%2B11"))


@pytest.mark.parametrize(("seconds", "length"), [("0", "0:00"), ("9", "0:09"), ("3599", "59:59")])
def test_the_length_is_in_minutes_and_seconds(owner: Owner, seconds: str, length: str) -> None:
    owner.twilio.answer(200, call())

    assert f" ({length}): " in (owner.gets(RecordingDuration=seconds) or "")


@pytest.mark.parametrize("seconds", ["", "-1", "long"])
def test_an_unknown_length_is_omitted(owner: Owner, seconds: str) -> None:
    owner.twilio.answer(200, call())

    text = owner.gets(RecordingDuration=seconds) or ""
    assert text.startswith("Voicemail from +12025550123: https://")


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "", None])
def test_a_withheld_caller_is_unknown(owner: Owner, number: str | None) -> None:
    owner.twilio.answer(200, call(**{"from": number}))

    assert (owner.gets() or "").startswith("Voicemail from an unknown number (1:02): ")


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        ("sip:alice@example.com", "sip alice example com"),
        ("client:alice_2-b", "client alice_2-b"),
        ("sip:https://evil.example/login@x", "sip https evil example login x"),
        ("client:a\nFrom your bank:\r\x00\u202e hi", "client a From your bank hi"),
        ("client:" + "a" * 500, "client " + "a" * 33),
        ("+1202555012345678", "+1202555012345678"),
        ("12345", "12345"),
        ("\u2603 \x1b.", "an unknown number"),
    ],
)
def test_a_sip_or_client_address_is_named_without_links(
    owner: Owner, caller: str, name: str
) -> None:
    owner.twilio.answer(200, call(**{"from": caller}))

    assert (owner.gets() or "").startswith(f"Voicemail from {name} (1:02): https://app.example/")


def test_in_an_outgoing_call_the_called_person_is_named(owner: Owner) -> None:
    owner.twilio.answer(200, call(to="+12025550125", direction="outbound-api"))

    assert (owner.gets() or "").startswith("Voicemail from +12025550125 ")


def test_without_a_call_lookup_only_the_number_is_missing(owner: Owner) -> None:
    owner.twilio.answer(404, {"code": 20404, "message": "not found", "status": 404})

    assert (owner.gets() or "").startswith("Voicemail from an unknown number ")


def test_an_invalid_call_sid_is_not_looked_up(owner: Owner) -> None:
    assert owner.gets(CallSid="../Messages") is not None
    assert [request["method"] for request in owner.twilio.requests] == ["POST"]


def test_the_lifetime_of_the_link_is_a_setting(owner: Owner, values: dict[str, str]) -> None:
    clients.reset(clients.Clients(values | {"LINK_LIFETIME_HOURS": "1"}, SystemClock()))
    owner.twilio.answer(200, call())

    assert (owner.gets() or "").endswith("(works for 1 hour)")


@pytest.mark.parametrize(
    ("key", "why"), [("", "is missing or cannot be read"), (KEY[:31], "is shorter than 32 char")]
)
def test_without_a_good_signing_key_the_text_has_no_link_and_the_log_says_why(
    owner: Owner, values: dict[str, str], caplog: pytest.LogCaptureFixture, key: str, why: str
) -> None:
    clients.reset(clients.Clients(values | {"LINK_SIGNING_KEY": key}, SystemClock()))
    owner.twilio.answer(200, call())

    assert owner.gets() == f"Voicemail from +12025550123 (1:02): {NO_LINK}"
    assert f"No link to recording {SID}: The secret LinkSigningKey {why}" in caplog.text


@pytest.mark.parametrize("status", ["absent", "in-progress", "", "Completed"])
def test_without_a_recording_no_text_is_sent(owner: Owner, status: str) -> None:
    assert owner.gets(RecordingStatus=status) is None


@pytest.mark.parametrize("path", ["/api/OnRecording", "/api/OnRecording?Notify="])
def test_without_an_owner_no_text_is_sent(owner: Owner, path: str) -> None:
    assert owner.gets(path) is None


def test_an_invalid_recording_sid_makes_no_link(owner: Owner) -> None:
    assert owner.gets(RecordingSid="RE1&sid=RE2") is None


def test_an_owner_that_is_not_a_number_is_logged(
    owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    assert owner.gets("/api/OnRecording?Notify=2025550124x") is None
    assert "Notify is not a phone number" in caplog.text
    assert "0124" not in caplog.text


def test_the_report_is_one_line_without_personal_data(
    owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    owner.gets("/api/OnRecording", RecordingStatus="absent", From="+12025550123")

    (record,) = caplog.records
    assert json.loads(record.getMessage()) == {
        "report": "recording",
        "sid": SID,
        "call_sid": CALL,
        "status": "absent",
        "duration_s": "62",
        "source": "RecordVerb",
        "from": "...0123",
    }


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TwilioUnreachableError("x"), 502),
        (StillRunningError("x", retry_after_s=1), 409),
        (TwilioOutcomeUnknownError("x"), 204),
        (None, 204),
    ],
)
def test_a_failed_text_is_logged_and_retried_only_if_nothing_was_sent(
    owner: Owner, caplog: pytest.LogCaptureFixture, error: Exception | None, status: int
) -> None:
    owner.twilio.answer(200, call())
    if error:
        owner.twilio.lasting = error
    else:
        owner.twilio.answer(400, {"code": 21610, "message": f"{OWNER} said STOP", "status": 400})

    response = owner.run(OnRecording.main, owner.signed_request(PATH, report()))

    assert response.status_code == status
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert SID in line.getMessage()
    assert "0124" not in caplog.text
    assert "0123" not in caplog.text.replace(KEY, "")


def test_if_twilio_is_unreachable_it_gets_an_answer_within_15_seconds(
    owner: Owner, app: clients.Clients
) -> None:
    owner.twilio.lasting = TwilioUnreachableError("x")
    began = app.clock.monotonic()

    assert owner.run(OnRecording.main, owner.signed_request(PATH, report())).status_code == 502
    assert app.clock.monotonic() - began < 15
    assert [r["method"] for r in owner.twilio.requests[:3]] == ["GET", "POST", "POST"]


@pytest.mark.parametrize("knows_the_token", [False, True])
def test_while_the_vault_is_down_twilio_is_asked_to_retry_the_report(
    app: clients.Clients, owner: Owner, vault: FakeVault, *, knows_the_token: bool
) -> None:
    app.credentials = Credentials(vault, SystemClock())
    clients.reset(app)
    vault.secrets = {Secret.AUTH_TOKEN: "primary"}
    if knows_the_token:
        asyncio.run(app.credentials.get(Secret.AUTH_TOKEN))
    vault.error = VaultError("Key Vault is down")

    response = owner.run(OnRecording.main, owner.signed_request(PATH, report()))

    assert response.status_code == 503
    assert owner.twilio.requests == []
