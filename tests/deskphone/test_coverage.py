"""The coverage table agrees with its page, the code, and Twilio's own package."""

import inspect
import re
from pathlib import Path

from twilio import twiml
from twilio.twiml import messaging_response, voice_response

from deskphone.line.texts.verbs import MESSAGING
from deskphone.line.verbs.table import VOICE
from deskphone.twiml import coverage
from docs.coverage_page import TEXTS, coverage_page, names_of
from docs.coverage_page.covering_tests import covering_tests

PAGE = Path(__file__).parents[2] / "docs" / "change" / "emulator-coverage.md"


def camel(name: str) -> str:
    """Return the TwiML attribute for a parameter of the SDK."""
    head, *rest = name.rstrip("_").split("_")
    attribute = head + "".join(part.title() for part in rest)
    return {"xmlLang": "xml:lang", "interpretAs": "interpret-as"}.get(attribute, attribute)


def known(module: object) -> dict[str, set[str]]:
    """Return the elements that a module of Twilio's package builds, with their attributes."""
    elements: dict[str, set[str]] = {}
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if not issubclass(cls, twiml.TwiML) or cls is twiml.TwiML:
            continue
        source = inspect.getsource(cls)
        own_name = re.search(r'self\.name = "([^"]+)"', source)
        if own_name and own_name[1] != "Response":
            elements.setdefault(own_name[1], set())
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if not issubclass(cls, twiml.TwiML) or cls is twiml.TwiML:
            continue
        for _, method in inspect.getmembers(cls, inspect.isfunction):
            nested = re.search(r"self\.nest\(\s*(\w+)\(", inspect.getsource(method))
            child = getattr(module, nested[1], None) if nested else None
            if child is None:
                continue
            name = re.search(r'self\.name = "([^"]+)"', inspect.getsource(child))
            assert name is not None
            text = {
                "message",
                "url",
                "body",
                "words",
                "number",
                "name",
                "identity",
            }  # parameters that become the element's text
            kinds = inspect.signature(method).parameters.values()
            optional = {p.name for p in kinds if p.default is None and p.name not in text}
            elements[name[1]] |= {camel(parameter) for parameter in optional}
    return elements


VOICE_KNOWN = known(voice_response)
MESSAGING_KNOWN = known(messaging_response)


def test_table_has_every_twilio_element() -> None:
    table = {*coverage.VOICE, *coverage.MESSAGING, *coverage.NOT_EMULATED_INSIDE}

    assert set(VOICE_KNOWN) | set(MESSAGING_KNOWN) == table


def test_table_has_every_attribute_of_emulated_verbs() -> None:
    missing = {
        name: sorted(attributes - set(table[name].attributes))
        for table, elements in (
            (coverage.VOICE, VOICE_KNOWN),
            (coverage.MESSAGING, MESSAGING_KNOWN),
        )
        for name, attributes in elements.items()
        if name in table and table[name].level != "no" and attributes - set(table[name].attributes)
    }

    assert missing == {}


def test_every_emulated_element_has_a_verb() -> None:
    inside = {*coverage.SSML, "Body", "Media", "Number", "Queue", "Conference"}
    inside |= {"Client", "Identity", "Parameter"}
    for table, language in ((coverage.VOICE, VOICE), (coverage.MESSAGING, MESSAGING)):
        emulated = {name for name, element in table.items() if element.level != "no"} - inside

        assert set(language.verbs) == emulated


def test_every_supported_part_has_a_test() -> None:
    supported = {
        *names_of("", coverage.VOICE, "yes"),
        *names_of(TEXTS, coverage.MESSAGING, "yes"),
    } - set(coverage.SSML)

    assert supported - set(covering_tests()) == set()


def test_every_mark_names_a_table_entry() -> None:
    known = {
        *names_of("", coverage.VOICE, "yes", "partly", "no"),
        *names_of(TEXTS, coverage.MESSAGING, "yes", "partly", "no"),
    }

    assert set(covering_tests()) <= known


def test_page_matches_the_table() -> None:
    assert PAGE.read_text() == coverage_page(), "run: python -m docs.coverage_page"
