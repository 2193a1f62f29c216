"""TwiML that somebody else has written: checked before it goes to Twilio (docs/decisions/0014).

What is wrong with a document is said with its line and without a word of its text.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.errors import InvalidRequestError
from shared.phone_numbers import E164, SHORT_NUMBER, parse_number
from shared.segments import count_segments

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

# Response, Gather, Say and five elements of SSML within each other make eight.
MAX_DEPTH = 10
MAX_ELEMENTS = 500
# <Conference> and <Pay> have the most, about thirty.
MAX_ATTRIBUTES = 50
# Different ones, in a document and all that it leads to: each is looked up in numbering plans.
MAX_NUMBERS = 30
ENCODINGS = ("utf-8", "us-ascii", "ascii")
# Elements and attributes of TwiML that name a phone. <Sip>, <Client> and the like name other things
# than numbers, and what stands behind a URL is not known here.
DIAL = "dial"
DIALLING = frozenset({DIAL, "number", "whatsapp"})
TEXTING = frozenset({"sms", "message"})
# What brings another party into the call by something other than a number.
REACHING = frozenset({"application", "client", "refer", "sim", "sip"})
# The nouns of <Dial>; the last two lead to people who are on the line already. One that is newer
# than this app may dial anyone.
_NOUNS = DIALLING | REACHING | {"conference", "queue"}
_NO_NUMBER = re.compile("[^+0-9(). -]")
# Where more TwiML comes from.
REDIRECTING = "redirect"
MEDIA = "media"  # the pictures of a text, by their URLs
# Their text is all they have: what another reader finds in a child of theirs is not known here.
CHILDLESS = DIALLING - {DIAL} | {REDIRECTING}
# How the names of attributes end that lead to more TwiML, or where reports and sound go: action,
# waitUrl, statusCallback, partialResultCallback and so on. An attribute that is newer than this
# app is named in the same way.
LEADING_ON = ("action", "url", "callback")
BASE = "base"  # xml:base, against which some readers resolve the addresses inside
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


class Text(NamedTuple):
    """A text that a document sends: to whom, in E.164, and in how many segments.

    `to` is "" for a text that names no number; it goes to the other party.
    """

    to: str
    segments: int


class Reach(NamedTuple):
    """Whom a document reaches, and where it goes on, as far as it says so.

    `field` is the input that has it. `dialed` are numbers in E.164; short ones, such as 911, as
    they are. `others` counts those who are brought in by something else than a number. `addresses`
    are URLs, as they are written.
    """

    field: str
    dialed: tuple[str, ...] = ()
    others: int = 0
    texts: tuple[Text, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that are dialed or texted, as often as they are."""
        return (*self.dialed, *(text.to for text in self.texts if text.to))

    @property
    def unaddressed(self) -> int:
        """How many texts go to the other party."""
        return sum(not text.to for text in self.texts)


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
    dialed, texts = tuple(reader.dialed), tuple(reader.texts)
    return Reach(field, dialed, reader.others, texts, tuple(reader.addresses))


class _Reader:
    """Takes what the parser finds, and refuses what no TwiML needs before it is worked on."""

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
        """What is wrong, and in which line."""
        line = self._parser.CurrentLineNumber if line is None else line
        return InvalidRequestError(f"`{self._field}`, line {line}: {reason}", field=self._field)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        # Whoever reads it in another encoding reads another document.
        if version != "1.0" or (encoding or ENCODINGS[0]).lower() not in ENCODINGS:
            raise self.error("the document must be XML 1.0 in UTF-8")

    def _doctype(self, *_: Any) -> None:
        """Entities are declared in a DOCTYPE alone: none is ever read."""
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
            leads_on = _plain(name).endswith(LEADING_ON) or _plain(name) == BASE
            self.addresses += [value.strip()] if leads_on and value.strip() else []

    def _texted(self, attributes: dict[str, str]) -> list[str]:
        """Whom a text goes to; a blank number is as good as none."""
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
        """Take the text before a tag, a comment or a CDATA section: others might read it alone."""
        text, self._text = self._text.strip(), ""
        if text and self._open[-1] == REDIRECTING:
            self._pieces.append(text)
        elif text and (self._open[-1] in DIALLING or not _NO_NUMBER.search(text)):
            otherwise = "a number to dial is not valid; write it with + and the country code"
            self.dialed.append(self._number(text, otherwise))

    def _is_in_new_noun(self) -> bool:
        """Whether an element of <Dial> is open that this app does not know."""
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
        """A number in E.164, or a short one; `otherwise` is what the error says of another text."""
        written = written.strip()
        # A text without a plus goes to the country of its sender, which is not known here.
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
            return written
        try:
            return parse_number(written, region=_REGION_OF_TWILIO, field=self._field)
        except InvalidRequestError as error:
            raise self.error(otherwise) from error


def _plain(name: str) -> str:
    """The name of an element or attribute in lower case, without the prefix of a namespace."""
    return name.rpartition(":")[2].lower()
