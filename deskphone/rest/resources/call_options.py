"""What a call may be placed with: keys, a recording, a look at who answers (voice/api)."""

import re

from deskphone.records import MachineDetection, RecordingOptions, StatusCallback
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED
from deskphone.rest.resources.recordings import recording_options

EMULATED = (
    "SendDigits", "Record", "RecordingChannels", "RecordingTrack", "RecordingStatusCallback",
    "RecordingStatusCallbackMethod", "RecordingStatusCallbackEvent", "Trim", "MachineDetection",
    "MachineDetectionTimeout", "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout", "AsyncAmd",
    "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod",
)  # fmt: skip
MODES = ("Enable", "DetectMessageEnd")
TUNING_MS = {
    "MachineDetectionSpeechThreshold": (1000, 6000),
    "MachineDetectionSpeechEndThreshold": (500, 5000),
    "MachineDetectionSilenceTimeout": (2000, 10000),
}
"""Checked and without effect: there is no audio in which they could be measured."""


def sent_digits(parameters: Parameters) -> str:
    """Return the keys that are pressed when somebody answers."""
    digits = parameters.text("SendDigits")
    if not re.fullmatch(r"[0-9A-D#*wW]{0,32}", digits):
        raise TwilioRefusalError(21206, "SendDigits must be up to 32 of 0-9 A-D # * w W")
    return digits


def recording(parameters: Parameters) -> RecordingOptions | None:
    """Return how the call is recorded, None when it is not."""
    options = recording_options(parameters)
    return options if _flag(parameters, "Record") else None


def machine_detection(parameters: Parameters) -> MachineDetection | None:
    """Return how to find out who answers; None when nobody asked, or when keys are sent."""
    mode = parameters.text("MachineDetection")
    if mode not in ("", *MODES):
        raise TwilioRefusalError(UNNUMBERED, f"MachineDetection must be {' or '.join(MODES)}")
    for name, (least, most) in TUNING_MS.items():
        parameters.whole(name, UNNUMBERED, least, least, most)
    url = parameters.url("AsyncAmdStatusCallback", UNNUMBERED)
    method = parameters.method("AsyncAmdStatusCallbackMethod", UNNUMBERED)
    detection = MachineDetection(
        to_the_end=mode == "DetectMessageEnd",
        timeout_s=parameters.whole("MachineDetectionTimeout", UNNUMBERED, 30, 1, 120),
        beside=_flag(parameters, "AsyncAmd"),
        callback=StatusCallback(url, method) if url else None,
    )
    return detection if mode and not parameters.text("SendDigits") else None


def _flag(parameters: Parameters, name: str) -> bool:
    value = parameters.text(name).lower()
    if value not in ("", "true", "false"):
        raise TwilioRefusalError(UNNUMBERED, f"{name} must be true or false")
    return value == "true"
