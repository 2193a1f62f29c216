"""A TwiML document: text in, verbs out, with Twilio's errors and warnings by number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from deskphone.twiml import coverage
from deskphone.twiml.source import NOT_KNOWN, GapError, Source, TwimlError, TwimlWarning, loose_text

WARNINGS_LIMIT = 50
"""Warnings of one document that are shown; each of them once."""
NOT_XML = 12100
WRONG_VERSION = 12101
WRONG_ROOT = 12102
VERSIONS = ("2010-04-01", "2008-08-01")
"""What `<Response version>` may be, which is not documented any more: those of the API."""

V = TypeVar("V")


@dataclass(frozen=True)
class Gap:
    """A verb that the real Twilio runs and the emulator does not: the flow stops there."""

    what: str

    @property
    def sentence(self) -> str:
        return f"{self.what} is real TwiML, but this emulator does not run it"


@dataclass(frozen=True)
class Dialect(Generic[V]):
    """TwiML for calls or for texts: its verbs, the coverage table, the number of a foreign verb.

    `not_here` has the numbers of verbs that are only foreign where the document stands.
    """

    verbs: Mapping[str, Callable[[Source], V]]
    elements: Mapping[str, coverage.Element]
    unknown_verb: int
    not_here: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Document(Generic[V]):
    """The verbs in the order in which they run, and what Twilio would warn of."""

    verbs: tuple[V | Gap, ...]
    warnings: tuple[TwimlWarning, ...]


def parse(text: bytes, dialect: Dialect[V]) -> Document[V]:
    """Return the document; raise TwimlError for one that Twilio would not run at all.

    The XML declaration may name an encoding; without one it is UTF-8.
    """
    root = _root(text)
    warnings = _warnings_of(root)
    verbs: list[V | Gap] = []
    for element in root:
        verb = _read(element, dialect, warnings)
        if verb is not None:
            verbs.append(verb)
    different = tuple(dict.fromkeys(warnings))
    return Document(tuple(verbs), different[:WARNINGS_LIMIT])


def _root(text: bytes) -> Element:
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise TwimlError(NOT_XML, f"The document is no well-formed XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(WRONG_ROOT, f"The root element must be <Response>, not <{root.tag}>")
    if root.get("version", VERSIONS[0]) not in VERSIONS:
        raise TwimlError(WRONG_VERSION, "The version of <Response> is not one of Twilio's")
    return root


def _warnings_of(root: Element) -> list[TwimlWarning]:
    """Warn of what cannot stand in the root; attributes of other namespaces can."""
    warnings = [
        TwimlWarning(NOT_KNOWN, f"<Response> has no attribute {name}")
        for name in root.attrib
        if name != "version" and not name.startswith("{")
    ]
    if loose_text(root):
        warnings.append(TwimlWarning(NOT_KNOWN, "Text cannot stand between the verbs"))
    return warnings


def _read(element: Element, dialect: Dialect[V], warnings: list[TwimlWarning]) -> V | Gap | None:
    name = element.tag
    read = dialect.verbs.get(name)
    if read is None:
        if name in dialect.elements and dialect.elements[name].level == "no":
            return Gap(f"<{name}>")
        code = dialect.not_here.get(name, dialect.unknown_verb)
        warnings.append(TwimlWarning(code, f"<{name}> is no verb that can stand here"))
        return None
    source = Source(element, dialect.elements, warnings)
    try:
        verb = read(source)
        source.finish()
    except GapError as gap:
        return Gap(str(gap))
    return verb
