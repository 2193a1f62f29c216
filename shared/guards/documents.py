"""Check TwiML that the app did not write before it goes to Twilio (docs/decisions/0014).

Errors say what is wrong and in which line, without quoting the text.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.errors import InvalidRequestError
from shared.phone_numbers import E164, SHORT_NUMBER, one_spelling, parse_number
from shared.segments import count_segments

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

# Response, Gather, Say and five nested SSML elements make eight.
MAX_DEPTH = 10
MAX_ELEMENTS = 500
# <Conference> and <Pay> have the most, about thirty.
MAX_ATTRIBUTES = 50
# Distinct numbers in a document and everything it links to; each is looked up in numbering plans.
MAX_NUMBERS = 30
ENCODINGS = ("utf-8", "us-ascii", "ascii")
# TwiML elements and attributes that contain a phone number. <Sip>, <Client> and the like contain
# other things, and what a URL returns is not known here.
DIAL = "dial"
DIALING = frozenset({DIAL, "number", "whatsapp"})
TEXTING = frozenset({"sms", "message"})
# Elements that bring another party into the call by something other than a number.
REACHING = frozenset({"application", "client", "refer", "sim", "sip"})
# The nouns of <Dial>; the last two connect to people already on the line. A noun that is newer than
# this app may dial anyone.
_NOUNS = DIALING | REACHING | {"conference", "queue"}
_NO_NUMBER = re.compile("[^+0-9(). -]")
# Loads more TwiML.
REDIRECTING = "redirect"
MEDIA = "media"  # the URL of a picture in a text
# These contain only text: another reader might read a child element differently.
CHILDLESS = DIALING - {DIAL} | {REDIRECTING}
# How attribute names end that hold the URL of more TwiML, of a report or of a sound: action,
# waitUrl, statusCallback, partialResultCallback and so on. Newer attributes follow this pattern.
URL_SUFFIXES = ("action", "url", "callback")
BASE = "base"  # xml:base; some readers resolve the URLs inside against it
# Verbs and the nouns of <Dial>, to detect wrong case: Twilio ignores `<say>`. Other names may be
# newer than this list, so Twilio decides about them.
NAMES = (
    *("Connect", "Dial", "Echo", "Enqueue", "Gather", "Hangup", "Leave", "Message", "Pause", "Pay"),
    *("Play", "Prompt", "Record", "Redirect", "Refer", "Reject", "Say", "Sms", "Start", "Stop"),
    *("Application", "Client", "Conference", "Number", "Queue", "Sim", "Sip", "WhatsApp"),
)
_RIGHT_CASE = {name.lower(): name for name in NAMES}
# In <Dial>, Twilio treats a number without a plus as American. Source: <Dial>.
_REGION_OF_TWILIO = "US"


class Text(NamedTuple):
    """A text that a document sends: its recipient in E.164, and its number of segments.

    `to` is "" if the document gives no number; the text then goes to the other party.
    """

    to: str
    segments: int


class Reach(NamedTuple):
    """The phones that a document contacts and the URLs that it continues at.

    `field` is the input with the document. `dialed` has numbers in E.164, and short ones, such as
    911, unchanged. `others` counts parties reached by something other than a number. `addresses`
    are URLs as written.
    """

    field: str
    dialed: tuple[str, ...] = ()
    others: int = 0
    texts: tuple[Text, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers that are dialed or texted, with repeats."""
        return (*self.dialed, *(text.to for text in self.texts if text.to))

    @property
    def unaddressed(self) -> int:
        """Return how many texts go to the other party."""
        return sum(not text.to for text in self.texts)


def reach_of(document: str, *, field: str) -> Reach:
    """Check a document and return what it reaches.

    Raise InvalidRequestError with `field` if the document isn't well-formed XML, has a root other
    than <Response>, a DOCTYPE or a processing instruction, is nested too deeply or too large, or
    contains an invalid phone number.
    """
    from xml.parsers import expat  # most answers contain no document and don't need it

    parser = expat.ParserCreate("utf-8")
    reader = _Reader(parser, field)
    try:
        parser.Parse(document.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "not well-formed"
        raise reader.error(f"not well-formed XML: {reason}", error.lineno) from error
    dialed, texts = tuple(reader.dialed), tuple(reader.texts)
    return Reach(field, dialed, reader.others, texts, tuple(reader.addresses))


class _Reader:
    """Collect what the parser finds; reject early what TwiML never needs."""

    def __init__(self, parser: "XMLParserType", field: str) -> None:
        self.dialed: list[str] = []
        self.others = 0
        self.texts: list[Text] = []
        self.addresses: list[str] = []
        self._parser = parser
        self._field = field
        self._elements = 0
        self._numbers: dict[str, str] = {}  # by how they are written
        self._open: list[str] = []
        self._text = ""
        self._pieces: list[str] = []
        self._bodies: list[tuple[list[str], list[str]]] = []  # of open texts, after their numbers
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = self._close_text
        parser.StartCdataSectionHandler = parser.EndCdataSectionHandler = self._close_text

    def error(self, reason: str, line: int | None = None) -> InvalidRequestError:
        """Return an error with the reason and the line."""
        line = self._parser.CurrentLineNumber if line is None else line
        return InvalidRequestError(f"`{self._field}`, line {line}: {reason}.", field=self._field)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        # In another encoding it would be a different document.
        if version != "1.0" or (encoding or ENCODINGS[0]).lower() not in ENCODINGS:
            raise self.error("the document must be XML 1.0 in UTF-8")

    def _doctype(self, *_: Any) -> None:
        """Reject a DOCTYPE, the only place where entities can be declared."""
        raise self.error("DOCTYPE is not allowed")

    def _instruction(self, *_: Any) -> None:
        raise self.error("processing instructions (<?...?>) are not allowed")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._close_text()
        plain = _plain(name)
        self._require_place(name)
        self._open.append(plain)
        self._elements += 1
        self.others += plain in REACHING or self._is_in_new_noun()
        if len(self._open) > MAX_DEPTH:
            raise self.error(f"elements are nested more than {MAX_DEPTH} levels deep")
        if self._elements > MAX_ELEMENTS:
            raise self.error(f"the document has more than {MAX_ELEMENTS} elements")
        if len(attributes) > MAX_ATTRIBUTES:
            raise self.error(f"an element has more than {MAX_ATTRIBUTES} attributes")
        if plain in _RIGHT_CASE and name.rpartition(":")[2] != _RIGHT_CASE[plain]:
            raise self.error(f"write <{_RIGHT_CASE[plain]}>; element names are case-sensitive")
        if plain in TEXTING:
            self._bodies.append((self._texted(attributes), []))
        for name, value in attributes.items():
            is_url = _plain(name).endswith(URL_SUFFIXES) or _plain(name) == BASE
            self.addresses += [value.strip()] if is_url and value.strip() else []

    def _texted(self, attributes: dict[str, str]) -> list[str]:
        """Return a text's recipients; treat a blank number as missing."""
        otherwise = "a number to text must start with + and the country code"
        given = [value for name, value in attributes.items() if _plain(name) == "to"]
        return [self._number(value, otherwise) for value in given if value.strip()] or [""]

    def _require_place(self, name: str) -> None:
        if not self._open and name != "Response":
            raise self.error("the root element must be <Response>")
        if self._open and self._open[-1] in CHILDLESS:
            raise self.error("an element with a phone number or a URL can't contain other elements")

    def _end(self, _: str) -> None:
        self._close_text()
        name = self._open.pop()
        if name == REDIRECTING:
            self._add_redirection()
        if name in TEXTING:
            numbers, parts = self._bodies.pop()
            segments = count_segments("".join(parts).strip())
            self.texts += [Text(number, segments) for number in numbers]

    def _characters(self, text: str) -> None:
        if self._open[-1] in CHILDLESS or self._open[-1] == DIAL or self._is_in_new_noun():
            self._text += text
        elif self._bodies and self._open[-1] != MEDIA:
            self._bodies[-1][1].append(text)

    def _close_text(self, *_: Any) -> None:
        """Handle the text before a tag, comment or CDATA; another reader might stop there."""
        text, self._text = self._text.strip(), ""
        if text and self._open[-1] == REDIRECTING:
            self._pieces.append(text)
        elif text and (self._open[-1] in DIALING or not _NO_NUMBER.search(text)):
            otherwise = "a number to dial is not valid; write it with + and the country code"
            self.dialed.append(self._number(text, otherwise))

    def _is_in_new_noun(self) -> bool:
        """Return whether the parser is inside a noun of <Dial> that this app doesn't know."""
        if DIAL not in self._open:
            return False
        inside = self._open[self._open.index(DIAL) + 1 :]
        return bool(inside) and _NOUNS.isdisjoint(inside)

    def _add_redirection(self) -> None:
        pieces, self._pieces = self._pieces, []
        if len(pieces) > 1:
            raise self.error("the URL in a <Redirect> must not be split by comments or CDATA")
        self.addresses += pieces

    def _number(self, written: str, otherwise: str) -> str:
        """Return a number in E.164, or a short one; raise an error with the text `otherwise`."""
        written = written.strip()
        # Without a plus, Twilio uses the country of the sender, which is not known here.
        needs_plus = self._open[-1] in TEXTING and not SHORT_NUMBER.fullmatch(written)
        if needs_plus and not written.startswith("+"):
            raise self.error(otherwise)
        if written not in self._numbers:
            self._numbers[written] = self._parsed(written, otherwise)
        if len(self._numbers) > MAX_NUMBERS:
            raise self.error(f"the document has more than {MAX_NUMBERS} phone numbers")
        return self._numbers[written]

    def _parsed(self, written: str, otherwise: str) -> str:
        if E164.fullmatch(written) or SHORT_NUMBER.fullmatch(written):
            return one_spelling(written)
        try:
            return parse_number(written, region=_REGION_OF_TWILIO, field=self._field)
        except InvalidRequestError as error:
            raise self.error(otherwise) from error


def _plain(name: str) -> str:
    """Return an element's or attribute's name in lower case, without a namespace prefix."""
    return name.rpartition(":")[2].lower()
