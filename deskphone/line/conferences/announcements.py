"""Announcements to one or all participants of a conference (voice/api/conference)."""

from deskphone.account.store import Store
from deskphone.line.conferences.attendance import Announcement, Attendee
from deskphone.line.conferences.rooms import ConferenceRooms
from deskphone.records.instructions import Instructions


class Announcements:
    """Passes announcements to their listeners, and reports when all of them are done."""

    def __init__(self, store: Store, conferences: ConferenceRooms) -> None:
        self._store = store
        self._conferences = conferences

    def announce(
        self, conference_sid: str, instructions: Instructions, call_sid: str | None = None
    ) -> None:
        """Play an announcement to one participant or to all who are present.

        One who is still ringing hears it on joining.
        """
        room = self._conferences.room(conference_sid)
        if room is None:
            return
        found = [*room.attendees.values()] if call_sid is None else [room.attendee(call_sid)]
        attendees = [one for one in found if one is not None]
        hearers = {one.call_sid for one in attendees}
        announcement = Announcement(instructions, call_sid is not None, hearers)
        for one in attendees:
            one.announcements.append(announcement)
            one.changed.set()

    def heard(self, attendee: Attendee, failure: str = "") -> None:
        """Finish a participant's first announcement; `failure` says what went wrong."""
        announcement = attendee.announcements.popleft()
        announcement.hearers.discard(attendee.call_sid)
        announcement.failure = announcement.failure or failure
        if not announcement.hearers:
            self._report(attendee, announcement)

    def skip_all(self, attendee: Attendee) -> None:
        """Skip the announcements of a participant who leaves."""
        while attendee.announcements:
            self.heard(attendee)

    def _report(self, attendee: Attendee, announcement: Announcement) -> None:
        sid = attendee.conference_sid
        conference, room = self._store.conferences.get(sid), self._conferences.room(sid)
        if conference is None or room is None:
            return
        is_for_one = announcement.is_for_one
        one = self._conferences.participant(sid, attendee.call_sid) if is_for_one else None
        event, fields = "announcement-end", (("AnnounceUrl", announcement.instructions.url),)
        if announcement.failure:
            event = "announcement-fail"
            fields = (*fields, ("ReasonAnnouncementFailed", announcement.failure))
        room.reports.report(conference, event, one, fields)
