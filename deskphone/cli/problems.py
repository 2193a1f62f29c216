"""What Twilio says about a TwiML document, with the place of each mistake."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from deskphone.line.texts.verbs import MESSAGING
from deskphone.line.verbs.table import VOICE
from deskphone.twiml.document import Dialect, Gap, read, root_of
from deskphone.twiml.source import TwimlError, level_of

Kind = Literal["call", "text"]
Place = tuple[int, int]
"""A line and a column, both counted from 1."""
DIALECTS: dict[Kind, Dialect[Any]] = {"call": VOICE, "text": MESSAGING}
WRITTEN_PLACE = re.compile(r": line \d+, column \d+$")
ONLY_IN_TEXTS = frozenset(MESSAGING.verbs) - frozenset(VOICE.verbs)


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. `level` is "error" or "warning" for Twilio's, "gap" for what isn't emulated.

    `code` is Twilio's number, or None for a gap.
    """

    place: Place
    level: Literal["error", "warning", "gap"]
    code: int | None
    message: str


def problems_of(text: bytes, kind: Kind | None = None) -> list[Problem]:
    """Return the problems of a document in the order of their places.

    `kind` is what the document answers; by default, a text if it has a verb that only texts have.
    An empty document is valid: Twilio ends the call, or sends no reply.
    """
    if not text.strip():
        return []
    try:
        root = root_of(text)
    except TwimlError as error:
        message = WRITTEN_PLACE.sub("", error.message)
        return [Problem(_place_of(error, text), "error", error.code, message)]
    return sorted(_problems(root, DIALECTS[kind or kind_of(root)], _places(root, text)))


def kind_of(root: Element) -> Kind:
    """Return what a document answers, by its verbs."""
    return "text" if any(verb.tag in ONLY_IN_TEXTS for verb in root) else "call"


def _problems(
    root: Element, dialect: Dialect[Any], places: dict[Element, Place]
) -> Iterator[Problem]:
    document = read(root, dialect)
    for warning in document.warnings:
        place = places[root if warning.element is None else warning.element]
        yield Problem(place, level_of(warning.code), warning.code, warning.message)
    for verb in document.verbs:
        if isinstance(verb, Gap):
            place = places[root if verb.element is None else verb.element]
            yield Problem(place, "gap", None, verb.sentence)


def _places(root: Element, text: bytes) -> dict[Element, Place]:
    """Return where each element of a parsed document begins."""
    return dict(zip(root.iter(), _starts(text), strict=True))


def _starts(text: bytes) -> list[Place]:
    """Return where each start tag begins, until the first one that isn't XML."""
    found: list[Place] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))

    parser.StartElementHandler = start
    parser.Parse(text, True)
    return found


def _place_of(error: TwimlError, text: bytes) -> Place:
    """Return where the XML breaks, or else the place of the root element."""
    cause = error.__cause__
    if isinstance(cause, ParseError):
        line, column = cause.position
        return line, column + 1
    return (1, 1) if cause else _starts(text)[0]
