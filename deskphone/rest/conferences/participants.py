"""The Participants of a conference (twilio.com/docs/voice/api/conference-participant-resource)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from deskphone.clock import rfc_2822
from deskphone.line.calls.exchange import Exchange
from deskphone.line.conferences.announcements import Announcements
from deskphone.line.conferences.moderation import Moderation
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.call import RING_LONGER_S, Call
from deskphone.records.conference import HOME_REGION, LABEL, Conference, Participant
from deskphone.records.instructions import Instructions, Music
from deskphone.rest.conferences.conferences import ConferencesResource, ended
from deskphone.rest.conferences.invitations import (
    EMULATED,
    NOT_EMULATED,
    ONLY_OF_CALLS,
    call_parameters,
    callback_of,
    coached,
    document_of,
    emulated,
)
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.rest.resources.new_call import accepted_call
from deskphone.values import ACCOUNT_SID

UPDATES = (
    "Muted", "Hold", "HoldUrl", "HoldMethod", "AnnounceUrl", "AnnounceMethod", "WaitUrl",
    "WaitMethod", "BeepOnExit", "EndConferenceOnExit", "Coaching", "CallSidToCoach",
)  # fmt: skip
FULL, WRONG_LABEL, LABEL_TAKEN = 16020, 16024, 16026
ON_HOLD, NOT_PRESENT = 16027, 16028
WRONG_LABEL_REFUSAL = (
    "Invalid participant label, must not exceed 128 characters, must not be a CallSid, must not "
    "contain '/'"
)
CONFERENCE_SID = re.compile(r"CF[0-9a-fA-F]{32}")
STATUS = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "connected",
    "completed": "complete",
}
"""The status of a participant by that of its call; all others are failed."""


@dataclass
class ParticipantsResource(Resource[Participant]):
    """List, create (call a participant), fetch, update, delete (remove).

    `conference` is the conference's SID or, until it ends, its name.
    """

    conference: str
    conferences: ConferencesResource
    moderation: Moderation
    announcements: Announcements
    exchange: Exchange
    key = "participants"
    filters = ("Muted", "Hold", "Coaching")

    def __post_init__(self) -> None:
        """Collapse whitespace in the name, so that it matches the name in TwiML."""
        self.conference = " ".join(self.conference.split())

    def create(self, parameters: Parameters) -> Json:
        parameters.check((*EMULATED, *ONLY_OF_CALLS), NOT_EMULATED)
        ignored = [name for name in ONLY_OF_CALLS if name in parameters]
        parameters = emulated(parameters)
        parameters.whole("Timeout", 21208, 60, 5, 600)  # other calls may ring for less
        call = accepted_call(call_parameters(parameters), self.store, self.clock.now())
        name = self._name()
        document, callback = document_of(name, parameters), callback_of(parameters)
        self._check_room(name, parameters)
        rings_s, instructions = call.timeout_s + RING_LONGER_S, Instructions(twiml=document)
        call = self.store.calls.put(replace(call, instructions=instructions, timeout_s=rings_s))
        invited = self._invited(call, parameters)
        if ignored:
            message = f"Invalid Answering Machine Detection Parameters: {', '.join(ignored)}"
            self.store.alert(call.sid, 21263, message, "warning")
        region = parameters.text("Region") or HOME_REGION
        participant = self.moderation.invite(call, name, invited, callback, region)
        self.exchange.place(call, lambda: self.moderation.forget(participant))
        # Only the answer to a creation has it (OpenAPI, Participant resource).
        return self.to_json(participant) | {"queue_time": "0"}

    def rows(self, parameters: Parameters) -> Sequence[Participant]:
        found = {name: parameters.choice(name) for name in self.filters}
        wanted = {name: value for name, value in found.items() if value is not None}
        return [
            row
            for row in reversed(self._conference().participants)
            if wanted.get("Muted", row.muted) == row.muted
            and wanted.get("Hold", row.hold) == row.hold
            and wanted.get("Coaching", row.coaching is not None) == (row.coaching is not None)
        ]

    def serial(self, row: Participant) -> int:
        return row.serial

    def to_json(self, row: Participant) -> Json:
        call = self.store.calls.get(row.call_sid)
        path = f"{ACCOUNT_PATH}/Conferences/{row.conference_sid}/Participants/{row.call_sid}"
        return {
            "account_sid": ACCOUNT_SID,
            "call_sid": row.call_sid,
            "call_sid_to_coach": row.coaching,
            "coaching": row.coaching is not None,
            "conference_sid": row.conference_sid,
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
            "end_conference_on_exit": row.ends,
            "hold": row.hold,
            "label": row.label,
            "muted": row.muted,
            "queue_time": None,
            "start_conference_on_enter": row.starts,
            "status": STATUS.get(call.status if call else "completed", "failed"),
            "uri": f"{path}.json",
        }

    def found(self, sid: str) -> Participant:
        """Find a participant by the SID of the call or by the label."""
        for participant in self._conference().participants:
            if sid in (participant.call_sid, participant.label):
                return participant
        raise not_found(f"Conferences/{self.conference}/Participants/{sid}")

    def update(self, sid: str, parameters: Parameters) -> Json:
        self.found(sid)
        parameters.check(UPDATES)
        announcement = parameters.url("AnnounceUrl", UNNUMBERED)
        method = parameters.method("AnnounceMethod", UNNUMBERED)
        hold_music = _music(parameters, "HoldUrl", "HoldMethod", "GET")
        wait_music = _music(parameters, "WaitUrl", "WaitMethod", "POST")
        changes = self._changes(parameters)
        beeps = parameters.flag("BeepOnExit") if "BeepOnExit" in parameters else None
        # "Anything value other than `true` or `false` is interpreted as `false`" (OpenAPI).
        muted, hold = parameters.text("Muted").lower() == "true", parameters.flag("Hold")
        if "Muted" in parameters:
            self.moderation.mute(self.found(sid), muted=muted)
        if hold_music is not None:
            self.moderation.set_hold_music(self.found(sid), hold_music)
        if "Hold" in parameters:
            self.moderation.hold(self.found(sid), hold=hold)
        if changes or wait_music is not None or beeps is not None:
            self.moderation.modify(self.found(sid), wait_music, beeps_on_exit=beeps, **changes)
        participant = self.found(sid)
        if announcement:
            self.announcements.announce(
                participant.conference_sid, Instructions(announcement, method), participant.call_sid
            )
        return self.to_json(participant)

    def delete(self, sid: str) -> None:
        participant = self.found(sid)
        if participant.joined:
            self.moderation.remove(participant)
        else:
            self.exchange.end(participant.call_sid)
            self.moderation.forget(participant)

    def _conference(self) -> Conference:
        named = self.moderation.named(self.conference)
        return named or self.conferences.found(self.conference)

    def _name(self) -> str:
        """Return the name of the conference to join."""
        if not CONFERENCE_SID.fullmatch(self.conference):
            return self.conference
        conference = self.conferences.found(self.conference)
        if conference.status == "completed":
            raise ended()
        return conference.friendly_name

    def _check_room(self, name: str, parameters: Parameters) -> None:
        """Refuse participants that the conference wouldn't admit."""
        conference = self.moderation.named(name)
        others = conference.participants if conference else ()
        label, coach = parameters.text("Label"), coached(parameters)
        if len(others) >= parameters.whole("MaxParticipants", UNNUMBERED, 250, 2, 250):
            raise TwilioRefusalError(FULL, "Conference is full")
        if label and not LABEL.fullmatch(label):
            raise TwilioRefusalError(WRONG_LABEL, WRONG_LABEL_REFUSAL)
        if label and label in (one.label for one in others):
            raise TwilioRefusalError(
                LABEL_TAKEN, "Participant label is in use by another participant"
            )
        _check_coached(coach, [one for one in others if one.joined])

    def _invited(self, call: Call, parameters: Parameters) -> Participant:
        """Return how the call will take part; the conference may not exist yet."""
        return Participant(
            call_sid=call.sid,
            conference_sid="",
            number=call.person,
            created=call.created,
            updated=call.created,
            label=parameters.text("Label") or None,
            muted=parameters.flag("Muted"),
            coaching=coached(parameters),
            starts=parameters.flag("StartConferenceOnEnter", default=True),
            ends=parameters.flag("EndConferenceOnExit"),
            joined=False,
        )

    def _changes(self, parameters: Parameters) -> dict[str, Any]:
        """Return the changes to the record, except mute and hold."""
        changes: dict[str, Any] = {}
        if "EndConferenceOnExit" in parameters:
            changes["ends"] = parameters.flag("EndConferenceOnExit")
        if "Coaching" in parameters or "CallSidToCoach" in parameters:
            coach = coached(parameters)
            _check_coached(coach, [one for one in self._conference().participants if one.joined])
            changes["coaching"] = coach
        return changes


def _check_coached(coached_sid: str | None, others: Sequence[Participant]) -> None:
    """Refuse to coach a call that isn't in the conference, or is on hold."""
    if coached_sid is None:
        return
    whispered = next((one for one in others if one.call_sid == coached_sid), None)
    if whispered is None:
        message = "Participant to be whispered is not present in the conference"
        raise TwilioRefusalError(NOT_PRESENT, message)
    if whispered.hold:
        raise TwilioRefusalError(ON_HOLD, "Participant to be whispered is on hold")


def _music(parameters: Parameters, url: str, method: str, default: str) -> Music | None:
    """Return the music to play, or None if it isn't given."""
    how = parameters.method(method, UNNUMBERED, default)
    return Music(parameters.url(url, UNNUMBERED), how) if url in parameters else None
