"""A phone number in a Twilio account and where its calls and texts go (IncomingPhoneNumbers)."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from commands.errors import CommandError
from shared.errors import TwilioError, TwilioRefusedError
from shared.phone_numbers import masked
from shared.twilio_api.account import TwilioAccount

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.application import ApplicationInstance
    from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

MAX_NUMBERS = 1000
MAX_SERVICES = 50
SHOWN_NUMBERS = 5
# The emulated Twilio has no messaging services and responds with one of these.
NO_SERVICES = (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED)
BUY = "Buy one in Twilio's console: Phone Numbers, Manage, Buy a number"


class Place(StrEnum):
    """What a number has an address for; the value is the prefix of Twilio's fields."""

    CALLS = "voice"
    CALLS_FALLBACK = "voice_fallback"
    TEXTS = "sms"
    TEXTS_FALLBACK = "sms_fallback"
    CALL_REPORTS = "status_callback"

    @property
    def label(self) -> str:
        """Its name in the output."""
        return self.name.lower().replace("_", " ")

    @property
    def fields(self) -> tuple[str, str]:
        """Twilio's names for its URL and method."""
        url = self.value if self is Place.CALL_REPORTS else f"{self}_url"
        return url, f"{self}_method"


class Address(NamedTuple):
    """A URL, "" if it isn't set, and the HTTP method that Twilio uses."""

    url: str
    method: str = "POST"

    def is_same(self, other: "Address") -> bool:
        """Return whether two addresses are equal; without a URL the method doesn't matter."""
        return self == other or not (self.url or other.url)


Addresses = Mapping[Place, Address]


class Number(NamedTuple):
    """A number as configured in Twilio; `notes` say what overrides its URLs."""

    sid: str
    addresses: Addresses
    notes: tuple[str, ...] = ()


class Numbers:
    """The numbers of an account. Methods raise the errors of TwilioAccount."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def find(self, digits: str, name: str) -> Number:
        """Return the number `digits` (E.164), which messages call `name`.

        Raise CommandError if it is not in the account.
        """

        async def like(client: "Client") -> "list[IncomingPhoneNumberInstance]":
            return await client.incoming_phone_numbers.list_async(phone_number=digits)

        async def others(client: "Client") -> "list[IncomingPhoneNumberInstance]":
            return await client.incoming_phone_numbers.list_async(limit=MAX_NUMBERS)

        for number in await self._account.run(like):
            if number.phone_number == digits:
                return _read(number)
        there = await self._account.run(others)
        raise CommandError(_not_there(name, [number.phone_number or "" for number in there]))

    async def change(self, number: Number, changes: Addresses) -> Number:
        """Change some addresses of a number; return the number as Twilio now has it."""
        fields = {
            name: value
            for place, address in changes.items()
            for name, value in zip(place.fields, address, strict=True)
        }

        async def update(client: "Client") -> "IncomingPhoneNumberInstance":
            await client.incoming_phone_numbers(number.sid).update_async(**fields)
            return await client.incoming_phone_numbers(number.sid).fetch_async()

        return _read(await self._account.run(update))

    async def service_of(self, number: Number) -> str:
        """Return a note if a messaging service handles the number's texts, otherwise "".

        A number is in at most one service. The service's addresses take precedence, unless it
        defers to the number. Source: Twilio, Services resource, use_inbound_webhook_on_number.
        """

        async def find(client: "Client") -> str:
            for service in await client.messaging.v1.services.list_async(limit=MAX_SERVICES):
                if not service.use_inbound_webhook_on_number and await _is_in(
                    client, str(service.sid), number.sid
                ):
                    return str(service.sid)
            return ""

        try:
            sid = await self._account.run_once(find)
        except TwilioError as error:
            if isinstance(error, TwilioRefusedError) and error.twilio_status in NO_SERVICES:
                return ""
            return "could not check whether the number is in a messaging service"
        return (
            f"the number is in the messaging service {sid}, whose URLs get the number's texts. To "
            "change that, set the service's Integration to: Defer to sender's webhook"
            if sid
            else ""
        )


async def _is_in(client: "Client", service_sid: str, number_sid: str) -> bool:
    """Return whether a messaging service contains a number."""
    rows = await client.messaging.v1.services(service_sid).phone_numbers.list_async()
    return any(row.sid == number_sid for row in rows)


def addresses_of(row: "IncomingPhoneNumberInstance | ApplicationInstance") -> Addresses:
    """Return the addresses of a number or a TwiML app; Twilio names their fields alike."""

    def address(place: Place) -> Address:
        url, method = (getattr(row, name) or "" for name in place.fields)
        return Address(url, method or "POST")

    return {place: address(place) for place in Place}


def _read(number: "IncomingPhoneNumberInstance") -> Number:
    return Number(str(number.sid), addresses_of(number), tuple(_winners(number)))


def _winners(number: "IncomingPhoneNumberInstance") -> list[str]:
    """Return what takes precedence over the number's addresses. Source: IncomingPhoneNumbers."""
    notes: list[str] = []
    if number.trunk_sid:
        notes.append(f"calls go to the SIP trunk {number.trunk_sid} and ignore the URLs here")
    elif number.voice_application_sid:
        app = number.voice_application_sid
        notes.append(f"calls go to the TwiML app {app} and ignore the URLs here")
    if number.sms_application_sid:
        app = number.sms_application_sid
        notes.append(f"texts go to the TwiML app {app} and ignore the URLs here")
    return notes


def _not_there(name: str, others: list[str]) -> str:
    if not others:
        return f"{name} is not in this account, which has no numbers. {BUY}."
    ends = ", ".join(str(masked(other)) for other in others[:SHOWN_NUMBERS])
    if len(others) == 1:
        return f"{name} is not in this account, which has one number ({ends}). {BUY}."
    more = ", …" if len(others) > SHOWN_NUMBERS else ""
    return f"{name} is not one of the {len(others)} numbers in this account ({ends}{more}). {BUY}."
