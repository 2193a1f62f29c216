"""Who hears whom: over time, and in a conference."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from deskphone.line.studio.sources import NO_ONE, Sources, heard_by, voices_of
from deskphone.records.conference import Conference, Participant

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VOICES = st.frozensets(st.sampled_from("abc"))
FLAGS = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["", "a", "b"]))


def conference(flags: list[tuple[bool, bool, bool, str]]) -> Conference:
    """Return one in progress, whose participants are a, b and so on."""
    participants = tuple(
        Participant(sid, "CF", "", NOW, NOW, muted=muted, hold=hold, joined=joined, coaching=coach)
        for sid, (muted, hold, joined, coach) in zip("abcdef", flags, strict=False)
    )
    return Conference("CF", "room", NOW, NOW, "in-progress", participants)


@given(
    st.lists(st.tuples(st.integers(0, 9), VOICES), max_size=6),
    st.integers(0, 60),
    st.integers(1, 30),
    st.integers(0, 60),
)
def test_spans_say_who_was_heard_at_each_moment(
    steps: list[tuple[int, frozenset[str]]], start: int, count: int, dropped: int
) -> None:
    sources, at, heard = Sources(), 0, list[frozenset[str]]()
    for step, voices in steps:
        heard += [sources.now] * step
        at += step
        sources.change(at, voices)
    heard += [sources.now] * 100
    sources.drop(min(dropped, start))
    found = {
        moment: voices
        for begin, end, voices in sources.during(start, start + count)
        for moment in range(begin, end)
    }

    assert [found.get(one, NO_ONE) for one in range(start, start + count)] == heard[
        start : start + count
    ]


@given(st.lists(FLAGS, max_size=6))
def test_participants_hear_all_others_who_may_speak(
    flags: list[tuple[bool, bool, bool, str]],
) -> None:
    room = conference(flags)
    heard = heard_by(room)
    for one in room.participants:
        for other in room.participants:
            speaks = other.joined and not other.muted and not other.hold
            speaks = speaks and other.coaching in ("", one.call_sid) and other is not one
            listens = one.joined and not one.hold

            assert (other.call_sid in heard[one.call_sid]) == (speaks and listens)


def test_a_conference_that_has_not_started_is_silent() -> None:
    flags = [(False, False, True, "")] * 2
    room = Conference("CF", "room", NOW, NOW, "init", conference(flags).participants)

    assert voices_of(room) == NO_ONE
    assert {*heard_by(room).values()} == {NO_ONE}
