"""Two spellings of one phone are the same phone, and a caller without a number shows the app's."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import azure.functions as func
import pytest

import PlaceCall
import SendSms
from shared import clients
from shared.clock import SystemClock
from shared.ledger.memory import MemoryLedger

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

LINE, OFFICE = "+12025550100", "+12025550124"
# Twilio reports a Mexican mobile number with the 1, and reaches it without.
REPORTED, DIALED = "+5215512345678", "+525512345678"
SPELLINGS = pytest.mark.parametrize("spelling", [REPORTED, DIALED])
ACTIONS = {"SendSms": (SendSms.main, "body"), "PlaceCall": (PlaceCall.main, "message")}
Answered = Callable[..., str]


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    return {**values, "ALLOWED_COUNTRIES": "US,MX"}


def use(values: dict[str, str], **settings: str) -> None:
    clients.reset(clients.Clients({**values, **settings}, SystemClock(), MemoryLedger()))


def act(name: str, to: str) -> func.HttpResponse:
    main, words = ACTIONS[name]
    body = json.dumps({"to": to, words: "Hi"}).encode()
    return asyncio.run(main(func.HttpRequest("POST", f"http://inner/api/{name}", body=body)))


@pytest.fixture
def answered(run: Run, signed_request: SignedRequest, values: dict[str, str]) -> Answered:
    """Returns the document that a function answers with."""

    def ask(name: str, query: str, form: Form, **settings: str) -> str:
        use(values, **settings)
        main: Any = importlib.import_module(name).main
        response = run(main, signed_request(f"/api/{name}?{query}", form))
        assert response.status_code == 200
        return response.get_body().decode()

    return ask


def call_from(caller: str, to: str = LINE) -> Form:
    return [("CallSid", "CA" + "0" * 32), ("From", caller), ("To", to)]


def text_from(writer: str) -> Form:
    return [("MessageSid", "SM" + "0" * 32), ("From", writer), ("To", LINE), ("Body", "Hi")]


@SPELLINGS
@pytest.mark.parametrize("name", ACTIONS)
def test_a_send_goes_to_the_spelling_that_is_reached(
    twilio: FakeTwilio, values: dict[str, str], name: str, spelling: str
) -> None:
    use(values)

    assert act(name, spelling).status_code == 201
    assert twilio.requests[0]["data"]["To"] == DIALED


@SPELLINGS
@pytest.mark.parametrize("other", [REPORTED, DIALED])
def test_a_blocked_recipient_gets_nothing(
    twilio: FakeTwilio, values: dict[str, str], spelling: str, other: str
) -> None:
    use(values, BLOCKED_RECIPIENTS=other)

    assert act("SendSms", spelling).status_code == 403
    assert twilio.requests == []


def test_a_recipient_has_one_limit(twilio: FakeTwilio, values: dict[str, str]) -> None:
    use(values, RECIPIENT_LIMIT="1")

    assert [act("SendSms", to).status_code for to in (REPORTED, DIALED)] == [201, 429]


@SPELLINGS
def test_a_blocked_caller_is_rejected(answered: Answered, spelling: str) -> None:
    for caller in (REPORTED, DIALED):
        document = answered("TwimlMenu", "", call_from(caller), BLOCKED_CALLERS=spelling)
        assert "<Reject" in document


@SPELLINGS
def test_an_allowed_caller_is_connected(answered: Answered, spelling: str) -> None:
    query = f"PhoneNumber={quote(OFFICE)}&AllowedCallers[0]={quote(spelling)}"

    for caller in (REPORTED, DIALED):
        assert "<Dial" in answered("TwimlForward", query, call_from(caller))


@SPELLINGS
def test_an_owner_does_not_get_their_own_text(answered: Answered, spelling: str) -> None:
    query = f"Forward={quote(spelling)}&Message=Thanks"

    assert DIALED not in answered("TwimlReply", query, text_from(REPORTED))


@pytest.mark.parametrize(
    "entry", ["anonymous", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"]
)
@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "unknown", "+266696687", "+2562533"])
def test_any_word_for_a_withheld_number_blocks_all_of_them(
    answered: Answered, entry: str, caller: str
) -> None:
    assert "<Reject" in answered("TwimlMenu", "", call_from(caller), BLOCKED_CALLERS=entry)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("TwimlForward", "PhoneNumber"),
        ("TwimlCallMe", "PhoneNumber"),
        ("TwimlSimulring", "PhoneNumbers[]"),
        ("TwimlFindMe", "PhoneNumbers[]"),
    ],
)
@pytest.mark.parametrize("caller", ["sip:1001@pbx.example.com", "client:alice"])
def test_a_caller_without_a_number_shows_the_apps(
    answered: Answered, name: str, parameter: str, caller: str
) -> None:
    query = f"{quote(parameter)}={quote(OFFICE)}"

    assert f'callerId="{LINE}"' in answered(name, query, call_from(caller, to=""))
    assert "callerId" not in answered(name, query, call_from("+12025550123"))


def test_without_a_number_of_the_app_the_called_one_is_shown(answered: Answered) -> None:
    query = f"PhoneNumber={quote(OFFICE)}"
    form = call_from("sip:1001@pbx.example.com", to="+12025550111")
    service = {"TWILIO_FROM_NUMBER": "", "TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32}

    assert 'callerId="+12025550111"' in answered("TwimlForward", query, form, **service)
