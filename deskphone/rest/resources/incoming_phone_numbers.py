"""The IncomingPhoneNumbers resource: the account's numbers and their webhooks."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deskphone.account.phone_numbers import e164, kind_of, national
from deskphone.account.store import Store, new_sid
from deskphone.account.trial import NO_FEATURE
from deskphone.clock import rfc_2822
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.errors import TwilioRefusalError, not_found, refused
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.rest.resources.applications import application_of
from deskphone.values import ACCOUNT_SID

URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
    "StatusCallback": "status_callback",
}
METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
}
APPLICATIONS = {
    "VoiceApplicationSid": "voice_application_sid",
    "SmsApplicationSid": "sms_application_sid",
}
UPDATES = (*URLS, *METHODS, *APPLICATIONS, "FriendlyName")
EMULATED = (*UPDATES, "PhoneNumber", "AreaCode")
NOT_EMULATED = (
    "ApiVersion",
    "VoiceCallerIdLookup", "EmergencyStatus",
    "EmergencyAddressSid", "TrunkSid", "IdentitySid", "AddressSid", "VoiceReceiveMode",
    "BundleSid",
)  # fmt: skip
NOT_EMULATED_UPDATES = (*NOT_EMULATED, "AccountSid")


ORIGIN = "twilio"
AREA_CODE = re.compile(r"\d{3}", re.ASCII)
KINDS = {"Local": "local", "Mobile": "mobile", "TollFree": "toll-free"}
"""The lists for one kind of number, by their names in the path."""


@dataclass
class NumbersResource(Resource[PhoneNumber]):
    """Create (buy), list, fetch, update, delete (release)."""

    key = "incoming_phone_numbers"
    filters = ("PhoneNumber", "FriendlyName", "Beta", "Origin")

    def create(self, parameters: Parameters) -> Json:
        parameters.check(EMULATED, NOT_EMULATED)
        digits = self._digits(parameters)
        if self.store.trial and len(self.store.numbers):
            raise refused(NO_FEATURE)
        now = self.clock.now()
        number = PhoneNumber(new_sid("PN"), digits, national(digits), created=now, updated=now)
        return self.to_json(self.store.numbers.put(_changed(number, parameters, self.store)))

    def rows(self, parameters: Parameters) -> Sequence[PhoneNumber]:
        part, name = parameters.text("PhoneNumber"), parameters.text("FriendlyName")
        parameters.choice("Beta")  # No number is new to Twilio, so both values find the same.
        origin = parameters.chosen("Origin", (ORIGIN, "hosted")) or ORIGIN
        # Part of a number, with * for any digit (OpenAPI, IncomingPhoneNumber resource).
        pattern = re.escape(part).replace(r"\*", r"\d")
        return [
            row
            for row in self.store.numbers.newest_first()
            if origin == ORIGIN
            and re.search(pattern, row.phone_number)
            and (not name or row.friendly_name == name)
        ]

    def serial(self, row: PhoneNumber) -> int:
        return self.store.numbers.serial(row.sid)

    def to_json(self, row: PhoneNumber) -> Json:
        """Return the IncomingPhoneNumber resource (twilio.com/docs/phone-numbers/api).

        Until the voice URL of a new number is set or cleared, it and its fallback are null.
        """
        unset = "" if row.changed or row.voice_url else None
        return {
            "account_sid": ACCOUNT_SID,
            "address_requirements": "none",
            "address_sid": None,
            "api_version": API_VERSION,
            "beta": False,
            "bundle_sid": None,
            "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
            "emergency_address_sid": None,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "friendly_name": row.friendly_name,
            "identity_sid": None,
            "origin": ORIGIN,
            "phone_number": row.phone_number,
            "sid": row.sid,
            "sms_application_sid": row.sms_application_sid,
            "sms_fallback_method": row.sms_fallback_method,
            "sms_fallback_url": row.sms_fallback_url,
            "sms_method": row.sms_method,
            "sms_url": row.sms_url,
            "status": "in-use",
            "status_callback": row.status_callback,
            "status_callback_method": row.status_callback_method,
            "trunk_sid": None,
            "type": kind_of(row.phone_number),
            "uri": f"{ACCOUNT_PATH}/IncomingPhoneNumbers/{row.sid}.json",
            "voice_application_sid": row.voice_application_sid,
            "voice_caller_id_lookup": False,
            "voice_fallback_method": row.voice_fallback_method,
            "voice_fallback_url": row.voice_fallback_url or unset,
            "voice_method": row.voice_method,
            "voice_receive_mode": "voice",
            "voice_url": row.voice_url or unset,
        }

    def found(self, sid: str) -> PhoneNumber:
        number = self.store.numbers.get(sid)
        if number is None:
            raise not_found(f"IncomingPhoneNumbers/{sid}")
        return number

    def update(self, sid: str, parameters: Parameters) -> Json:
        parameters.check(UPDATES, NOT_EMULATED_UPDATES)
        settings = _changed(self.found(sid), parameters, self.store)
        changed = replace(settings, updated=self.clock.now(), changed=True)
        return self.to_json(self.store.numbers.put(changed))

    def delete(self, sid: str) -> None:
        self.store.numbers.remove(self.found(sid).sid)

    def _digits(self, parameters: Parameters) -> str:
        """Return the requested number, or one in the requested area code."""
        wanted, area = parameters.text("PhoneNumber"), parameters.text("AreaCode")
        if wanted:
            number = e164(wanted)
            if number is None:
                raise TwilioRefusalError(21421, f"{wanted} is not a valid number")
            if self.store.number(number):
                raise TwilioRefusalError(21422, f"{wanted} is not available")
            return number
        if not area:
            raise TwilioRefusalError(21421, "PhoneNumber or AreaCode is required")
        if not AREA_CODE.fullmatch(area):
            raise TwilioRefusalError(21451, "Invalid area code")
        reserved = (e164(f"+1{area}55501{last:02d}") for last in range(100))
        free = [number for number in reserved if number and not self.store.number(number)]
        if not free:
            raise TwilioRefusalError(21452, f"No phone numbers found in area code {area}")
        return secrets.choice(free)


@dataclass
class NumbersOfOneKindResource(NumbersResource):
    """The lists Local, Mobile and TollFree; single numbers are fetched from the main list."""

    kind: str

    def rows(self, parameters: Parameters) -> Sequence[PhoneNumber]:
        return [row for row in super().rows(parameters) if kind_of(row.phone_number) == self.kind]

    def to_json(self, row: PhoneNumber) -> Json:
        """Leave out the type, which the list implies."""
        body = super().to_json(row)
        del body["type"]
        return body

    def found(self, sid: str) -> PhoneNumber:
        raise not_found(f"IncomingPhoneNumbers/{self.kind}/{sid}")

    def _digits(self, parameters: Parameters) -> str:
        number = super()._digits(parameters)
        if kind_of(number) != self.kind:
            advice = f"The number isn't {self.kind}"
            raise TwilioRefusalError(21458, "PhoneNumber Provisioning Type Mismatch", advice=advice)
        return number


def _changed(number: PhoneNumber, parameters: Parameters, store: Store) -> PhoneNumber:
    """Return the number with the given parameters changed; a blank URL removes the old one."""
    changes: dict[str, str] = {}
    for name, attribute in URLS.items():
        if name in parameters:
            changes[attribute] = parameters.url(name, 21402)
    for name, attribute in METHODS.items():
        if name in parameters:
            changes[attribute] = parameters.method(name, 21403)
    for name, attribute in APPLICATIONS.items():
        if name in parameters:
            application = application_of(parameters.text(name), store)
            changes[attribute] = application.sid if application else ""
    if name := parameters.friendly_name():
        changes["friendly_name"] = name
    changed = replace(number, **changes)
    if parameters.text("VoiceFallbackUrl") and not changed.voice_url:
        raise TwilioRefusalError(21405, "Cannot set VoiceFallbackUrl without setting Url")
    if parameters.text("SmsFallbackUrl") and not changed.sms_url:
        raise TwilioRefusalError(21406, "Cannot set SmsFallbackUrl without setting SmsUrl")
    return changed
