"""Which sound a recording keeps on which channel."""

from deskphone.line.studio.booths import Booths
from deskphone.line.studio.tape import Read, Tape
from deskphone.records.recording import OF_THE_VERB, Recording
from deskphone.sound.mixing import mix


def tape_of(recording: Recording, start: int, booths: Booths) -> Tape:
    """Return the tape of a recording that begins at this position."""
    sid, conference_sid = recording.call_sid, recording.conference_sid
    if conference_sid is not None:
        return Tape(
            start,
            lambda begin, count: (booths.in_conference(conference_sid, begin, count),),
            lambda begin, end: booths.is_conference_quiet(conference_sid, begin, end),
        )
    return Tape(
        start, _of_call(recording, booths), lambda begin, end: booths.is_quiet(sid, begin, end)
    )


def _of_call(recording: Recording, booths: Booths) -> Read:
    """Return what reads a call's sound (voice/api/recording, "RecordingTrack", "Channels").

    <Record> keeps only the person. Inbound is the person too, and outbound what the person hears.
    Of two channels, the first has the person.
    """
    sid, is_verb = recording.call_sid, recording.source == OF_THE_VERB

    def read(start: int, count: int) -> tuple[bytes, ...]:
        is_said = is_verb or recording.track != "outbound"
        is_heard = not is_verb and recording.track != "inbound"
        said = booths.said(sid, start, count) if is_said else b""
        heard = booths.heard(sid, start, count) if is_heard else b""
        if recording.channels == 1:
            return (mix((said, heard), count),)
        return mix((said,), count), mix((heard,), count)

    return read
