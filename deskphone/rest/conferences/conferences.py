"""The Conferences resource (twilio.com/docs/voice/api/conference-resource)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from deskphone.records import Conference, Instructions
from deskphone.rest import wire
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED, Resource, by_date
from deskphone.values import ACCOUNT_SID

LABEL = re.compile(r"(?!CA[0-9a-fA-F]{32}$)[^/]{1,128}")
"""What a participant may be called: anything short but a path or the SID of a call."""
VIA_API = "conference-ended-via-api"
UPDATES = ("Status", "AnnounceUrl", "AnnounceMethod")


class Line(Protocol):
    """Where conferences are held."""

    def named(self, name: str) -> Conference | None: ...

    def end(self, conference_sid: str, reason: str) -> None: ...


class Announcer(Protocol):
    """Plays announcements into conferences."""

    def announce(
        self, conference_sid: str, instructions: Instructions, call_sid: str | None = None
    ) -> None: ...


@dataclass
class Conferences(Resource[Conference]):
    """List, fetch, update (end, announce). A conference exists once somebody joins it."""

    line: Line
    announcer: Announcer
    key = "conferences"
    filters = (
        "Status", "FriendlyName", "DateCreated", "DateCreated<", "DateCreated>",
        "DateUpdated", "DateUpdated<", "DateUpdated>",
    )  # fmt: skip

    def rows(self, parameters: Parameters) -> Sequence[Conference]:
        status, name = parameters.text("Status"), parameters.text("FriendlyName")
        created, updated = (by_date(parameters, key) for key in ("DateCreated", "DateUpdated"))
        return [
            row
            for row in self.store.conferences.newest_first()
            if (not status or row.status == status)
            and (not name or row.friendly_name == name)
            and created(row.created)
            and updated(row.updated)
        ]

    def to_json(self, row: Conference) -> wire.Json:
        return _json(row)

    def found(self, sid: str) -> Conference:
        conference = self.store.conferences.get(sid)
        if conference is None:
            raise not_found(f"Conferences/{sid}")
        return conference

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        conference = self.found(sid)
        self.check(parameters, UPDATES, ())
        url = parameters.url("AnnounceUrl", UNNUMBERED)
        method = parameters.method("AnnounceMethod", UNNUMBERED)
        status = parameters.text("Status")
        if status not in ("", "completed"):
            raise TwilioRefusalError(UNNUMBERED, "Status must be completed")
        if url:
            self.announcer.announce(conference.sid, Instructions(url, method))
        if status:
            self.line.end(conference.sid, VIA_API)
        return self.fetch(sid)


def _json(record: Conference) -> wire.Json:
    """The Conference resource (twilio.com/docs/voice/api/conference-resource)."""
    path = f"{wire.ACCOUNT_PATH}/Conferences/{record.sid}"
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": wire.API_VERSION,
        "call_sid_ending_conference": record.call_sid_ending,
        "date_created": wire.rfc_2822(record.created),
        "date_updated": wire.rfc_2822(record.updated),
        "friendly_name": record.friendly_name,
        "reason_conference_ended": record.reason_ended,
        "region": "us1",
        "sid": record.sid,
        "status": record.status,
        "subresource_uris": {
            "participants": f"{path}/Participants.json",
            "recordings": f"{path}/Recordings.json",
        },
        "uri": f"{path}.json",
    }
