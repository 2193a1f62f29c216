"""Reading TwiML: any bytes give a document or a Twilio error, and never a crash."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.line.texts.verbs import MESSAGING
from deskphone.line.verbs.speaking import Say
from deskphone.line.verbs.table import DIALECTS as PLACES
from deskphone.line.verbs.table import VOICE
from deskphone.twiml.coverage import MESSAGING as MESSAGING_ELEMENTS
from deskphone.twiml.coverage import VOICE as VOICE_ELEMENTS
from deskphone.twiml.document import Dialect, Gap, parse
from deskphone.twiml.source import TwimlError

NAMES = [*VOICE_ELEMENTS, *MESSAGING_ELEMENTS, "Response", "Body", "Media", "Parameter", "x"]
TABLE = [*VOICE_ELEMENTS.values(), *MESSAGING_ELEMENTS.values()]
ATTRIBUTES = sorted({"x"}.union(*(element.attributes for element in TABLE)))
VALUES = ["", "0", "1", "-1", "10000000", "dtmf", "speech", "GET", "#", "true", "é"]
DIALECTS = st.sampled_from([VOICE, MESSAGING])
EMULATED = [
    (dialect, verb, attribute)
    for dialect, elements in ((VOICE, VOICE_ELEMENTS), (MESSAGING, MESSAGING_ELEMENTS))
    for verb in dialect.verbs
    for attribute, level in elements[verb].attributes.items()
    if level != "no" and ":" not in attribute
]
NOT_EMULATED = [
    (dialect, verb, attribute)
    for dialect, elements in ((VOICE, VOICE_ELEMENTS), (MESSAGING, MESSAGING_ELEMENTS))
    for verb in dialect.verbs
    for attribute, level in elements[verb].attributes.items()
    if level == "no"
]


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> str:
    name = draw(st.sampled_from(NAMES))
    attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES), max_size=3)
    written = "".join(
        f' {key}="{value}"' for key, value in draw(attributes).items() if ":" not in key
    )
    children = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    text = draw(st.sampled_from(["", "text", " ", "é👋"]))
    return f"<{name}{written}>{text}{''.join(children)}</{name}>"


@given(st.lists(elements(), max_size=4), DIALECTS)
def test_every_verb_runs_is_a_gap_or_raises_a_warning(
    children: list[str], dialect: Dialect[object]
) -> None:
    known = {name for name in dialect.elements if name in dialect.verbs or name in missing(dialect)}
    names = [re.split("[ >]", child[1:], maxsplit=1)[0] for child in children]
    wanted = [name for name in names if name in known]

    document = parse(f"<Response>{''.join(children)}</Response>".encode(), dialect)

    assert len(document.verbs) == len(wanted)
    assert len(document.warnings) >= len(set(names) - known)


def missing(dialect: Dialect[object]) -> set[str]:
    """Return the elements of a dialect that only the real Twilio runs."""
    return {name for name, element in dialect.elements.items() if element.level == "no"}


@given(st.binary(max_size=200), DIALECTS)
def test_invalid_twiml_gets_a_twilio_code(content: bytes, dialect: Dialect[object]) -> None:
    with pytest.raises(TwimlError) as raised:
        parse(content, dialect)

    assert raised.value.code in (12100, 12102)


@pytest.mark.parametrize(("dialect", "verb", "attribute"), EMULATED)
def test_emulated_attribute_is_known(dialect: Dialect[object], verb: str, attribute: str) -> None:
    value = "dtmf" if attribute == "input" else "1"
    document = parse(f"<Response><{verb} {attribute}='{value}'/></Response>".encode(), dialect)

    assert not isinstance(document.verbs[0], Gap)
    assert not [warning for warning in document.warnings if "no attribute" in warning.message]


@pytest.mark.parametrize(("dialect", "verb", "attribute"), NOT_EMULATED)
def test_attribute_that_is_not_emulated_makes_the_verb_a_gap(
    dialect: Dialect[object], verb: str, attribute: str
) -> None:
    document = parse(f"<Response><{verb} {attribute}='1'/></Response>".encode(), dialect)

    assert document.verbs == (Gap(f"The {attribute} attribute of <{verb}>"),)


def test_entities_are_refused() -> None:
    bomb = b"<!DOCTYPE r [<!ENTITY a 'aaaa'>]><Response><Say>&a;</Say></Response>"

    with pytest.raises(TwimlError) as raised:
        parse(bomb, VOICE)
    assert raised.value.code == 12100


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_declared_encoding_is_used(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?><Response><Say>Grüße</Say></Response>"
    [say] = parse(text.encode(encoding), VOICE).verbs

    assert isinstance(say, Say)
    assert say.text == "Grüße"


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [("xmlns:a='b' a:c='d'", []), ("version='2010-04-01'", []), ("color='red'", [12200])],
)
def test_root_accepts_few_attributes(attributes: str, codes: list[int]) -> None:
    document = parse(f"<Response {attributes}><Say>Hi</Say></Response>".encode(), VOICE)

    assert [warning.code for warning in document.warnings] == codes


def test_unknown_version_is_12101() -> None:
    with pytest.raises(TwimlError) as raised:
        parse(b"<Response version='3'/>", VOICE)
    assert raised.value.code == 12101


def test_ssml_has_text_and_a_language() -> None:
    document = parse(
        b"<Response><Say>One <lang xml:lang='fr-FR'>deux</lang> three</Say></Response>", VOICE
    )

    assert document.warnings == ()


def test_comments_are_ignored() -> None:
    document = parse(b"<Response><!-- hello --><Hangup/><!-- bye --></Response>", VOICE)

    assert (len(document.verbs), document.warnings) == (1, ())


def test_ssml_may_be_nested_deeply() -> None:
    depth = 9000
    document = parse(
        f"<Response><Say>{'<p>' * depth}Hi{'</p>' * depth}</Say></Response>".encode(), VOICE
    )

    assert document.warnings == ()


@pytest.mark.parametrize("verb", ["Hangup", "Reject"])
def test_gap_inside_a_verb_makes_the_verb_a_gap(verb: str) -> None:
    document = parse(f"<Response><{verb}><Parameter/></{verb}></Response>".encode(), VOICE)

    assert document.verbs == (Gap(f"<Parameter> inside <{verb}>"),)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Say><Play/></Say>", 12200),
        ("<Say><emphasis color='red'>x</emphasis></Say>", 12200),
        ("<Gather><Say color='red'>x</Say></Gather>", 12200),
        ("<Gather><Play digits='1'/></Gather>", 12200),
        ("<Gather><Say loop='x'>Hi</Say></Gather>", 13322),
        ("<Dial method='PUT'>+12025550124</Dial>", 13210),
        ("<Dial><Number method='PUT'>+12025550124</Number></Dial>", 13221),
        ("<Dial><Number sendDigits='x'>+12025550124</Number></Dial>", 13222),
        ("<Dial><Number statusCallbackEvent='later'>+12025550124</Number></Dial>", 12200),
        ("<Dial recordingStatusCallbackEvent='later'>+12025550124</Dial>", 13621),
        ("<Record recordingStatusCallbackMethod='PUT'/>", 12200),
        ("<Gather method='PUT'/>", 13312),
        ("<Gather finishOnKey='A'/>", 13311),
        ("<Gather numDigits='0'/>", 13314),
        ("<Gather input='smell'/>", 13326),
        ("<Gather enhanced='maybe'/>", 12200),
        ("<Gather debug='maybe'/>", 12200),
        ("<Gather>Press one</Gather>", 12200),
        ("<Gather><Say>Hi</Say>Press one</Gather>", 12200),
        ("<Pause>one</Pause>", 12200),
        ("Hello", 12200),
        ("<Dial>+12025550124<Queue>support</Queue></Dial>", 13215),
        ("<Dial ringTone='loud'>+12025550124</Dial>", 13220),
        ("<Dial trim='maybe'>+12025550124</Dial>", 12200),
        ("<Dial recordingTrack='left'>+12025550124</Dial>", 12200),
        ("<Dial><Number>+12025550124</Number>+12025550125</Dial>", 12200),
        ("<Dial><Conference jitterBufferSize='huge'>room</Conference></Dial>", 12200),
        ("<Gather speechTimeout='soon'/>", 13327),
        ("<Gather input='speech' speechTimeout='auto' speechModel='phone_call'/>", 13335),
        ("<Gather partialResultCallbackMethod='PUT'/>", 13329),
        (f"<Gather hints='{'x,' * 500}'/>", 13330),
        (f"<Gather hints='{'x' * 101}'/>", 13330),
        ("<Gather language=''/>", 13331),
        ("<Gather profanityFilter='maybe'/>", 13333),
        ("<Record method='PUT'/>", 13610),
        ("<Record timeout='-1'/>", 13611),
        ("<Record maxLength='1'/>", 13612),
        ("<Record maxLength='14401'/>", 13612),
        ("<Record finishOnKey='A'/>", 13613),
        ("<Record transcribe='maybe'/>", 13614),
        ("<Record playBeep='maybe'/>", 13616),
        ("<Record trim='maybe'/>", 13699),
        ("<Record recordingStatusCallbackEvent='later'/>", 13621),
        ("<Gather actionOnEmptyResult='maybe'/>", 13338),
        ("<Play loop='x'>https://example.com/a.mp3</Play>", 13410),
        ("<Play digits='x'/>", 13430),
        ("<Redirect method='PUT'>https://example.com</Redirect>", 13710),
        ("<Reject reason='tired'/>", 13810),
    ],
)
def test_mistake_in_call_twiml_has_its_code(document: str, code: int) -> None:
    parsed = parse(f"<Response>{document}</Response>".encode(), VOICE)

    assert [warning.code for warning in parsed.warnings] == [code]


@pytest.mark.parametrize(("verb", "code"), [("Dial", 13201), ("Enqueue", 12200), ("Shout", 12200)])
def test_only_dial_has_its_own_code_in_a_whisper(verb: str, code: int) -> None:
    parsed = parse(f"<Response><{verb}/></Response>".encode(), PLACES["whisper"])

    assert [warning.code for warning in parsed.warnings] == [code]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Redirect method='PUT'>https://example.com</Redirect>", 14104),
        ("<Message><Body color='red'>x</Body></Message>", 12200),
        ("<Message><Say>x</Say></Message>", 12200),
        ("<Message>x<Body>y</Body></Message>", 12200),
        ("Hello", 12200),
    ],
)
def test_mistake_in_messaging_twiml_has_its_code(document: str, code: int) -> None:
    parsed = parse(f"<Response>{document}</Response>".encode(), MESSAGING)

    assert [warning.code for warning in parsed.warnings] == [code]
