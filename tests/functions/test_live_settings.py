"""The functions while the row of live settings stops sending or sets limits."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

from shared import clients
from shared.errors import LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, Value
from shared.live_settings.reader import LIFETIME_S
from shared.live_settings.row import KIND, NAME
from tests.functions.conftest import HastyClock

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Form, Run, SignedRequest

HOME, OFFICE = "+12025550123", "+12025550124"
CALL: Form = [("CallSid", "CA" + "0" * 32), ("From", HOME), ("To", "+12025550100")]
SENDS = pytest.mark.parametrize("name", ["SendSms", "PlaceCall"])


class Storage(MemoryLedger):
    """A ledger that counts the reads of live settings, and that can be down."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.is_down = False

    async def read(self, kind: str, name: str) -> Row | None:
        if kind == KIND:
            self.reads += 1
            if self.is_down:
                raise LedgerError("The storage is down.")
        return await super().read(kind, name)

    def write(self, **values: Value) -> None:
        """Store the row of live settings."""

        async def replace() -> None:
            known = await MemoryLedger.read(self, KIND, NAME)
            if known is not None:
                await self.delete(known)
            await self.insert(Row(KIND, NAME, values))

        asyncio.run(replace())


@pytest.fixture
def storage() -> Storage:
    return Storage()


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


With = Callable[..., None]


@pytest.fixture
def with_settings(
    twilio: FakeTwilio, values: dict[str, str], storage: Storage, clock: HastyClock
) -> With:
    """Builds the app with this storage and additional settings."""

    def build(**settings: str) -> None:
        clients.reset(clients.Clients({**values, **settings}, clock, storage))

    build()
    return build


@pytest.fixture
def answered(run: Run, signed_request: SignedRequest, with_settings: With) -> Callable[..., str]:
    """Returns a function's answer to Twilio: a document."""

    def ask(name: str, query: str = "", form: Form | None = CALL) -> str:
        main: Any = importlib.import_module(name).main
        response = run(main, signed_request(f"/api/{name}?{query}", form))
        assert response.status_code == 200
        return response.get_body().decode()

    return ask


def ask(name: str, key: str = "") -> func.HttpResponse:
    inputs = {"to": HOME, **({"body": "Hello"} if name == "SendSms" else {})}
    headers = {"Idempotency-Key": key} if key else {}
    request = func.HttpRequest(
        "POST", f"https://inner/api/{name}", headers=headers, body=json.dumps(inputs).encode()
    )
    main: Any = importlib.import_module(name).main
    return asyncio.run(main(request))


def answer(response: func.HttpResponse) -> dict[str, Any]:
    return json.loads(response.get_body())


@SENDS
def test_the_row_stops_and_resumes_sending(
    with_settings: With, storage: Storage, clock: HastyClock, twilio: FakeTwilio, name: str
) -> None:
    assert ask(name).status_code == 201
    storage.write(stopped="true")
    clock.slept_s += LIFETIME_S
    refused = ask(name, key="one")
    storage.write(stopped="false")
    clock.slept_s += LIFETIME_S
    sent = ask(name, key="one")

    assert (refused.status_code, sent.status_code) == (403, 201)
    assert "python3 dev.py resume-sending" in answer(refused)["detail"]
    assert len(twilio.requests) == 2


@SENDS
def test_the_detail_says_whether_the_setting_or_the_row_stops_it(
    with_settings: With, storage: Storage, name: str
) -> None:
    storage.write(stopped="true")
    by_row = answer(ask(name))["detail"]
    with_settings(KILL_SWITCH="true")
    by_setting = answer(ask(name))["detail"]

    assert "KILL_SWITCH" in by_setting
    assert "resume-sending" not in by_setting
    assert "KILL_SWITCH" not in by_row


@SENDS
def test_a_dry_run_is_refused_too(with_settings: With, storage: Storage, name: str) -> None:
    storage.write(stopped="true")
    with_settings(DRY_RUN="true")

    assert ask(name).status_code == 403


@SENDS
def test_limits_in_the_row_replace_those_of_the_settings(
    with_settings: With, storage: Storage, name: str
) -> None:
    with_settings(RECIPIENT_LIMIT="5")
    storage.write(recipient_limit=1, recipient_limit_seconds="x", daily_call_limit="")

    assert [ask(name).status_code for _ in range(2)] == [201, 429]


def test_an_invalid_limit_in_the_row_is_ignored_and_named_in_the_log(
    with_settings: With, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    storage.write(daily_segment_limit="-1")

    assert ask("SendSms").status_code == 201
    assert "DAILY_SEGMENT_LIMIT" in caplog.text


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("TwimlForward", "PhoneNumber=2025550124"),
        ("TwimlCallMe", "PhoneNumber=2025550124"),
        ("TwimlSimulring", "PhoneNumbers%5B%5D=2025550124"),
        ("TwimlFindMe", "PhoneNumbers%5B%5D=2025550124"),
        ("TwimlEcho", "Twiml=%3CResponse%3E%3CDial%3E2025550124%3C/Dial%3E%3C/Response%3E"),
        ("TwimlConference", "Moderators%5B%5D=2025550124&EnableSmsNotifications=true"),
        ("TwimlReply", "Message=Hello"),
    ],
)
def test_the_row_stops_answers_from_dialing_and_texting(
    answered: Callable[..., str],
    storage: Storage,
    clock: HastyClock,
    caplog: pytest.LogCaptureFixture,
    name: str,
    query: str,
) -> None:
    form = None if name == "TwimlReply" else CALL
    before = answered(name, query, form)
    storage.write(stopped="true")
    clock.slept_s += LIFETIME_S
    stopped = answered(name, query, form)

    def sends(document: str) -> bool:
        return any(part in document for part in ("0124</", "to=", "<Message"))

    assert (sends(before), sends(stopped)) == (True, False)
    assert "stop-sending does not allow it" in caplog.text


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("TwimlMessage", "Message=Hello"),
        ("TwimlMenu", "Message=Hello"),
        ("TwimlVoicemail", ""),
        ("TwimlConference", "Name=Room"),
        ("TwimlEcho", "Twiml=%3CResponse%3E%3CSay%3EHello%3C/Say%3E%3C/Response%3E"),
    ],
)
def test_answers_that_send_nothing_do_not_read_the_row(
    answered: Callable[..., str], storage: Storage, name: str, query: str
) -> None:
    answered(name, query)

    assert storage.reads == 0


@pytest.mark.parametrize("name", ["TwimlForward", "TwimlReply"])
def test_forged_requests_do_not_read_the_row(
    run: Run, signed_request: SignedRequest, with_settings: With, storage: Storage, name: str
) -> None:
    main: Any = importlib.import_module(name).main
    forged = signed_request(f"/api/{name}?PhoneNumber=2025550124", token="forged")  # noqa: S106

    assert run(main, forged).status_code == 403
    assert storage.reads == 0


def health(twilio: FakeTwilio) -> dict[str, Any]:
    twilio.answer(200, {"messages": []})
    return answer(ask("GetHealth"))


def test_health_says_what_stops_sending_and_which_limits_are_set(
    with_settings: With, twilio: FakeTwilio, storage: Storage
) -> None:
    assert (health(twilio)["sending"], health(twilio)["limits"]) == ("ok", {})
    storage.write(stopped="true", daily_call_limit=3, recipient_limit="x")
    by_row = health(twilio)
    with_settings(KILL_SWITCH="true")
    by_setting = health(twilio)

    assert "resume-sending" in by_row["sending"]
    assert by_row["limits"] == by_setting["limits"] == {"DAILY_CALL_LIMIT": 3}
    assert "KILL_SWITCH" in by_setting["sending"]


def test_health_says_if_the_row_cannot_be_read(
    with_settings: With, twilio: FakeTwilio, storage: Storage
) -> None:
    storage.write(stopped="true")
    health(twilio)
    storage.is_down = True

    report = health(twilio)

    assert report["status"] == "degraded"
    assert "resume-sending" in report["sending"]
    assert "can't be read" in report["sending"]
