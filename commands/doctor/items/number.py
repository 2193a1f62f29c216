"""Check the app's number: that the account owns it, and where its calls and texts go."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from commands.doctor.examination import Examination, Number
from commands.doctor.findings import Finding, ok, skipped, warning, wrong
from commands.doctor.items.account import explained
from commands.doctor.items.routing import Route, judge_route, leads_to_same_app
from commands.doctor.subject import Place
from shared.errors import TwilioError
from shared.phone_numbers import E164, masked

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance
    from twilio.rest.messaging.v1.service import ServiceInstance

# The list also matches parts of numbers, so it may return several.
MAX_NUMBERS = 20


class Service(NamedTuple):
    """What a messaging service does with incoming texts; it drops them if `url` is "".

    Source: Twilio, Services resource.
    """

    defers_to_number: bool
    url: str
    method: str


async def check_number(examination: Examination) -> Finding:
    """Check that the account owns the number and that it can call and text."""
    digits = examination.settings.from_number
    if not digits:
        return skipped("TWILIO_FROM_NUMBER is not set here")
    if not E164.fullmatch(digits):
        return skipped(f"{digits} is not a phone number: it can send texts, but not calls")

    async def find(client: "Client") -> "list[IncomingPhoneNumberInstance]":
        return await client.incoming_phone_numbers.list_async(
            phone_number=digits, limit=MAX_NUMBERS
        )

    try:
        found = [row for row in await examination.ask_twilio(find) if row.phone_number == digits]
    except TwilioError as error:
        return wrong(*explained(error, "the account SID or the auth token"))
    if not found:
        return wrong(
            f"{masked(digits)} is not in this account",
            "set TWILIO_FROM_NUMBER to a number listed in Twilio's console under Active numbers",
        )
    examination.number = _read(found[0])
    return judge_number(digits, examination.number)


def judge_number(digits: str, number: Number) -> Finding:
    """Judge whether a number has voice and SMS."""
    missing = [
        what for what, can in (("call", number.can_call), ("text", number.can_text)) if not can
    ]
    if missing:
        return warning(
            f"{masked(digits)} can't {' or '.join(missing)}",
            "buy a number with voice and SMS",
        )
    return ok(f"{masked(digits)} is in this account and can call and text")


async def check_calls(examination: Examination) -> Finding:
    """Check where calls to the number go."""
    number = examination.number
    if number is None:
        return skipped("the number is unknown")
    if number.trunk or number.voice_application:
        what = "a SIP trunk" if number.trunk else "a TwiML app"
        return warning(
            f"calls go to {what} and ignore the number's URL",
            "remove it in Twilio's console, unless you want this",
        )
    return _judged(examination, Route("calls", number.voice_url, number.voice_method))


async def check_texts(examination: Examination) -> Finding:
    """Check where texts to the number go."""
    number = examination.number
    if number is None:
        return skipped("the number is unknown")
    if number.sms_application:
        return warning(
            "texts go to a TwiML app and ignore the number's URL",
            "remove it in Twilio's console, unless you want this",
        )
    return _judged(examination, Route("texts", number.sms_url, number.sms_method))


async def check_fallback(examination: Examination) -> Finding:
    """Check what callers hear while the app is down."""
    if not examination.is_real:
        return ok("not needed for the emulator")
    if examination.number is None:
        return skipped("the number is unknown")
    return judge_fallback(examination.number.voice_fallback_url, examination.subject.app_url)


def judge_fallback(url: str, app_url: str) -> Finding:
    """Judge a fallback; one in the app itself is down together with the app."""
    cure = "set a fallback outside the app (docs/operate/running.md#when-the-app-cant-answer)"
    if not url:
        return warning("without one, callers hear Twilio's error when the app is down", cure)
    if leads_to_same_app(url, app_url):
        return warning("it points to the app itself, which will be down too", cure)
    return ok("calls have a fallback outside the app")


async def check_messaging_service(examination: Examination) -> Finding:
    """Check that the messaging service exists, and where it sends incoming texts."""
    sid = examination.settings.messaging_service_sid
    if not sid:
        return ok("not used: TWILIO_MESSAGING_SERVICE_SID is empty")
    if not examination.is_real:
        return skipped("the emulator has no messaging services")

    async def fetch(client: "Client") -> "ServiceInstance":
        return await client.messaging.v1.services(sid).fetch_async()

    try:
        found = await examination.ask_twilio(fetch)
    except TwilioError as error:
        return wrong(*explained(error, "the account SID or the auth token"))
    service = Service(
        bool(found.use_inbound_webhook_on_number),
        found.inbound_request_url or "",
        found.inbound_method or "POST",
    )
    return judge_service(service, examination)


def judge_service(service: Service, examination: Examination) -> Finding:
    """Judge a service, whose URL overrides those of its numbers unless it defers to them."""
    if service.defers_to_number:
        return ok("incoming texts go to the number's URL")
    if not service.url:
        return warning(
            "the service drops incoming texts",
            "set its Integration to: Defer to sender's webhook",
        )
    return _judged(examination, Route("texts", service.url, service.method))


def _judged(examination: Examination, route: Route) -> Finding:
    if examination.is_real and not examination.is_public:
        return skipped("the app is on this machine, which Twilio can't reach")
    return judge_route(route, examination.base_url, examination.functions, _cure(examination))


def _cure(examination: Examination) -> str:
    """Return how to point the number at the app."""
    if examination.subject.place is Place.LOCAL_STACK:
        return "set the URL on the phone page, under Numbers, or correct --port"
    # dev.py wire reads the number from the same settings, so the full number isn't needed here.
    cure = "python3 dev.py wire" + ("" if examination.settings.from_number else " NUMBER")
    return f"{cure} --url {examination.subject.app_url}" if examination.is_deployment else cure


def _read(row: "IncomingPhoneNumberInstance") -> Number:
    """Convert the resource; a missing capability counts as False."""
    # The SDK types it as text, but it is a JSON object.
    capabilities = cast(Mapping[str, object], row.capabilities or {})
    return Number(
        can_call=capabilities.get("voice") is True,
        can_text=capabilities.get("sms") is True,
        voice_url=row.voice_url or "",
        voice_method=row.voice_method or "POST",
        voice_fallback_url=row.voice_fallback_url or "",
        sms_url=row.sms_url or "",
        sms_method=row.sms_method or "POST",
        voice_application=row.voice_application_sid or "",
        sms_application=row.sms_application_sid or "",
        trunk=row.trunk_sid or "",
    )
