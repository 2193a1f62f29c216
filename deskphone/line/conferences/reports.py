"""Status callbacks of conferences (twilio.com/docs/voice/twiml/conference, "statusCallback")."""

from deskphone.clock import Clock, rfc_2822
from deskphone.line.fields import Fields
from deskphone.line.status_reports import StatusReports
from deskphone.records.conference import Conference, Participant
from deskphone.records.instructions import StatusCallback
from deskphone.values import ACCOUNT_SID

KINDS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}
"""Events, and the word in `statusCallbackEvent` that requests each."""
EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")


class ConferenceReports:
    """The reports on one conference, numbered from 1 and sent to the first participant's URL."""

    def __init__(
        self, reports: StatusReports, clock: Clock, callback: StatusCallback | None
    ) -> None:
        self._reports = reports
        self._clock = clock
        self._callback = callback
        self._sent = 0

    def report(
        self,
        conference: Conference,
        event: str,
        participant: Participant | None = None,
        fields: Fields = (),
    ) -> None:
        """Report an event, one of KINDS, if it was requested."""
        callback = self._callback
        if callback is None or KINDS[event] not in callback.events:
            return
        self._sent += 1
        form = (
            ("ConferenceSid", conference.sid),
            ("FriendlyName", conference.friendly_name),
            ("AccountSid", ACCOUNT_SID),
            ("SequenceNumber", str(self._sent)),
            ("Timestamp", rfc_2822(self._clock.now()) or ""),
            ("StatusCallbackEvent", event),
            *(of_participant(participant) if participant else ()),
            *fields,
        )
        self._reports.send(conference.sid, callback.url, callback.method, form)


def of_participant(participant: Participant) -> Fields:
    """Return the fields that describe a participant."""
    return (
        ("CallSid", participant.call_sid),
        ("Muted", _word(participant.muted)),
        ("Hold", _word(participant.hold)),
        ("Coaching", _word(participant.coaching)),
        ("EndConferenceOnExit", _word(participant.ends)),
        ("StartConferenceOnEnter", _word(participant.starts)),
        *((("ParticipantLabel", participant.label),) if participant.label else ()),
    )


def of_ending(reason: str, ending: Participant | None) -> Fields:
    """Return the fields that only the last report on a conference has."""
    who = (("CallSidEndingConference", ending.call_sid),) if ending else ()
    label = (("ParticipantLabelEndingConference", ending.label),) if ending and ending.label else ()
    return (*who, *label, ("ReasonConferenceEnded", reason), ("Reason", reason.replace("-", " ")))


def _word(value: object) -> str:
    return "true" if value else "false"
