"""Requests with test credentials: validated like real ones, without any effect.

Nothing is stored, sent, called, reported or fetched. Magic numbers produce the errors that
otherwise depend on Twilio's state (twilio.com/docs/iam/test-credentials).
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from deskphone.account.phone_numbers import e164, national
from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json
from deskphone.rest.resources.calls import CallsResource
from deskphone.rest.resources.incoming_phone_numbers import NumbersResource
from deskphone.rest.resources.messages import MessagesResource
from deskphone.values import ACCOUNT_SID, TEST_ACCOUNT_SID

SENDER = "+15005550006"
"""The only number that may text and call."""

NOT_A_SENDER = 21606
NOT_A_SENDER_REFUSAL = (
    "The From phone number {} is not a valid, SMS-capable inbound phone number or short code for "
    "your account."
)

REFUSALS: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "Messages": {
        "From": {"+15005550001": 21212, "+15005550007": NOT_A_SENDER, "+15005550008": 21611},
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
            if code == NOT_A_SENDER:
                raise TwilioRefusalError(code, NOT_A_SENDER_REFUSAL.format(text))
            raise TwilioRefusalError(code, f"{parameter} {text} is a magic input for this error")
    if name != "Messages":
        return
    if parameters.text("MessagingServiceSid"):
        message = "Test credentials don't support Messaging Services"
        raise TwilioRefusalError(21701, message, HTTPStatus.NOT_FOUND)
    sender = parameters.text("From")
    if sender and e164(sender) != SENDER:
        raise TwilioRefusalError(NOT_A_SENDER, NOT_A_SENDER_REFUSAL.format(sender))


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
