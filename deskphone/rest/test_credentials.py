"""Requests with test credentials: validated like real ones, without any effect.

Nothing is stored, sent, called, reported or fetched. Magic numbers produce the errors that
otherwise depend on Twilio's state (twilio.com/docs/iam/test-credentials).
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from deskphone.account.phone_numbers import e164, national
from deskphone.account.store import Store, new_sid
from deskphone.account.trial import closed_to_calls, closed_to_texts
from deskphone.clock import Clock
from deskphone.records.message import OPTED_OUT, OPTED_OUT_REFUSAL
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.errors import (
    TwilioRefusalError,
    invalid_recipient,
    invalid_sender,
    refused,
)
from deskphone.rest.messages.messages import MessagesResource
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json
from deskphone.rest.resources.calls import CallsResource
from deskphone.rest.resources.incoming_phone_numbers import NumbersResource
from deskphone.values import ACCOUNT_SID, TEST_ACCOUNT_SID

SENDER = "+15005550006"
"""The only number that may text and call."""

NOT_A_SENDER = 21606

QUEUE_FULL = 21611

REFUSALS: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "Messages": {
        "From": {"+15005550001": 21212, "+15005550007": NOT_A_SENDER, "+15005550008": QUEUE_FULL},
        "To": {
            "+15005550001": 21211,
            "+15005550002": 21612,
            "+15005550003": 21408,
            "+15005550004": 21610,
            "+15005550009": 21614,
        },
    },
    "Calls": {
        "From": {"+15005550001": 21212},
        "To": {
            "+15005550001": 21217,
            "+15005550002": 21214,
            "+15005550003": 21215,
            "+15005550004": 21216,
        },
    },
    "IncomingPhoneNumbers": {
        "PhoneNumber": {"+15005550000": 21422, "+15005550001": 21421},
        "AreaCode": {"533": 21452},
    },
}
"""The magic inputs of each resource and parameter, and Twilio's error codes for them."""

SENTENCES: Mapping[int, str] = {
    NOT_A_SENDER: "The From phone number {} is not a valid, SMS-capable inbound phone number or "
    "short code for your account.",
    21214: "'To' phone number cannot be reached",
    21216: "API: Call blocked by Twilio blocklist",
    21217: "Phone number does not appear to be valid",
    21421: "{} is not a valid number",
    21422: "{} is not available",
    21452: "No phone numbers found in area code {}",
    OPTED_OUT: OPTED_OUT_REFUSAL,
    QUEUE_FULL: "SMS queue is full.",
    21612: "The 'To' phone number is not currently reachable via SMS",
    21614: "To number: {}, is not a mobile number",
}
"""Twilio's sentences, with the magic input; without a recording, the error dictionary's titles."""


class NullService:
    """Accepts texts and calls and discards them."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def answer_test_request(
    method: str, path: Sequence[str], parameters: Parameters, clock: Clock
) -> Json:
    """Return the response to a request that creates something; refuse all others.

    `path` is what follows the version, without .json, e.g. ["Accounts", "AC…", "Calls"].
    """
    match method, path:
        case "POST", ["Accounts", account, name] if account == TEST_ACCOUNT_SID:
            if name in REFUSALS:
                _refuse_magic(name, parameters)
                return _as_test_account(_create(name, parameters, clock))
        case _:
            pass
    message = "Resource not accessible with Test Account Credentials"
    raise TwilioRefusalError(20008, message, HTTPStatus.FORBIDDEN)


def _refuse_magic(name: str, parameters: Parameters) -> None:
    for parameter, codes in REFUSALS[name].items():
        text = parameters.text(parameter)
        code = codes.get(e164(text) or text)
        if code is not None:
            raise _refusal(code, text)
    if name != "Messages":
        return
    if parameters.text("MessagingServiceSid"):
        message = "Test credentials don't support Messaging Services"
        raise TwilioRefusalError(21701, message, HTTPStatus.NOT_FOUND)
    sender = parameters.text("From")
    if sender and e164(sender) != SENDER:
        raise _refusal(NOT_A_SENDER, sender)


def _refusal(code: int, value: str) -> TwilioRefusalError:
    """Return Twilio's error for a magic input."""
    match code:
        case 21211:
            return invalid_recipient(value)
        case 21212:
            return invalid_sender(value)
        case 21215:
            return refused(closed_to_calls(value))
        case 21408:
            return refused(closed_to_texts(value))
        case _:
            is_full = code == QUEUE_FULL
            status = HTTPStatus.TOO_MANY_REQUESTS if is_full else HTTPStatus.BAD_REQUEST
            return TwilioRefusalError(code, SENTENCES[code].format(value), status)


def _create(name: str, parameters: Parameters, clock: Clock) -> Json:
    """Create the resource in a temporary account."""
    null: Any = NullService()
    store = Store(clock)
    if name == "IncomingPhoneNumbers":
        return NumbersResource(store, clock).create(parameters)
    now = clock.now()
    store.numbers.put(PhoneNumber(new_sid("PN"), SENDER, national(SENDER), now, now))
    if name == "Calls":
        return CallsResource(store, clock, null).create(parameters)
    return MessagesResource(store, clock, null, lambda: "").create(parameters)


def _as_test_account(body: Json) -> Json:
    return {name: _renamed(value) for name, value in body.items()}


def _renamed(value: Any) -> Any:
    match value:
        case str():
            return value.replace(ACCOUNT_SID, TEST_ACCOUNT_SID)
        case dict():
            return {name: _renamed(inner) for name, inner in value.items()}
        case _:
            return value
