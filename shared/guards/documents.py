"""TwiML that somebody else has written: checked before it goes to Twilio (docs/decisions/0014).

What is wrong with a document is said with its line and without a word of its text.
"""

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.errors import InvalidRequestError
from shared.phone_numbers import E164, SHORT_NUMBER, parse_number

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

    from shared.guards.destinations import Destinations

# Response, Gather, Say and five elements of SSML within each other make eight.
MAX_DEPTH = 10
MAX_ELEMENTS = 500
# <Conference> and <Pay> have the most, about thirty.
MAX_ATTRIBUTES = 50
ENCODINGS = ("utf-8", "us-ascii", "ascii")
# Elements and attributes of TwiML that name a phone. <Sip>, <Client> and the like name other things
# than numbers, and what stands behind a URL is not known here.
DIALLING = frozenset({"dial", "number", "whatsapp"})
TEXTING = frozenset({"sms", "message"})
# Where more TwiML comes from.
REDIRECTING = "redirect"
LEADING_ON = frozenset({"action", "url", "waiturl", "referurl"})
# All that brings in somebody who was not on the line, whatever they are called by.
REACHING = DIALLING - {"dial"} | TEXTING | {"application", "client", "refer", "sim", "sip"}
# Verbs and the nouns of <Dial>, by which a wrong case is told: Twilio passes over `<say>`. Names
# that are not here may be newer than this list, so they are left to Twilio.
NAMES = (
    *("Connect", "Dial", "Echo", "Enqueue", "Gather", "Hangup", "Leave", "Message", "Pause", "Pay"),
    *("Play", "Prompt", "Record", "Redirect", "Refer", "Reject", "Say", "Sms", "Start", "Stop"),
    *("Application", "Client", "Conference", "Number", "Queue", "Sim", "Sip", "WhatsApp"),
)
_RIGHT_CASE = {name.lower(): name for name in NAMES}
# Twilio reads a number without a plus in <Dial> as an American one. Source: <Dial>.
_REGION_OF_TWILIO = "US"

log = logging.getLogger(__name__)


class Reach(NamedTuple):
    """Whom a document dials or texts, and where it goes on.

    `numbers` are in E.164; short ones, such as 911, as they are. `unaddressed` counts the texts
    that name no number and so go to the other party. `addresses` are URLs, as they are written.
    `has_reached` is True if it brings in anyone, by a number or by a name.
    """

    numbers: tuple[str, ...]
    unaddressed: int
    addresses: tuple[str, ...]
    has_reached: bool

    def numbers_for(self, called: str) -> tuple[str, ...]:
        """Return all numbers of a document for `called`. Source: <Sms>, to."""
        return (*self.numbers, *([called] * self.unaddressed))


def reach_of(document: str, *, field: str) -> Reach:
    """Check a document; return whom it reaches, as far as it says so.

    Raise InvalidRequestError naming `field` for what isn't well-formed XML, has another root than
    <Response>, a DOCTYPE or a processing instruction, is nested too deeply or has too much in it,
    or names a phone number that cannot be read.
    """
    from xml.parsers import expat  # answers that hold no foreign document do without it

    parser = expat.ParserCreate("utf-8")
    reader = _Reader(parser, field)
    try:
        parser.Parse(document.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "not well-formed"
        raise reader.error(f"not well-formed XML: {reason}", error.lineno) from error
    return Reach(
        tuple(reader.numbers),
        reader.unaddressed,
        tuple(reader.addresses),
        reader.has_reached or bool(reader.numbers),
    )


def refusal_of(
    document: str | None,
    parameter: str,
    destinations: "Callable[[], Destinations]",
    parties: Iterable[str | None] = (),
) -> str:
    """Return why TwimlEcho must not use the document of the query's `parameter`; "" if it may.

    Refused is what the app would not send with a call either, what dials or texts a number that is
    not allowed, and what reaches anyone while KILL_SWITCH is on; the log says which. A text that
    names no number goes to one of the `parties` of the call or text, which must not be in
    BLOCKED_RECIPIENTS. `destinations` is called only if the document reaches someone. Raise
    ConfigurationError when a setting names a country that does not exist.
    """
    if document is None or not document.strip():
        return ""
    try:
        reach = reach_of(document, field=parameter)
    except InvalidRequestError as error:
        log.warning("The document cannot be used: %s", error.detail)
        return "the document in its address cannot be used"
    numbers = reach.numbers
    if numbers and len(destinations().reachable(parameter, numbers)) < len(numbers):
        return "the document in its address has a number that is not allowed"
    if reach.unaddressed and any(destinations().is_blocked(party or "") for party in parties):
        log.warning("The document cannot be used: the setting BLOCKED_RECIPIENTS does not allow it")
        return "the document in its address has a number that is not allowed"
    if reach.has_reached and destinations().is_switched_off:
        log.warning("The document cannot be used: the setting KILL_SWITCH does not allow it")
        return "the document in its address reaches somebody, which is not allowed at the moment"
    return ""


class _Reader:
    """Takes what the parser finds, and refuses what no TwiML needs before it is worked on."""

    def __init__(self, parser: "XMLParserType", field: str) -> None:
        self.numbers: list[str] = []
        self.addresses: list[str] = []
        self.unaddressed = 0
        self.has_reached = False
        self._parser = parser
        self._field = field
        self._elements = 0
        self._open: list[str] = []
        self._text = ""
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def error(self, reason: str, line: int | None = None) -> InvalidRequestError:
        """What is wrong, and in which line."""
        line = self._parser.CurrentLineNumber if line is None else line
        return InvalidRequestError(f"`{self._field}`, line {line}: {reason}", field=self._field)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        # Whoever reads it in another encoding reads another document.
        if version != "1.0" or (encoding or ENCODINGS[0]).lower() not in ENCODINGS:
            raise self.error("the document must be XML 1.0 in UTF-8")

    def _doctype(self, *_: Any) -> None:
        """Entities are declared in a DOCTYPE alone: none is ever read."""
        raise self.error("a DOCTYPE is not allowed")

    def _instruction(self, *_: Any) -> None:
        raise self.error("a processing instruction, <?...?>, is not allowed")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._close_text()
        plain = _plain(name)
        self._require_root(name)
        self._open.append(plain)
        self._elements += 1
        self.has_reached |= plain in REACHING
        if len(self._open) > MAX_DEPTH:
            raise self.error(f"elements are nested more than {MAX_DEPTH} deep")
        if self._elements > MAX_ELEMENTS:
            raise self.error(f"there are more than {MAX_ELEMENTS} elements")
        if len(attributes) > MAX_ATTRIBUTES:
            raise self.error(f"an element has more than {MAX_ATTRIBUTES} attributes")
        if plain in _RIGHT_CASE and name.rpartition(":")[2] != _RIGHT_CASE[plain]:
            raise self.error(f"the element is written <{_RIGHT_CASE[plain]}>, in this case alone")
        if plain in TEXTING:
            self._add_texted(attributes)
        self.addresses += [url for name, url in attributes.items() if _plain(name) in LEADING_ON]

    def _add_texted(self, attributes: dict[str, str]) -> None:
        """Take whom a text goes to; a blank one is as good as none."""
        given = [value for name, value in attributes.items() if _plain(name) == "to"]
        for value in given:
            self._add_number(value, "a text goes to a number with + and its country code")
        self.unaddressed += not any(value.strip() for value in given)

    def _require_root(self, name: str) -> None:
        if not self._open and name != "Response":
            raise self.error("the document must be <Response>...</Response>")

    def _end(self, _: str) -> None:
        self._close_text()
        self._open.pop()

    def _characters(self, text: str) -> None:
        if self._open[-1] in DIALLING or self._open[-1] == REDIRECTING:
            self._text += text

    def _close_text(self) -> None:
        """Take the text before a tag: two readers might not see the same number around a child."""
        text, self._text = self._text, ""
        if self._open and self._open[-1] == REDIRECTING:
            self.addresses += [text.strip()] if text.strip() else []
            return
        self._add_number(text, "a number to dial cannot be read; write + and its country code")

    def _add_number(self, written: str, otherwise: str) -> None:
        written = written.strip()
        if not written:
            return
        if not E164.fullmatch(written) and not SHORT_NUMBER.fullmatch(written):
            written = self._parsed_number(written, otherwise)
        self.numbers.append(written)

    def _parsed_number(self, written: str, otherwise: str) -> str:
        try:
            # A text without a plus goes to the country of its sender, which is not known here.
            if self._open[-1] in TEXTING and not written.startswith("+"):
                raise self.error(otherwise)
            return parse_number(written, region=_REGION_OF_TWILIO, field=self._field)
        except InvalidRequestError as error:
            raise self.error(otherwise) from error


def _plain(name: str) -> str:
    """The name of an element or attribute in lower case, without the prefix of a namespace."""
    return name.rpartition(":")[2].lower()
