"""Recordings of the account and of one call (twilio.com/docs/voice/api/recording)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deskphone.clock import rfc_2822
from deskphone.line.recording import sound
from deskphone.line.recording.recorder import Recorder
from deskphone.line.studio.studio import Studio
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION, recording_url
from deskphone.records.call import Call, RecordingOptions, Track
from deskphone.records.instructions import StatusCallback
from deskphone.records.recording import LIVE, ON_DEMAND, RECORDING_EVENTS, Recording
from deskphone.rest.errors import (
    UNNUMBERED,
    NotEmulatedError,
    TwilioRefusalError,
    not_found,
    unfinished,
    wrong_state,
)
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Content, Json, Resource, by_date
from deskphone.sound.wav import wav
from deskphone.values import ACCOUNT_SID

CURRENT = "Twilio.CURRENT"
"""A placeholder for the SID of the recording in progress."""
CREATE = (
    "RecordingStatusCallback", "RecordingStatusCallbackMethod", "RecordingStatusCallbackEvent",
    "RecordingChannels", "RecordingTrack", "Trim",
)  # fmt: skip
NOT_EMULATED = ("RecordingConfigurationId",)
UPDATE = ("Status", "PauseBehavior")
DOWNLOAD = ("RequestedChannels",)
CHANNELS = {"": 1, "mono": 1, "dual": 2}
TRACKS: Mapping[str, Track] = {
    "": "both",
    "inbound": "inbound",
    "outbound": "outbound",
    "both": "both",
}
SOUNDS = {
    "": (wav, "audio/x-wav"),
    "wav": (wav, "audio/x-wav"),
    "mp3": (sound.mp3, "audio/mpeg"),
}
"""How to make the file, and its content type, by the extension in the path."""
TRIMS = ("", "trim-silence", "do-not-trim")
CONCURRENT, NOT_DUAL = 16108, 16113


@dataclass
class RecordingsResource(Resource[Recording]):
    """List, fetch, delete, and return the audio."""

    studio: Studio
    key = "recordings"
    filters = ("CallSid", "ConferenceSid", "DateCreated", "DateCreated<", "DateCreated>")
    missing_filters = ("IncludeSoftDeleted",)
    missing_in_fetch = ("IncludeSoftDeleted",)

    def rows(self, parameters: Parameters) -> Sequence[Recording]:
        call, conference = parameters.text("CallSid"), parameters.text("ConferenceSid")
        created = by_date(parameters, "DateCreated")
        return [
            row
            for row in self.store.recordings.newest_first()
            if (not call or row.call_sid == call)
            and (not conference or row.conference_sid == conference)
            and created(row.created)
        ]

    def serial(self, row: Recording) -> int:
        return self.store.recordings.serial(row.sid)

    def to_json(self, row: Recording) -> Json:
        """Return the Recording resource (twilio.com/docs/voice/api/recording)."""
        path = f"{ACCOUNT_PATH}/Recordings/{row.sid}"
        parts = {"add_on_results": "AddOnResults", "transcriptions": "Transcriptions"}
        return {
            **self._members(row),
            "media_url": recording_url(row),
            "price_unit": "USD",
            "subresource_uris": {key: f"{path}/{name}.json" for key, name in parts.items()},
            "uri": f"{path}.json",
        }

    def found(self, sid: str) -> Recording:
        recording = self.store.recordings.get(sid)
        if recording is None:
            raise not_found(f"Recordings/{sid}")
        return recording

    def delete(self, sid: str) -> None:
        """Delete a recording; refuse one that is still in progress."""
        if self.found(sid).status in LIVE:
            raise unfinished()
        self.store.recordings.remove(sid)
        self.studio.forget(sid)

    def content(self, name: str, parameters: Parameters) -> Content:
        """Return the audio: WAV for the bare SID and .wav, MP3 for .mp3; 404 without audio."""
        parameters.check(DOWNLOAD, self.missing_in_fetch)
        sid, _, extension = name.partition(".")
        recording = self.found(sid)
        if recording.status != "completed" or not recording.duration_s:
            raise not_found(f"Recordings/{name}")
        if extension not in SOUNDS:
            raise not_found(f"Recordings/{name}")
        own = recording.channels
        channels = parameters.whole("RequestedChannels", UNNUMBERED, own, 1, 2)
        if channels > own:
            refusal = "Cannot download a dual-channel presentation of a mono recording"
            raise TwilioRefusalError(NOT_DUAL, f"Voice Recording: {refusal}")
        make, content_type = SOUNDS[extension]
        try:
            return Content(make(self._frames(recording, channels), channels), content_type)
        except sound.TooLongError as error:
            raise NotEmulatedError(str(error)) from error
        except ImportError as error:
            raise NotEmulatedError("An MP3 file without the deskphone[mp3] package") from error

    def _frames(self, recording: Recording, channels: int) -> bytes:
        """Return the recorded sound, or a hum if it was dropped; raise TooLongError."""
        seconds = recording.duration_s or 0
        sound.check(seconds, channels)
        frames = self.studio.recorded(recording, channels)
        return sound.hum(seconds, channels) if frames is None else frames

    def below_call(self, record: Recording) -> Json:
        """Return a Recording as listed below its call: with its track, without subresources."""
        return {
            **self._members(record),
            "price_unit": None,
            "track": record.track,
            "uri": f"{ACCOUNT_PATH}/Calls/{record.call_sid}/Recordings/{record.sid}.json",
        }

    def _members(self, record: Recording) -> Json:
        prices = self.store.prices
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": API_VERSION,
            "call_sid": record.call_sid,
            "channels": record.channels,
            "conference_sid": record.conference_sid,
            "date_created": rfc_2822(record.created),
            "date_updated": rfc_2822(record.updated),
            "duration": None if record.duration_s is None else str(record.duration_s),
            "encryption_details": None,
            "error_code": record.error_code,
            "price": prices and prices.of_recording(record, self.clock.now()),
            "sid": record.sid,
            "source": record.source,
            "start_time": rfc_2822(record.created),
            "status": record.status,
        }


@dataclass
class CallRecordingsResource(RecordingsResource):
    """The recordings of one call; they can also be started, paused and stopped."""

    call: Call
    recorder: Recorder
    filters = ("DateCreated", "DateCreated<", "DateCreated>")
    missing_filters = ()
    missing_in_fetch = ()

    def create(self, parameters: Parameters) -> Json:
        parameters.check(CREATE, NOT_EMULATED)
        how = recording_options(parameters)
        if self.call.status != "in-progress":
            raise wrong_state("Requested resource is not eligible for recording")
        if any(row.status in LIVE and row.source == ON_DEMAND for row in self._all()):
            raise TwilioRefusalError(CONCURRENT, "The call is already being recorded")
        recording = self.recorder.start(
            self.call, ON_DEMAND, callback=how.callback, channels=how.channels, track=how.track
        )
        return self.below_call(recording)

    def rows(self, parameters: Parameters) -> Sequence[Recording]:
        return [row for row in super().rows(parameters) if row.call_sid == self.call.sid]

    def to_json(self, row: Recording) -> Json:
        return self.below_call(row)

    def found(self, sid: str) -> Recording:
        if sid == CURRENT:
            recording = next((row for row in self._all() if row.status in LIVE), None)
        else:
            recording = self.store.recordings.get(sid)
        if recording is None or recording.call_sid != self.call.sid:
            raise not_found(f"Calls/{self.call.sid}/Recordings/{sid}")
        return recording

    def update(self, sid: str, parameters: Parameters) -> Json:
        recording = self.found(sid)
        status = change_recording(self.recorder, recording, parameters)
        return {**self.fetch(recording.sid), "status": status}

    def _all(self) -> list[Recording]:
        rows = self.store.recordings.newest_first()
        return [row for row in rows if row.call_sid == self.call.sid]


def change_recording(recorder: Recorder, recording: Recording, parameters: Parameters) -> str:
    """Pause, resume or stop a recording; return the status that the response has."""
    parameters.check(UPDATE)
    status, pause = parameters.text("Status"), parameters.text("PauseBehavior")
    if status not in ("in-progress", "paused", "stopped"):
        raise TwilioRefusalError(UNNUMBERED, "Status must be in-progress, paused or stopped")
    if pause not in ("", "silence", "skip"):
        raise TwilioRefusalError(UNNUMBERED, "PauseBehavior must be silence or skip")
    if recording.status not in LIVE:
        raise wrong_state("The recording has already ended")
    if status == "stopped":
        recorder.finish(recording.sid)
    elif status == "paused":
        recorder.pause(recording.sid, skip=pause == "skip")
    else:
        recorder.resume(recording.sid)
    return status


def recording_options(parameters: Parameters) -> RecordingOptions:
    """Read the parameters shared by all requests that record a call; raise TwilioRefusalError."""
    channels, track = parameters.text("RecordingChannels"), parameters.text("RecordingTrack")
    for name, value, allowed in (
        ("RecordingChannels", channels, CHANNELS),
        ("RecordingTrack", track, TRACKS),
        ("Trim", parameters.text("Trim"), TRIMS),
    ):
        if value not in allowed:
            values = " or ".join(filter(None, allowed))
            raise TwilioRefusalError(UNNUMBERED, f"{name} must be {values}")
    return RecordingOptions(CHANNELS[channels], TRACKS[track], _callback(parameters))


def _callback(parameters: Parameters) -> StatusCallback | None:
    url = parameters.url("RecordingStatusCallback", 21205)
    method = parameters.method("RecordingStatusCallbackMethod", 21209)
    # Events are repeated parameters or one value separated by spaces.
    given = " ".join(parameters.texts("RecordingStatusCallbackEvent")).split()
    if not set(given) <= set(RECORDING_EVENTS):
        message = f"RecordingStatusCallbackEvent must be one of {', '.join(RECORDING_EVENTS)}"
        raise TwilioRefusalError(UNNUMBERED, message)
    return StatusCallback(url, method, tuple(given) or ("completed",)) if url else None
