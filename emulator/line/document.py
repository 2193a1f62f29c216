"""A TwiML document: text in, verbs out, with Twilio's errors and warnings by number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from emulator.line.coverage import SSML
from emulator.line.reading import GapError, Source, TwimlError, TwimlWarning

NOT_XML = 12100
WRONG_ROOT = 12102
UNKNOWN_ELEMENT = 12200


@dataclass(frozen=True)
class Gap:
    """A verb that the real Twilio runs and the emulator does not.

    The flow stops where it stands.
    """

    what: str


@dataclass(frozen=True)
class Language[V]:
    """One kind of TwiML.

    Its verbs by element name, what is a gap, and the number for a foreign verb.
    """

    verbs: Mapping[str, Callable[[Source], V]]
    gaps: Mapping[str, frozenset[str]]
    missing: frozenset[str]
    unknown_verb: int


@dataclass(frozen=True)
class Document[V]:
    """The verbs in the order in which they run, and what Twilio would warn of."""

    verbs: tuple[V | Gap, ...]
    warnings: tuple[TwimlWarning, ...]


def parse[V](text: str, language: Language[V]) -> Document[V]:
    """Return the document; raise TwimlError for one that Twilio would not run at all."""
    warnings: list[TwimlWarning] = []
    verbs: list[V | Gap] = []
    for element in _root(text):  # the parser drops comments
        verb = _read(element, language, warnings)
        if verb is not None:
            verbs.append(verb)
    return Document(tuple(verbs), tuple(warnings))


def _root(text: str) -> Element:
    try:
        root = fromstring(text.encode())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise TwimlError(NOT_XML, f"The document is no well-formed XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(WRONG_ROOT, f"The root element must be <Response>, not <{root.tag}>")
    return root


def _read[V](
    element: Element, language: Language[V], warnings: list[TwimlWarning]
) -> V | Gap | None:
    read = language.verbs.get(element.tag)
    if read is None:
        if element.tag in language.missing:
            return Gap(f"<{element.tag}>")
        warnings.append(
            TwimlWarning(language.unknown_verb, f"<{element.tag}> is no verb that can stand here")
        )
        return None
    source = Source(element, language.gaps, warnings)
    try:
        verb = read(source)
        source.finish()
        _check_children(element, warnings)
    except GapError as gap:
        return Gap(str(gap))
    return verb


CHILDREN: Mapping[str, frozenset[str]] = {
    "Say": frozenset(SSML),
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Message": frozenset({"Body", "Media"}),
}


def _check_children(element: Element, warnings: list[TwimlWarning]) -> None:
    """Warn of elements where none belong; Gather reports its own (13320)."""
    if element.tag == "Gather":
        return
    allowed = CHILDREN.get(element.tag, frozenset())
    for child in element:
        if child.tag == "Parameter" and element.tag in ("Hangup", "Reject"):
            raise GapError(f"<Parameter> inside <{element.tag}>")
        if child.tag not in allowed:
            message = f"<{child.tag}> cannot stand inside <{element.tag}>"
            warnings.append(TwimlWarning(UNKNOWN_ELEMENT, message))
