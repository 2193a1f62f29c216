"""The parameters of a new call (twilio.com/docs/voice/api/call-resource)."""

import re
from datetime import datetime

from deskphone.account.phone_numbers import e164, is_client, is_other_channel, is_unreachable
from deskphone.account.store import Store, new_sid
from deskphone.records.call import (
    CALL_EVENTS,
    UNREACHABLE,
    UNREACHABLE_REFUSAL,
    Call,
    MachineDetection,
    RecordingOptions,
)
from deskphone.records.instructions import Instructions, StatusCallback, instructions_of
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.errors import (
    ANOTHERS_NUMBER,
    UNNUMBERED,
    NotEmulatedError,
    TwilioRefusalError,
    invalid_sender,
    refused,
)
from deskphone.rest.parameters import Parameters
from deskphone.rest.resources.applications import application_of
from deskphone.rest.resources.recordings import recording_options

TWIML_LIMIT = 4000
LONGEST_S = 86400
EMULATED = (
    "To", "From", "Url", "Method", "FallbackUrl", "FallbackMethod", "Twiml", "StatusCallback",
    "StatusCallbackMethod", "StatusCallbackEvent", "Timeout", "TimeLimit",
    "SendDigits", "Record", "RecordingChannels", "RecordingTrack", "RecordingStatusCallback",
    "RecordingStatusCallbackMethod", "RecordingStatusCallbackEvent", "Trim", "MachineDetection",
    "MachineDetectionTimeout", "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout", "AsyncAmd",
    "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", "ApplicationSid",
)  # fmt: skip
NOT_EMULATED = (
    "SipAuthUsername", "SipAuthPassword", "CallerId", "Byoc", "CallReason", "CallToken",
    "ClientNotificationUrl", "RecordingConfigurationId", "Passports", "IfMachine",
)  # fmt: skip
BAD_DETECTION = 21234
BAD_DETECTION_REFUSAL = "Invalid Machine Detection configuration value"
MODES = ("Enable", "DetectMessageEnd")
TUNING_MS = {
    "MachineDetectionSpeechThreshold": (1000, 6000),
    "MachineDetectionSpeechEndThreshold": (500, 5000),
    "MachineDetectionSilenceTimeout": (2000, 10000),
}
"""Validated but without effect: the phone page says who answers."""


def accepted_call(parameters: Parameters, store: Store, now: datetime) -> Call:
    """Return the requested call; raise TwilioRefusalError."""
    to = _callee(parameters.text("To"))
    # Twilio names a missing URL before a missing caller.
    application = application_of(parameters.text("ApplicationSid"), store)
    if not application and not parameters.text("Url") and not parameters.text("Twiml"):
        raise TwilioRefusalError(21205, "Url parameter is required.")
    number = _caller(parameters.text("From"), store)
    refusal = store.trial and store.trial.call_refusal(to, now)
    if refusal:
        raise refused(refusal)
    return Call(
        sid=new_sid("CA"),
        to=to,
        sender=number.phone_number,
        direction="outbound-api",
        status="queued",
        created=now,
        updated=now,
        instructions=instructions_of(application) if application else call_instructions(parameters),
        callback=status_callback_of(parameters, _status_events(parameters)),
        phone_number_sid=number.sid,
        timeout_s=parameters.whole("Timeout", 21208, 60, 1, 600),
        time_limit_s=parameters.whole("TimeLimit", UNNUMBERED, 14400, 1, LONGEST_S),
        send_digits=_sent_digits(parameters),
        recording=_recording(parameters),
        machine_detection=_machine_detection(parameters),
    )


def warnings_of(parameters: Parameters) -> list[tuple[int, str]]:
    """Return the codes and messages of Twilio's warnings about a call that it accepts."""
    found: list[tuple[int, str]] = []
    if parameters.text("Url") and parameters.text("Twiml"):
        found.append((32019, "Twiml and Voice URL are both set. Using Voice URL."))
    is_async = parameters.text("MachineDetection") and parameters.flag("AsyncAmd")
    if is_async and not parameters.text("AsyncAmdStatusCallback"):
        found.append((21262, "No AMD status callback URL provided"))
    return found


def _callee(text: str) -> str:
    if not text:
        raise TwilioRefusalError(21201, "No 'To' number is specified")
    if is_client(text):
        return text
    if is_other_channel(text):
        raise NotEmulatedError("Calling this kind of address")
    if is_unreachable(text):
        raise TwilioRefusalError(UNREACHABLE, UNREACHABLE_REFUSAL)
    number = e164(text)
    if number is None:
        refusal = f"The phone number you are attempting to call, {text}, is not valid."
        raise TwilioRefusalError(21217, refusal)
    return number


def _caller(text: str, store: Store) -> PhoneNumber:
    if not text:
        raise TwilioRefusalError(21213, "A 'From' phone number is required.")
    if is_other_channel(text):
        raise NotEmulatedError("A caller that isn't a phone number")
    number = e164(text)
    if number is None:
        raise invalid_sender(text)
    owned = store.number(number)
    if owned is None:
        message = (
            f"The source phone number provided, {number}, is not yet verified for your account. "
            "You may only make calls from phone numbers that you've verified or purchased from "
            "Twilio."
        )
        raise TwilioRefusalError(21210, message, advice=ANOTHERS_NUMBER)
    return owned


def call_instructions(parameters: Parameters) -> Instructions:
    """Return the call's instructions. Twiml is ignored if Url is given (OpenAPI, Call resource)."""
    url = parameters.url("Url", 21205)
    twiml = "" if url else parameters.text("Twiml")
    if len(twiml) > TWIML_LIMIT:
        advice = f"Twiml must be at most {TWIML_LIMIT} characters"
        raise TwilioRefusalError(32018, "Twiml size exceeded maximum allowed value", advice=advice)
    return Instructions(
        url=url,
        method=parameters.method("Method", 21209),
        fallback_url=parameters.url("FallbackUrl", 21205),
        fallback_method=parameters.method("FallbackMethod", 21209),
        twiml=twiml,
    )


def status_callback_of(
    parameters: Parameters, events: tuple[str, ...] = ()
) -> StatusCallback | None:
    """Return the call's status callback, or None."""
    url = parameters.status_callback()
    method = parameters.method("StatusCallbackMethod", 21209)
    return StatusCallback(url, method, events or ("completed",)) if url else None


def _status_events(parameters: Parameters) -> tuple[str, ...]:
    # Events are repeated parameters or, from old code, one value separated by spaces.
    events = [
        event
        for value in parameters.texts("StatusCallbackEvent")
        for event in re.split(r"[ ,]+", value)
    ]
    if not all(event in CALL_EVENTS for event in events):
        raise TwilioRefusalError(
            21626, f"StatusCallbackEvent must be one of {', '.join(CALL_EVENTS)}"
        )
    return tuple(events)


def _sent_digits(parameters: Parameters) -> str:
    """Return the keys to press when the call is answered."""
    digits = parameters.text("SendDigits")
    if not re.fullmatch(r"[0-9A-D#*wW]{0,32}", digits):
        raise TwilioRefusalError(
            21206, "SendDigits must be at most 32 of the characters 0-9 A-D # * w W"
        )
    return digits


def _recording(parameters: Parameters) -> RecordingOptions | None:
    """Return how to record the call, or None."""
    options = recording_options(parameters)
    return options if parameters.flag("Record") else None


def _machine_detection(parameters: Parameters) -> MachineDetection | None:
    """Return how to detect who answers; None if not requested, or if keys are sent."""
    mode = parameters.text("MachineDetection")
    if mode not in ("", *MODES):
        advice = f"MachineDetection must be {' or '.join(MODES)}"
        raise TwilioRefusalError(BAD_DETECTION, BAD_DETECTION_REFUSAL, advice=advice)
    for name, (least, most) in TUNING_MS.items():
        parameters.whole(name, BAD_DETECTION, least, least, most)
    url = parameters.url("AsyncAmdStatusCallback", 21205)
    method = parameters.method("AsyncAmdStatusCallbackMethod", 21209)
    detection = MachineDetection(
        waits_for_end=mode == "DetectMessageEnd",
        timeout_s=parameters.whole("MachineDetectionTimeout", BAD_DETECTION, 30, 1, 120),
        asynchronous=parameters.flag("AsyncAmd", BAD_DETECTION),
        callback=StatusCallback(url, method) if url else None,
    )
    return detection if mode and not parameters.text("SendDigits") else None
