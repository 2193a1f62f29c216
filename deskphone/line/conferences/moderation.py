"""What can be done in a conference from outside: ring people up, mute, hold, remove them."""

from typing import Any

from deskphone.line.conferences.attendance import Attendee, Joining
from deskphone.line.conferences.rooms import ADD_FAILED, UPDATED, ConferenceRooms
from deskphone.records.call import Call
from deskphone.records.conference import Conference, Participant
from deskphone.records.instructions import Music, StatusCallback


class Moderation:
    """Changes how people take part; they and the conference's reports hear of it."""

    def __init__(self, conferences: ConferenceRooms) -> None:
        self._conferences = conferences

    def named(self, name: str) -> Conference | None:
        """Return the conference with this name that is not over."""
        return self._conferences.named(name)

    def invite(
        self, call: Call, name: str, invited: Participant, callback: StatusCallback | None
    ) -> Participant:
        """Somebody is being called for a conference, which exists from now on."""
        joining = Joining(
            name=name,
            label=invited.label,
            muted=invited.muted,
            starts=invited.starts,
            ends=invited.ends,
            coach=invited.coaching,
            callback=callback,
        )
        return self._conferences.expect(call, joining)

    def forget(self, participant: Participant) -> None:
        """The call of somebody who was invited is over; nothing happens if they had joined."""
        found = self._conferences.participant(participant.conference_sid, participant.call_sid)
        if found is not None and not found.joined:
            self._conferences.leave(found.call_sid, found.conference_sid, ADD_FAILED)

    def remove(self, participant: Participant) -> None:
        """Put somebody out; the call goes on after its <Dial>."""
        self._conferences.leave(
            participant.call_sid, participant.conference_sid, UPDATED, kicked=True
        )

    def mute(self, participant: Participant, *, muted: bool) -> None:
        """Let nobody hear a participant, or everybody again."""
        if participant.muted != muted:
            event = "participant-mute" if muted else "participant-unmute"
            self._conferences.change(participant, event, muted=muted)

    def hold(self, participant: Participant, music: Music | None, *, hold: bool) -> None:
        """Let a participant hear music instead of the conference, or the conference again."""
        attendee = self._attendee(participant)
        if attendee is not None and hold:
            attendee.hold_music = music or Music()
        if participant.hold != hold:
            event = "participant-hold" if hold else "participant-unhold"
            self._conferences.change(participant, event, hold=hold)
        if attendee is not None:
            attendee.changed.set()

    def modify(
        self,
        participant: Participant,
        music: Music | None,
        *,
        beeps_on_exit: bool | None,
        **changes: Any,
    ) -> None:
        """Change how somebody waits or leaves, and members of their record."""
        attendee = self._attendee(participant)
        if attendee is not None and beeps_on_exit is not None:
            attendee.beeps_on_exit = beeps_on_exit
        if attendee is not None and music is not None:
            attendee.music = music
            attendee.changed.set()
        self._conferences.change(participant, "participant-modify", **changes)

    def _attendee(self, participant: Participant) -> Attendee | None:
        room = self._conferences.room(participant.conference_sid)
        return room.attendees.get(participant.call_sid) if room else None
