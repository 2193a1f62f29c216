"""Actions on a conference from outside: invite, mute, hold and remove participants."""

from typing import Any

from deskphone.line.conferences.attendance import Attendee, Joining
from deskphone.line.conferences.rooms import ADD_FAILED, UPDATED, ConferenceRooms
from deskphone.records.call import Call
from deskphone.records.conference import Conference, Participant
from deskphone.records.instructions import Music, StatusCallback


class Moderation:
    """Changes how participants take part, and reports it."""

    def __init__(self, conferences: ConferenceRooms) -> None:
        self._conferences = conferences

    def named(self, name: str) -> Conference | None:
        """Return the live conference with this name."""
        return self._conferences.named(name)

    def invite(
        self,
        call: Call,
        name: str,
        invited: Participant,
        callback: StatusCallback | None,
        region: str,
    ) -> Participant:
        """Call a participant for a conference, which exists from now on.

        `callback` and `region` are those of a new conference.
        """
        joining = Joining(
            name=name,
            label=invited.label,
            muted=invited.muted,
            starts=invited.starts,
            ends=invited.ends,
            coach=invited.coaching,
            callback=callback,
            region=region,
        )
        return self._conferences.expect(call, joining)

    def forget(self, participant: Participant) -> None:
        """Remove an invited participant whose call is over, unless they joined."""
        found = self._conferences.participant(participant.conference_sid, participant.call_sid)
        if found is not None and not found.joined:
            self._conferences.leave(found.call_sid, found.conference_sid, ADD_FAILED)

    def remove(self, participant: Participant) -> None:
        """Remove a participant; the call continues after its <Dial>."""
        self._conferences.leave(
            participant.call_sid, participant.conference_sid, UPDATED, kicked=True
        )

    def mute(self, participant: Participant, *, muted: bool) -> None:
        """Mute or unmute a participant."""
        if participant.muted != muted:
            event = "participant-mute" if muted else "participant-unmute"
            self._conferences.change(participant, event, muted=muted)

    def hold(self, participant: Participant, *, hold: bool) -> None:
        """Put a participant on hold, or take them off hold."""
        if participant.hold != hold:
            event = "participant-hold" if hold else "participant-unhold"
            self._conferences.change(participant, event, hold=hold)
            if attendee := self._attendee(participant):
                attendee.changed.set()

    def set_hold_music(self, participant: Participant, music: Music) -> None:
        """Set what a participant hears on hold, now and later."""
        if attendee := self._attendee(participant):
            attendee.hold_music = music
            attendee.changed.set()

    def modify(
        self,
        participant: Participant,
        music: Music | None,
        *,
        beeps_on_exit: bool | None,
        **changes: Any,
    ) -> None:
        """Change how a participant waits or leaves, and fields of their record.

        For one who is still ringing, it applies from joining on.
        """
        attendee = self._attendee(participant)
        if attendee is not None and beeps_on_exit is not None:
            attendee.beeps_on_exit = beeps_on_exit
        if attendee is not None and music is not None:
            attendee.music = music
            attendee.changed.set()
        self._conferences.change(participant, "participant-modify", **changes)

    def _attendee(self, participant: Participant) -> Attendee | None:
        room = self._conferences.room(participant.conference_sid)
        return room.attendee(participant.call_sid) if room else None
