"""The Conferences resource (twilio.com/docs/voice/api/conference-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.clock import rfc_2822
from deskphone.line.conferences.announcements import Announcements
from deskphone.line.conferences.rooms import ConferenceRooms
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION
from deskphone.records.conference import CONFERENCE_STATUSES, VIA_API, Conference
from deskphone.records.instructions import Instructions
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource, by_date
from deskphone.values import ACCOUNT_SID

ENDED = 16022
UPDATES = ("Status", "AnnounceUrl", "AnnounceMethod")


@dataclass
class ConferencesResource(Resource[Conference]):
    """List, fetch, update (end, announce). The first participant to join creates a conference."""

    rooms: ConferenceRooms
    announcements: Announcements
    key = "conferences"
    filters = (
        "Status", "FriendlyName", "DateCreated", "DateCreated<", "DateCreated>",
        "DateUpdated", "DateUpdated<", "DateUpdated>",
    )  # fmt: skip

    def rows(self, parameters: Parameters) -> Sequence[Conference]:
        # Without Status, Twilio lists conferences in progress (changelog, September 2026).
        status = parameters.chosen("Status", CONFERENCE_STATUSES) or "in-progress"
        name = parameters.text("FriendlyName")
        created, updated = (by_date(parameters, key) for key in ("DateCreated", "DateUpdated"))
        return [
            row
            for row in self.store.conferences.newest_first()
            if row.status == status
            and (not name or row.friendly_name == name)
            and created(row.created)
            and updated(row.updated)
        ]

    def serial(self, row: Conference) -> int:
        return self.store.conferences.serial(row.sid)

    def to_json(self, row: Conference) -> Json:
        """Return the Conference resource (twilio.com/docs/voice/api/conference-resource)."""
        path = f"{ACCOUNT_PATH}/Conferences/{row.sid}"
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": API_VERSION,
            "call_sid_ending_conference": row.call_sid_ending,
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
            "friendly_name": row.friendly_name,
            "reason_conference_ended": row.reason_ended,
            "region": row.region,
            "sid": row.sid,
            "status": row.status,
            "subresource_uris": {
                "participants": f"{path}/Participants.json",
                "recordings": f"{path}/Recordings.json",
            },
            "uri": f"{path}.json",
        }

    def found(self, sid: str) -> Conference:
        conference = self.store.conferences.get(sid)
        if conference is None:
            raise not_found(f"Conferences/{sid}")
        return conference

    def update(self, sid: str, parameters: Parameters) -> Json:
        conference = self.found(sid)
        parameters.check(UPDATES)
        url = parameters.url("AnnounceUrl", UNNUMBERED)
        method = parameters.method("AnnounceMethod", UNNUMBERED)
        status = parameters.text("Status")
        if status not in ("", "completed"):
            raise TwilioRefusalError(UNNUMBERED, "Status must be completed")
        if url and conference.status == "completed":
            raise ended()
        if url:
            self.announcements.announce(conference.sid, Instructions(url, method))
        if status:
            self.rooms.end(conference.sid, VIA_API)
        return self.fetch(sid)


def ended() -> TwilioRefusalError:
    """Return the error for using a conference that is over (docs/api/errors/16022)."""
    return TwilioRefusalError(ENDED, "Conference does not exist or is completed")
