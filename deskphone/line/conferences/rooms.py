"""Conferences: their participants, start and end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.line.conferences.attendance import Attendee, ConferenceRoom, Joining, RefusedError
from deskphone.line.conferences.reports import ConferenceReports, of_ending
from deskphone.line.recording.recorder import Recorder
from deskphone.line.status_reports import StatusReports
from deskphone.records.call import ENDED_CALL, Call
from deskphone.records.conference import VIA_API, Conference, Participant
from deskphone.sound.sound import Sound
from deskphone.sound.tones import beep

FULL, LABEL_TAKEN = 16020, 16025
MODERATOR = "participant-with-end-conference-on-exit"
LAST = "last-participant"
HUNG_UP, UPDATED, ADD_FAILED = (
    "participant_hung_up",
    "participant_updated_via_api",
    "participant_add_failed",
)


class ConferenceRooms:
    """All conferences. The store has their participants; this has their live state."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        reports: StatusReports,
        recorder: Recorder,
        hang_up: Callable[[str], None],
        play: Callable[[str, Sound], object],
    ) -> None:
        """`hang_up` ends a call by its SID, and `play` plays a sound to its person."""
        self._store = store
        self._clock = clock
        self._reports = reports
        self._recorder = recorder
        self._hang_up = hang_up
        self._play = play
        self._rooms: dict[str, ConferenceRoom] = {}

    def named(self, name: str) -> Conference | None:
        """Return the live conference with this name."""
        live = (one for one in self._store.conferences if one.status != "completed")
        return next((one for one in live if one.friendly_name == name), None)

    def room(self, conference_sid: str) -> ConferenceRoom | None:
        """Return the live state of a conference, or None if it is over."""
        return self._rooms.get(conference_sid)

    def participant(self, conference_sid: str, call_sid: str) -> Participant | None:
        """Return a participant."""
        found = self._store.conferences.get(conference_sid)
        present = found.participants if found else ()
        return next((one for one in present if one.call_sid == call_sid), None)

    def expect(self, call: Call, joining: Joining) -> Participant:
        """Add a participant who is being called, like `join`; raise RefusedError."""
        conference = self._admitting(call, joining)
        participant = self._participant(call, conference, joining, joined=False)
        self._rooms[conference.sid].expected[call.sid] = Attendee(call.sid, conference.sid)
        self._put(conference, (*conference.participants, participant))
        return participant

    def join(self, call: Call, joining: Joining) -> Attendee:
        """Add a call to a conference; raise RefusedError if it can't join."""
        conference = self._admitting(call, joining)
        room = self._rooms[conference.sid]
        attendee = room.admit(call.sid, conference.sid, joining)
        if joining.is_recorded and room.records is None:
            room.records = joining
        participant = self._participant(call, conference, joining, joined=True)
        participant, seated = conference.seated(participant)
        conference = self._put(conference, seated)
        self._store.note(call.sid, "event", "joined", conference.friendly_name)
        room.reports.report(conference, "participant-join", participant)
        conference = self._start(conference, room)
        if joining.beep in ("true", "onEnter"):
            self._beep(conference, call.sid)
        return attendee

    def leave(
        self, call_sid: str, conference_sid: str, reason: str, *, kicked: bool = False
    ) -> None:
        """Remove a call from its conference, if it is in one."""
        conference = self._store.conferences.get(conference_sid)
        gone = self.participant(conference_sid, call_sid)
        room = self._rooms.get(conference_sid)
        if conference is None:  # the history was cleared
            self._rooms.pop(conference_sid, None)
        if conference is None or gone is None or room is None:
            return
        attendee = room.attendees.pop(call_sid, None)
        room.expected.pop(call_sid, None)
        others = tuple(one for one in conference.participants if one != gone)
        conference = self._put(conference, others)
        self._report_left(conference, room, gone, reason)
        if attendee is not None:
            attendee.out.set()
            if attendee.beeps_on_exit:
                self._beep(conference, call_sid)
        how = "kicked" if kicked else "left"
        if gone.joined and gone.ends:
            self.end(conference_sid, f"{MODERATOR}-{how}", gone)
        elif not others:
            self.end(conference_sid, f"{LAST}-{how}", gone)

    def end(self, conference_sid: str, reason: str, ending: Participant | None = None) -> None:
        """End the conference; its participants continue with their calls."""
        conference = self._store.conferences.get(conference_sid)
        room = self._rooms.pop(conference_sid, None)
        if conference is None or room is None:
            return
        why = "conference_ended_via_api" if reason == VIA_API else "moderator_ended_conference"
        for participant in conference.participants:
            self._report_left(conference, room, participant, why)
            if not participant.joined:
                self._hang_up(participant.call_sid)
        for attendee in room.attendees.values():
            attendee.out.set()
        ended = replace(
            conference,
            status="completed",
            reason_ended=reason,
            call_sid_ending=ending.call_sid if ending else None,
        )
        ended = self._put(ended, ())
        if room.recording_sid is not None:
            self._recorder.finish(room.recording_sid)
        room.reports.report(ended, "conference-end", fields=of_ending(reason, ending))

    def change(self, participant: Participant, event: str, **changes: Any) -> None:
        """Change a participant, and report it as this event."""
        conference = self._store.conferences.get(participant.conference_sid)
        room = self._rooms.get(participant.conference_sid)
        if conference is None or room is None:
            return
        changed = replace(participant, updated=self._clock.now(), **changes)
        all_of_them = (changed if one == participant else one for one in conference.participants)
        conference = self._put(conference, tuple(all_of_them))
        room.reports.report(conference, event, changed)

    def _admitting(self, call: Call, joining: Joining) -> Conference:
        """Return the conference that a call joins, creating it if needed; raise RefusedError."""
        conference = self.named(joining.name)
        others = [
            one
            for one in (conference.participants if conference else ())
            if one.call_sid != call.sid
        ]
        if len(others) >= joining.max_participants:
            raise RefusedError(FULL, "The conference is full")
        if joining.label and joining.label in (one.label for one in others):
            raise RefusedError(LABEL_TAKEN, "Another participant already has this label")
        invited = self.participant(conference.sid, call.sid) if conference else None
        joining.check_coached(others, invited)
        return conference or self._open(joining, call.sid)

    def _open(self, joining: Joining, call_sid: str) -> Conference:
        now = self._clock.now()
        sid, name, region = new_sid("CF"), joining.name, joining.region
        conference = Conference(sid, name, now, now, call_sid=call_sid, region=region)
        reports = ConferenceReports(self._reports, self._clock, joining.callback)
        self._rooms[conference.sid] = ConferenceRoom(reports)
        return conference

    def _participant(
        self, call: Call, conference: Conference, joining: Joining, *, joined: bool
    ) -> Participant:
        now = self._clock.now()
        return Participant(
            call_sid=call.sid,
            conference_sid=conference.sid,
            number=call.person,
            created=now,
            updated=now,
            label=joining.label,
            muted=joining.muted,
            waiting=conference.status == "init" or not joined,
            joined=joined,
            coaching=joining.coach,
            starts=joining.starts,
            ends=joining.ends,
            serial=self._store.new_serial(),
        )

    def _start(self, conference: Conference, room: ConferenceRoom) -> Conference:
        """Start it once it has two participants and one of them starts it."""
        present = [one for one in conference.participants if one.joined]
        if (
            conference.status != "init"
            or len(present) < 2
            or not any(one.starts for one in present)
        ):
            return conference
        started = tuple(replace(one, waiting=not one.joined) for one in conference.participants)
        conference = self._put(replace(conference, status="in-progress"), started)
        room.reports.report(conference, "conference-start")
        for attendee in room.attendees.values():
            self._store.note(attendee.call_sid, "event", "conference started")
            attendee.changed.set()
        call = self._store.calls.get(next(iter(room.attendees)))
        if room.records is not None and call is not None:
            recording = self._recorder.start(
                call,
                "Conference",
                callback=room.records.recording_callback,
                conference_sid=conference.sid,
            )
            room.recording_sid = recording.sid
        return conference

    def _report_left(
        self, conference: Conference, room: ConferenceRoom, participant: Participant, reason: str
    ) -> None:
        call = self._store.calls.get(participant.call_sid)
        if call is not None and participant.joined and call.status in ENDED_CALL:
            reason = HUNG_UP if reason == UPDATED else reason
        status = (("ParticipantCallStatus", call.status),) if call else ()
        fields = (*status, ("ReasonParticipantLeft", reason))
        room.reports.report(conference, "participant-leave", participant, fields)

    def _beep(self, conference: Conference, call_sid: str) -> None:
        """Play the beep that a participant has joined or left to the others."""
        if conference.status != "in-progress":
            return
        for one in conference.participants:
            call = self._store.calls.get(one.call_sid)
            is_there = call is not None and call.status not in ENDED_CALL and one.joined
            if is_there and one.call_sid != call_sid:
                self._store.note(one.call_sid, "event", "beep")
                self._play(one.call_sid, beep())

    def _put(self, conference: Conference, participants: tuple[Participant, ...]) -> Conference:
        return self._store.conferences.put(
            replace(conference, participants=participants, updated=self._clock.now())
        )
