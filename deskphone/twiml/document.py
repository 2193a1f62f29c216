"""A TwiML document: text in, verbs out, with Twilio's error and warning codes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from deskphone.twiml import coverage
from deskphone.twiml.source import NOT_KNOWN, GapError, Source, TwimlError, TwimlWarning, loose_text

WARNINGS_LIMIT = 50
"""How many distinct warnings to show for one document."""
NOT_XML = 12100
WRONG_VERSION = 12101
WRONG_ROOT = 12102
VERSIONS = ("2010-04-01", "2008-08-01")
"""Valid values of `<Response version>`, which is no longer documented: the API versions."""

V = TypeVar("V")


@dataclass(frozen=True)
class Gap:
    """A verb that the real Twilio runs and the emulator doesn't: the flow stops there."""

    what: str
    element: Element | None = field(default=None, compare=False, repr=False)

    @property
    def sentence(self) -> str:
        return f"{self.what} isn't emulated. Real Twilio supports it."


@dataclass(frozen=True)
class Dialect(Generic[V]):
    """TwiML for calls or for texts: its verbs, its coverage table, the code for an unknown verb.

    `not_here` has the codes of verbs that aren't allowed in this place.
    """

    verbs: Mapping[str, Callable[[Source], V]]
    elements: Mapping[str, coverage.Element]
    unknown_verb: int
    not_here: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Document(Generic[V]):
    """The verbs in the order in which they run, and Twilio's warnings."""

    verbs: tuple[V | Gap, ...]
    warnings: tuple[TwimlWarning, ...]


def parse(text: bytes, dialect: Dialect[V]) -> Document[V]:
    """Return the document; raise TwimlError for one that Twilio wouldn't run at all.

    The XML declaration may name an encoding; without one it is UTF-8.
    """
    document = read(root_of(text), dialect)
    different = tuple(dict.fromkeys(document.warnings))
    return Document(document.verbs, different[:WARNINGS_LIMIT])


def read(root: Element, dialect: Dialect[V]) -> Document[V]:
    """Return the document with all warnings, also those that repeat an earlier one."""
    warnings = _warnings_of(root)
    verbs: list[V | Gap] = []
    for element in root:
        verb = _read(element, dialect, warnings)
        if verb is not None:
            verbs.append(verb)
    return Document(tuple(verbs), tuple(warnings))


def root_of(text: bytes) -> Element:
    """Return the <Response>; raise TwimlError for a document that isn't TwiML."""
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise TwimlError(NOT_XML, f"The document isn't well-formed XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(WRONG_ROOT, f"The root element must be <Response>, not <{root.tag}>")
    if root.get("version", VERSIONS[0]) not in VERSIONS:
        raise TwimlError(WRONG_VERSION, "The version of <Response> is not one of Twilio's")
    return root


def _warnings_of(root: Element) -> list[TwimlWarning]:
    """Warn about anything the root can't contain; attributes in other namespaces are allowed."""
    warnings = [
        TwimlWarning(NOT_KNOWN, f"<Response> has no attribute {name}", root)
        for name in root.attrib
        if name != "version" and not name.startswith("{")
    ]
    if loose_text(root):
        warnings.append(TwimlWarning(NOT_KNOWN, "Text isn't allowed between verbs", root))
    return warnings


def _read(element: Element, dialect: Dialect[V], warnings: list[TwimlWarning]) -> V | Gap | None:
    name = element.tag
    read = dialect.verbs.get(name)
    if read is None:
        if name in dialect.elements and dialect.elements[name].level == "no":
            return Gap(f"<{name}>", element)
        code = dialect.not_here.get(name, dialect.unknown_verb)
        message = f"<{name}> isn't a verb that is allowed here"
        warnings.append(TwimlWarning(code, message, element))
        return None
    source = Source(element, dialect.elements, warnings)
    try:
        verb = read(source)
        source.finish()
    except GapError as gap:
        return Gap(str(gap), element)
    return verb
