"""Reading TwiML: any bytes give a document or one of Twilio's errors, never a crash."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.line.coverage import MESSAGING as MESSAGING_ELEMENTS
from emulator.line.coverage import VOICE as VOICE_ELEMENTS
from emulator.line.document import Gap, Language, parse
from emulator.line.reading import TwimlError
from emulator.line.verbs import MESSAGING, VOICE

names = st.sampled_from([*VOICE_ELEMENTS, *MESSAGING_ELEMENTS, "Response", "Body", "Media", "x"])
attributes = st.dictionaries(
    st.sampled_from(
        ["loop", "length", "input", "method", "timeout", "numDigits", "finishOnKey", "x"]
    ),
    st.sampled_from(["", "0", "1", "-1", "10000000", "dtmf", "speech", "GET", "#", "true", "é"]),
    max_size=3,
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> str:
    name = draw(names)
    written = "".join(f' {key}="{value}"' for key, value in draw(attributes).items())
    children = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    return (
        f"<{name}{written}>{draw(st.sampled_from(['', 'text', ' ']))}{''.join(children)}</{name}>"
    )


@given(st.lists(elements(), max_size=4), st.sampled_from([VOICE, MESSAGING]))
def test_every_well_formed_document_can_be_read(
    children: list[str], language: Language[object]
) -> None:
    document = parse(f"<Response>{''.join(children)}</Response>", language)

    assert len(document.verbs) + len(document.warnings) >= len(children)


@given(st.text(max_size=200), st.sampled_from([VOICE, MESSAGING]))
def test_any_text_is_a_document_or_one_of_twilios_errors(
    text: str, language: Language[object]
) -> None:
    with contextlib.suppress(TwimlError):
        assert parse(text, language).verbs == ()


def test_entities_are_refused() -> None:
    bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'>]><Response><Say>&a;</Say></Response>"

    with pytest.raises(TwimlError) as raised:
        parse(bomb, VOICE)
    assert raised.value.code == 12100


def test_comments_are_ignored() -> None:
    document = parse("<Response><!-- hello --><Hangup/><!-- bye --></Response>", VOICE)

    assert (len(document.verbs), document.warnings) == (1, ())


def test_a_gap_inside_a_verb_makes_the_verb_a_gap() -> None:
    document = parse("<Response><Hangup><Parameter/></Hangup></Response>", VOICE)

    assert document.verbs == (Gap("<Parameter> inside <Hangup>"),)
