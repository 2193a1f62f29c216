"""A number of a Twilio account, and where its calls and texts go. Source: IncomingPhoneNumbers."""

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
    from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

MAX_NUMBERS = 1000
MAX_SERVICES = 50
SHOWN_NUMBERS = 5
# What a Twilio without messaging services answers: the emulated one.
NO_SERVICES = (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED)
BUY = "Buy one in Twilio's console: Phone Numbers, Manage, Buy a number"


class Place(StrEnum):
    """What a number has an address for; the value is how Twilio's fields for it begin."""

    CALLS = "voice"
    CALLS_FALLBACK = "voice_fallback"
    TEXTS = "sms"
    TEXTS_FALLBACK = "sms_fallback"
    CALL_REPORTS = "status_callback"

    @property
    def label(self) -> str:
        """The word for it on the screen."""
        return self.name.lower().replace("_", " ")

    @property
    def fields(self) -> tuple[str, str]:
        """Twilio's names of its URL and of its method."""
        url = self.value if self is Place.CALL_REPORTS else f"{self}_url"
        return url, f"{self}_method"


class Address(NamedTuple):
    """A URL, "" for none, and the method with which Twilio asks it."""

    url: str
    method: str = "POST"

    def is_same(self, other: "Address") -> bool:
        """Whether Twilio asks the same; without a URL the method means nothing."""
        return self == other or not (self.url or other.url)


Addresses = Mapping[Place, Address]


class Number(NamedTuple):
    """A number of the account, as Twilio has it; `notes` say what wins over its addresses."""

    sid: str
    addresses: Addresses
    notes: tuple[str, ...] = ()


class Numbers:
    """The numbers of an account. Every method may raise what TwilioAccount raises."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def find(self, digits: str, name: str) -> Number:
        """The number with these digits (E.164), which the screen shows as `name`.

        Raise CommandError when the account has no such number.
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
        """Change some addresses of a number; return the number as Twilio has it afterwards."""
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
        """What a messaging service does with the number's texts, as a note; "" for nothing.

        A number is in one service at most, whose own addresses count unless it is told otherwise.
        Source: Twilio, Services resource, use_inbound_webhook_on_number.
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
            return "whether the number is in a messaging service could not be seen"
        return (
            f"the number is in the messaging service {sid}, whose own addresses get its texts, "
            "unless its Integration says: Defer to sender's webhook"
            if sid
            else ""
        )


async def _is_in(client: "Client", service_sid: str, number_sid: str) -> bool:
    """Whether a number is among those of a messaging service."""
    rows = await client.messaging.v1.services(service_sid).phone_numbers.list_async()
    return any(row.sid == number_sid for row in rows)


def _read(number: "IncomingPhoneNumberInstance") -> Number:
    def address(place: Place) -> Address:
        url, method = (getattr(number, name) or "" for name in place.fields)
        return Address(url, method or "POST")

    return Number(
        str(number.sid),
        {place: address(place) for place in Place},
        tuple(_winners(number)),
    )


def _winners(number: "IncomingPhoneNumberInstance") -> list[str]:
    """What Twilio asks in place of the number's addresses. Source: IncomingPhoneNumbers."""
    notes: list[str] = []
    if number.trunk_sid:
        notes.append(f"calls go to the SIP trunk {number.trunk_sid}, whatever stands here")
    elif number.voice_application_sid:
        app = number.voice_application_sid
        notes.append(f"calls go to the TwiML app {app}, whatever stands here")
    if number.sms_application_sid:
        app = number.sms_application_sid
        notes.append(f"texts go to the TwiML app {app}, whatever stands here")
    return notes


def _not_there(name: str, others: list[str]) -> str:
    if not others:
        return f"{name} is no number of this account, which has none. {BUY}."
    ends = ", ".join(str(masked(other)) for other in others[:SHOWN_NUMBERS])
    if len(others) == 1:
        return f"{name} is no number of this account, which has one ({ends}). {BUY}."
    more = ", …" if len(others) > SHOWN_NUMBERS else ""
    return f"{name} is none of the {len(others)} numbers of this account ({ends}{more}). {BUY}."
