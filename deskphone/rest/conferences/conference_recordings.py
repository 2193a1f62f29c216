"""The Recordings of a conference (twilio.com/docs/voice/api/recording)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.line.recording.recorder import Recorder
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.recording import LIVE, Recording
from deskphone.rest.errors import not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json
from deskphone.rest.resources.recordings import CURRENT, RecordingsResource, change_recording


@dataclass
class ConferenceRecordingsResource(RecordingsResource):
    """List, fetch, pause, resume, stop, delete."""

    conference_sid: str
    recorder: Recorder
    filters = ("DateCreated", "DateCreated<", "DateCreated>")
    missing_filters = ()
    missing_in_fetch = ()

    def rows(self, parameters: Parameters) -> Sequence[Recording]:
        rows = super().rows(parameters)
        return [row for row in rows if row.conference_sid == self.conference_sid]

    def to_json(self, row: Recording) -> Json:
        members = self.below_call(row)
        path = f"{ACCOUNT_PATH}/Conferences/{self.conference_sid}/Recordings/{row.sid}"
        return {
            **{name: members[name] for name in members if name != "track"},
            "uri": f"{path}.json",
        }

    def found(self, sid: str) -> Recording:
        if sid == CURRENT:
            live = (row for row in self.rows(Parameters(())) if row.status in LIVE)
            recording = next(live, None)
        else:
            recording = self.store.recordings.get(sid)
        if recording is None or recording.conference_sid != self.conference_sid:
            raise not_found(f"Conferences/{self.conference_sid}/Recordings/{sid}")
        return recording

    def update(self, sid: str, parameters: Parameters) -> Json:
        recording = self.found(sid)
        status = change_recording(self.recorder, recording, parameters)
        return {**self.fetch(recording.sid), "status": status}
