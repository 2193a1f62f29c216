"""The Recordings of a conference (twilio.com/docs/voice/api/recording)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.recording import Recording
from deskphone.rest.errors import NotEmulatedError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json
from deskphone.rest.resources.recordings import RecordingsResource


@dataclass
class ConferenceRecordingsResource(RecordingsResource):
    """List, fetch, delete."""

    conference_sid: str
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
        recording = self.store.recordings.get(sid)
        if recording is None or recording.conference_sid != self.conference_sid:
            raise not_found(f"Conferences/{self.conference_sid}/Recordings/{sid}")
        return recording

    def update(self, sid: str, parameters: Parameters) -> Json:
        self.found(sid)
        raise NotEmulatedError("Pausing or stopping a conference recording")
