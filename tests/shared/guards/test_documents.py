"""TwiML from callers: what is accepted, what is refused and why, and whom it dials."""

import inspect
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import messaging_response, voice_response

from shared.errors import InvalidRequestError
from shared.guards.documents import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    NAMES,
    URL_SUFFIXES,
    reach_of,
)

ONE, TWO = "+12025550123", "+12025550124"


def refusal(document: str) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        reach_of(document, field="twiml")
    assert caught.value.field == "twiml"
    return caught.value.detail


def inside(content: str) -> str:
    return f"<Response>{content}</Response>"


def log_text(document: str) -> str:
    """Return the log text of a refusal; "" if the document is accepted."""
    try:
        reach_of(document, field="twiml")
    except InvalidRequestError as error:
        return error.log_text
    return ""


@pytest.mark.parametrize(
    "document",
    [
        "<Response/>",
        "<?xml version='1.0'?>\n<Response>\n</Response>\n",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Response/>',
        "<?xml version='1.0' encoding='us-ascii'?><Response/>",
        "<!-- why --><Response/><!-- because -->",
        "<!-- a --> <!---->\n" * 100 + "<Response/>",
        inside("<Say>Tom &amp; Jerry &#x263A; \N{GRINNING FACE}</Say>"),
        inside("<Say><![CDATA[<Dial>+12025550123</Dial>]]></Say>"),
        inside("<Say>Hello <break time='1s'/><say-as interpret-as='date'>1</say-as></Say>"),
        inside("<Gather><Say><p><s><prosody><w>a</w></prosody></s></p></Say></Gather>"),
        inside("<BrandNewVerb brandNew='yes'><brandNewNoun/></BrandNewVerb>"),
        inside("<Dial/><Dial> </Dial><Dial><Number/><Sip>sip:a@b.example</Sip></Dial>"),
        inside("<Dial><Client>joe</Client><Conference>12</Conference></Dial>"),
        "<Response xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:x='y'/>",
    ],
)
def test_a_document_that_dials_no_one_passes(document: str) -> None:
    assert reach_of(document, field="twiml").numbers == ()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "not well-formed XML: no element found"),
        ("Hello", "not well-formed XML: syntax error"),
        ("<Response>", "not well-formed XML: no element found"),
        ("<Response/><Response/>", "not well-formed XML: junk after document element"),
        (" <?xml version='1.0'?><Response/>", "XML or text declaration not at start of entity"),
        (inside("<Say>a</Play>"), "not well-formed XML: mismatched tag"),
        (inside("<Say a='1' a='2'/>"), "not well-formed XML: duplicate attribute"),
        (inside("Tom & Jerry"), "not well-formed XML"),
        (inside("&nbsp;"), "not well-formed XML: undefined entity"),
        (inside("&#1;"), "not well-formed XML: reference to invalid character number"),
        (inside("\ud800"), "not well-formed XML"),
        (inside("\0"), "not well-formed XML"),
        ("<Responses/>", "must be <Response>"),
        ("<response/>", "must be <Response>"),
        ("<x:Response xmlns:x='y'/>", "must be <Response>"),
        ("<html><Response/></html>", "must be <Response>"),
        ("<?xml version='1.1'?><Response/>", "must be XML 1.0 in UTF-8"),
        ("<?xml version='1.0' encoding='UTF-16'?><Response/>", "must be XML 1.0 in UTF-8"),
        ("<?xml version='1.0' encoding='UTF-7'?><Response/>", "must be XML 1.0 in UTF-8"),
        ("<?php echo 1 ?><Response/>", "processing instructions"),
        ("<?xml-stylesheet href='a'?><Response/>", "processing instructions"),
        (inside("<say>Hello</say>"), "write <Say>"),
        (inside("<SMS>Hello</SMS>"), "write <Sms>"),
    ],
)
def test_invalid_twiml_is_refused(document: str, reason: str) -> None:
    detail = refusal(document)

    assert detail.startswith("`twiml`, line 1: ")
    assert reason in detail


def test_an_error_has_the_line_number_but_not_its_text() -> None:
    detail = refusal(
        "<Response>\n  <Say>secret</Say>\n  <secret secret='secret'></Say>\n</Response>"
    )

    assert detail == "`twiml`, line 3: not well-formed XML: mismatched tag."


BOMBS = {
    "laughs": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Response>&b;</Response>',
    "blow-up": f'<!DOCTYPE a [<!ENTITY a "{"a" * 900}">]><Response>{"&a;" * 900}</Response>',
    "parameters": "<!DOCTYPE a [<!ENTITY % a SYSTEM 'file:///etc/passwd'>%a;]><Response/>",
    "a file": "<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><Response>&a;</Response>",
    "a host": "<!DOCTYPE a SYSTEM 'http://169.254.169.254/'><Response/>",
    "a public name": "<!DOCTYPE Response PUBLIC '-//a//b' 'http://a.example/'><Response/>",
    "nothing": "<!DOCTYPE Response><Response/>",
    "defaults": "<!DOCTYPE a [<!ATTLIST Sms to CDATA '+12025550123'>]><Response><Sms/></Response>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_entity_declarations_are_refused(name: str) -> None:
    assert "DOCTYPE is not allowed" in refusal(BOMBS[name])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<a>" * MAX_DEPTH, "nested more than"),
        ("<a>" * 1_000_000, "nested more than"),
        ("<a/>" * MAX_ELEMENTS, "more than 500 elements"),
        ("<a/>" * 1_000_000, "more than 500 elements"),
        (f"<a {' '.join(f'a{n}=""' for n in range(MAX_ATTRIBUTES + 1))}/>", "attributes"),
    ],
)
def test_oversized_documents_are_refused_early(content: str, reason: str) -> None:
    began = time.process_time()

    assert reason in refusal(f"<Response>{content}")
    assert time.process_time() - began < 1


def test_documents_at_the_limits_pass() -> None:
    depth = MAX_DEPTH - 1
    attributes = " ".join(f"a{n}=''" for n in range(MAX_ATTRIBUTES))

    assert reach_of(inside("<a>" * depth + "</a>" * depth), field="twiml").numbers == ()
    assert reach_of(inside("<a/>" * (MAX_ELEMENTS - 1)), field="twiml").numbers == ()
    assert reach_of(inside(f"<a {attributes}/>"), field="twiml").numbers == ()


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (f"<Dial>{ONE}</Dial>", (ONE,)),
        ("<Dial>\n (202) 555-0123 </Dial>", (ONE,)),
        (
            f"<Dial><Number>{ONE}</Number><Number url='x'>+1 202 555 0124</Number></Dial>",
            (ONE, TWO),
        ),
        (f"<Dial>{ONE}<Number>{TWO}</Number></Dial>", (ONE, TWO)),
        (f"<Dial><!-- a --><![CDATA[{ONE}]]><!-- b --></Dial>", (ONE,)),
        ("<Dial>+1202<!-- -->555<![CDATA[0123]]></Dial>", ("+1202", "555", "0123")),
        ("<Dial>&#43;12025550123</Dial>", (ONE,)),
        (f"<Dial><WhatsApp>{ONE}</WhatsApp></Dial>", (ONE,)),
        (f"<Unknown><Number>{ONE}</Number></Unknown>", (ONE,)),
        (f"<x:Dial xmlns:x='y'>{ONE}</x:Dial>", (ONE,)),
        (f"<Sms to='{ONE}'>Hello</Sms><Sms>to who calls</Sms>", (ONE,)),
        (f"<Message to=' {ONE}'><Body>2025550124</Body></Message>", (ONE,)),
        (f"<Message To='{ONE}'>Hello</Message>", (ONE,)),
        (f"<Dial><New>{ONE}</New></Dial>", (ONE,)),
        (f"<Dial><New><Newer>a</Newer><Newer>{ONE}</Newer></New></Dial>", (ONE,)),
        ("<Dial><Conference>4711</Conference><Client><New>4711</New></Client></Dial>", ()),
        ("<Dial>911</Dial>", ("911",)),
        ("<Dial>+999123456789</Dial>", ("+999123456789",)),
        ("<Dial callerId='+12025550100'><Sip>sip:+12025550123@b.example</Sip></Dial>", ()),
        ("<Say>+12025550123</Say>", ()),
    ],
)
def test_the_numbers_that_a_document_dials_or_texts_are_found(
    content: str, numbers: tuple[str, ...]
) -> None:
    assert reach_of(inside(content), field="twiml").numbers == numbers


@pytest.mark.parametrize(
    "content",
    [
        "<Dial>call me</Dial>",
        "<Dial>+1202<x/>5550123</Dial>",
        "<Dial>+12025550123,+12025550124</Dial>",
        "<Dial>whatsapp:+12025550123</Dial>",
        "<Dial>{{To}}</Dial>",
        "<Dial><Number>+12025550123;ext=1</Number></Dial>",
        "<Sms to='2025550123'>Hello</Sms>",
        "<Message to='whatsapp:+12025550123'>Hello</Message>",
    ],
)
def test_an_invalid_number_is_refused_without_quoting_it(content: str) -> None:
    detail = refusal(f"<Response>\n{content}</Response>")

    assert detail.startswith("`twiml`, line 2: a ")
    assert "0123" not in detail
    assert "To" not in detail


@pytest.mark.parametrize(
    ("content", "addresses"),
    [
        ("<Redirect> https://a.example/?b&amp;c </Redirect>", ("https://a.example/?b&c",)),
        ("<Redirect><![CDATA[https://a.example/?b&c]]></Redirect>", ("https://a.example/?b&c",)),
        ("<Redirect/><Redirect> </Redirect><Gather action=''/>", ()),
        ("<Connect><Stream url=' wss://a.example/'/></Connect>", ("wss://a.example/",)),
        ("<New newCallback='a' method='b' anyUrl='c' x:action='d' xmlns:x='y'/>", ("a", "c", "d")),
        ("<Play>https://a.example/a.mp3</Play>", ()),
        ("<Sms statusCallback='a'>Hello</Sms>", ("a",)),
    ],
)
def test_the_urls_in_a_document_are_found(content: str, addresses: tuple[str, ...]) -> None:
    assert reach_of(inside(content), field="twiml").addresses == addresses


@pytest.mark.parametrize(
    "content",
    [
        "<Redirect>https:/<x/>/a.example</Redirect>",
        "<Redirect><x>https://a.example</x></Redirect>",
        "<Redirect>https:/<!-- -->/a.example</Redirect>",
        "<Redirect>https:/<![CDATA[/a.example]]></Redirect>",
        f"<Dial><Number><x>{ONE}</x></Number></Dial>",
    ],
)
def test_urls_and_numbers_cannot_be_split(content: str) -> None:
    assert "split" in refusal(inside(content)) or "other elements" in refusal(inside(content))


def test_every_url_attribute_in_twilios_package_is_known() -> None:
    names = {
        name
        for value in vars(voice_response).values()
        if inspect.isclass(value)
        for method in vars(value).values()
        if inspect.isfunction(method)
        for name in inspect.signature(method).parameters
    }
    words = {"url", "callback", "action", "uri", "href", "src"}
    likely = {name for name in names if words.intersection(name.split("_"))}
    # Methods, events and a switch; `sip_url` is the text of <Sip>, `url` that of <Play> as well.
    others = {n for n in likely if n.endswith(("_method", "_event")) or n == "sip_url"}

    assert {n for n in likely - others if not n.endswith(URL_SUFFIXES)} == {
        "action_on_empty_result"
    }


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("<Sms>Hello</Sms>", (("", 1),)),
        (f"<Sms to='{ONE}'>{'a' * 161}</Sms>", ((ONE, 2),)),
        (f"<Message to='{ONE}'><Body>{'ü' * 71}</Body></Message>", ((ONE, 1),)),
        (f"<Message to='{ONE}'><Body>{'я' * 71}</Body></Message>", ((ONE, 2),)),
        (f"<Message>a<Media>https://a.example/{'a' * 200}</Media></Message>", (("", 1),)),
        (f"<Sms To='{ONE}' to='{TWO}'>a<!-- -->b</Sms>", ((ONE, 1), (TWO, 1))),
    ],
)
def test_the_texts_of_a_document_have_their_segments(
    content: str, texts: tuple[tuple[str, int], ...]
) -> None:
    assert reach_of(inside(content), field="twiml").texts == texts


def test_parties_without_a_number_are_counted() -> None:
    content = (
        "<Dial><Client>a</Client><Sip>sip:a@b.example</Sip><Sim>a</Sim></Dial>"
        "<Dial><Queue>a</Queue></Dial><Dial><Conference>a</Conference></Dial>"
        "<Dial><New>a noun that is newer than this app</New></Dial>"
    )

    assert reach_of(inside(content), field="twiml").others == 4


def test_the_names_match_twilios_package() -> None:
    known = {*vars(voice_response), *vars(messaging_response)}

    assert set(NAMES) <= known | {"WhatsApp"}
    assert hasattr(voice_response, "WhatsApp")


DOCUMENT = inside("<!-- a --><Dial a='b'>+12025550123<Number>+12025550124</Number></Dial>\n")


@given(
    st.integers(0, len(DOCUMENT)),
    st.integers(0, 3),
    st.text(max_size=3) | st.sampled_from(["<", "</", "&", "<!DOCTYPE a [", "<?", "]]>", "-->"]),
)
def test_a_damaged_document_is_refused_or_read_and_never_an_error(
    start: int, length: int, instead: str
) -> None:
    damaged = DOCUMENT[:start] + instead + DOCUMENT[start + length :]

    assert log_text(damaged) in ("", "field twiml")


@given(st.text())
def test_any_text_is_accepted_or_refused(text: str) -> None:
    for document in (text, inside(text)):
        assert log_text(document) in ("", "field twiml")
