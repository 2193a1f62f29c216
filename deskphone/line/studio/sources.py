"""Whose voices are heard, over time: by a call, or in a conference."""

from collections.abc import Mapping

from deskphone.records.conference import Conference

Voices = frozenset[str]
"""The SIDs of calls."""
NO_ONE: Voices = frozenset()


class Sources:
    """Who is heard from when on. Positions are in samples."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, Voices]] = []

    @property
    def now(self) -> Voices:
        """Who is heard since the last change."""
        return self._changes[-1][1] if self._changes else NO_ONE

    def change(self, at: int, voices: Voices) -> None:
        """Hear these from now on, and no others."""
        if voices != self.now:
            self._changes.append((at, voices))

    def during(self, start: int, end: int) -> list[tuple[int, int, Voices]]:
        """Return the spans between these positions: start, end, and who is heard."""
        spans: list[tuple[int, int, Voices]] = []
        until = end
        for at, voices in reversed(self._changes):
            if at < until:
                spans.append((max(at, start), until, voices))
                until = at
            if at <= start:
                break
        return spans[::-1]

    def drop(self, before: int) -> None:
        """Forget what isn't needed after this position."""
        while len(self._changes) > 1 and self._changes[1][0] <= before:
            del self._changes[0]


def voices_of(conference: Conference) -> Voices:
    """Return who is heard by all others in a conference (twilio.com/docs/voice/twiml/conference).

    Those are neither muted nor on hold, and don't coach.
    """
    if conference.status != "in-progress":
        return NO_ONE
    present = (one for one in conference.participants if one.joined and not one.hold)
    return frozenset(one.call_sid for one in present if not one.muted and not one.coaching)


def heard_by(conference: Conference) -> Mapping[str, Voices]:
    """Return whom each participant hears: all the voices, and those who coach them.

    One on hold, or who waits, hears no one. One who coaches is heard only by the coached call.
    """
    voices = voices_of(conference)
    coaches: dict[str, Voices] = {}
    for one in conference.participants:
        if one.coaching and one.joined and not one.muted and not one.hold:
            coaches[one.coaching] = coaches.get(one.coaching, NO_ONE) | {one.call_sid}
    is_running = conference.status == "in-progress"
    return {
        one.call_sid: (voices | coaches.get(one.call_sid, NO_ONE)) - {one.call_sid}
        if is_running and one.joined and not one.hold and not one.waiting
        else NO_ONE
        for one in conference.participants
    }
