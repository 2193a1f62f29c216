"""The recorder: recordings of calls and their status callbacks (twilio.com/docs/voice/api)."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock, rfc_2822
from deskphone.line.fields import Fields
from deskphone.line.status_reports import StatusReports
from deskphone.line.studio.studio import Studio
from deskphone.records.addresses import recording_url
from deskphone.records.call import Call, Track
from deskphone.records.instructions import StatusCallback
from deskphone.records.recording import LIVE, OF_THE_CALL, OF_THE_VERB, ON_DEMAND, Recording
from deskphone.sound.sound import Sound
from deskphone.sound.tones import LONGEST_S, soft
from deskphone.values import ACCOUNT_SID
from deskphone.webhooks.webhook import WebhookError

TOO_SHORT = 16101
NOT_FOUND = 11200


class Recorder:
    """Keeps the recordings in the store, and their sound in the studio."""

    def __init__(self, store: Store, clock: Clock, reports: StatusReports, studio: Studio) -> None:
        self._store = store
        self._clock = clock
        self._reports = reports
        self._studio = studio

    def start(
        self,
        call: Call,
        source: str,
        *,
        callback: StatusCallback | None = None,
        channels: int = 1,
        track: Track = "both",
        conference_sid: str | None = None,
    ) -> Recording:
        """Start recording a call; `source` is Twilio's word, such as OF_THE_VERB.

        `callback` has an absolute URL and some of RECORDING_EVENTS.
        """
        now = self._clock.now()
        recording = Recording(
            sid=new_sid("RE"),
            call_sid=call.sid,
            number=call.person,
            source=source,
            created=now,
            updated=now,
            channels=channels,
            conference_sid=conference_sid,
            callback=callback,
            track=track,
        )
        self._store.recordings.put(recording)
        self._studio.record(recording)
        self._store.note(call.sid, "event", "recording", source, sid=recording.sid)
        self._report(recording)
        return recording

    def pause(self, sid: str, *, skip: bool) -> None:
        """Pause a recording; the pause is left out (`skip`) or recorded as silence."""
        recording = self._live(sid)
        if recording is not None and recording.status == "in-progress":
            since = self._clock.now() if skip else None
            self._put(replace(recording, status="paused", paused=since))
            self._studio.pause(sid, skip=skip)

    def resume(self, sid: str) -> None:
        """Resume after a pause."""
        recording = self._live(sid)
        if recording is not None and recording.status == "paused":
            skipped_s = self._skipped_s(recording)
            self._put(replace(recording, status="in-progress", paused=None, skipped_s=skipped_s))
            self._studio.resume(sid)

    def finish(
        self, sid: str, duration_s: float | None = None, since: datetime | None = None
    ) -> Recording | None:
        """Finish a recording and report it, unless it is already over.

        `duration_s` is the length to keep, and `since` is when it begins; by default, all of it.
        Return the current recording, or None if it doesn't exist. A recording shorter than half a
        second is absent.
        """
        recording = self._live(sid)
        if recording is None:
            return self._store.recordings.get(sid)
        if duration_s is None:
            since_start = (self._clock.now() - recording.created).total_seconds()
            duration_s = since_start - self._skipped_s(recording)
        seconds = int(duration_s + 0.5)
        ended = replace(recording, paused=None, duration_s=seconds)
        if seconds:
            self._studio.stop(recording, since)
            ended = self._put(replace(ended, status="completed"))
        else:
            self._studio.forget(sid)
            ended = self._put(replace(ended, status="absent", error_code=TOO_SHORT))
        self._store.note(ended.call_sid, "event", "recorded", f"{seconds} s", sid=sid)
        self._report(ended)
        return ended

    def finish_all(self, call_sid: str) -> None:
        """Finish the recordings of a whole call; verbs finish their own."""
        for recording in self.of_call(call_sid):
            if recording.source in (OF_THE_CALL, ON_DEMAND):
                self.finish(recording.sid)

    @contextmanager
    def recording(self, call: Call, source: str, **how: Any) -> Generator[Recording]:
        """Record while this context is open; `how` is as in `start`."""
        recording = self.start(call, source, **how)
        try:
            yield recording
        finally:
            self.finish(recording.sid)

    def of_call(self, call_sid: str) -> list[Recording]:
        """Return the recordings of a call, newest first."""
        return [one for one in self._store.recordings.newest_first() if one.call_sid == call_sid]

    def playback(self, url: str) -> Sound | None:
        """Return the sound of the recording at this URL, or None for any other URL.

        Raise WebhookError if the account has no such recording.
        """
        parts = urlsplit(url)
        path = PurePosixPath(parts.path)
        if parts.hostname != "api.twilio.com" or f"/{ACCOUNT_SID}/Recordings" not in parts.path:
            return None
        recording = self._store.recordings.get(path.stem)
        if recording is None or not recording.duration_s:
            raise WebhookError(NOT_FOUND, "The recording doesn't exist")
        kept = replace(recording, duration_s=min(recording.duration_s, LONGEST_S))
        samples = self._studio.recorded(kept)
        if samples is None:
            return soft(recording.duration_s)
        return Sound(samples).lasting(recording.duration_s)

    def _live(self, sid: str) -> Recording | None:
        recording = self._store.recordings.get(sid)
        return recording if recording is not None and recording.status in LIVE else None

    def _skipped_s(self, recording: Recording) -> float:
        since: datetime | None = recording.paused
        now_s = (self._clock.now() - since).total_seconds() if since else 0
        return recording.skipped_s + now_s

    def _put(self, recording: Recording) -> Recording:
        return self._store.recordings.put(replace(recording, updated=self._clock.now()))

    def _report(self, recording: Recording) -> None:
        callback = recording.callback
        if callback is not None and recording.status in callback.events:
            form = _fields(recording)
            self._reports.send(recording.call_sid, callback.url, callback.method, form)


def url_fields(recording: Recording) -> Fields:
    """Return the fields that a recording verb posts to its action."""
    return (
        ("RecordingUrl", recording_url(recording)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.duration_s or 0)),
    )


def _fields(recording: Recording) -> Fields:
    """Return the fields of a status callback (voice/api/recording, "RecordingStatusCallback").

    An ErrorCode of 0 says that all went well.
    """
    conference = recording.conference_sid
    is_over = recording.status not in LIVE
    has_track = recording.source != OF_THE_VERB
    return (
        ("RecordingSource", recording.source),
        *((("RecordingTrack", recording.track),) if has_track else ()),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording_url(recording)),
        ("RecordingStatus", recording.status),
        ("RecordingChannels", str(recording.channels)),
        *((("ErrorCode", str(recording.error_code or 0)),) if is_over else ()),
        ("CallSid", recording.call_sid),
        *((("ConferenceSid", conference),) if conference else ()),
        ("RecordingStartTime", rfc_2822(recording.created) or ""),
        ("AccountSid", ACCOUNT_SID),
        *((("RecordingDuration", str(recording.duration_s)),) if is_over else ()),
    )
