"""Read TwiML elements: mistakes become Twilio's warnings, and missing features become gaps.

A verb asks a Source for its attributes and children by name. Whatever it didn't ask for is then
looked up in the coverage table: a feature that only the real Twilio has makes the verb a gap, where
the call stops; an unknown one is warning 12200, and Twilio continues.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from xml.etree import ElementTree

from deskphone.twiml.coverage import Element

NOT_KNOWN = 12200
SHOWN_AS_ERRORS = frozenset(
    {
        13201, 13224, 13231, 13238, 13239, 13257, 13325, 13338, 13420, 13621, 14201, 14206, 14210,
        16023, 21610, 21617, 21623,
    }
)  # fmt: skip
"""Codes of warnings that Twilio's debugger shows as errors (twilio.com/docs/api/errors)."""


XML = "{http://www.w3.org/XML/1998/namespace}"
"""How the parser represents xml: in an attribute's name."""


def level_of(code: int) -> Literal["error", "warning"]:
    """Return the level at which Twilio's debugger shows a mistake that it otherwise ignores."""
    return "error" if code in SHOWN_AS_ERRORS else "warning"


V = TypeVar("V", bound=int | str)
W = TypeVar("W", bound=str)


class TwimlError(Exception):
    """The document can't be run at all; `code` is Twilio's.

    `url` is the invalid URL in the document, or "" if something else is wrong.
    """

    def __init__(self, code: int, message: str, url: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.url = url


class GapError(Exception):
    """TwiML that isn't emulated; the message names it."""


@dataclass(frozen=True)
class TwimlWarning:
    """One of Twilio's warnings; the call continues. `element` is where it is in the document."""

    code: int
    message: str
    element: ElementTree.Element | None = field(default=None, compare=False, repr=False)


@dataclass
class Source:
    """An element while a verb reads it. `elements` is the coverage table for its kind of TwiML."""

    element: ElementTree.Element
    elements: Mapping[str, Element]
    warnings: list[TwimlWarning]
    _asked: set[str] = field(default_factory=set[str])
    _children_read: bool = False
    _own_text_read: bool = False
    _all_text_read: bool = False

    @property
    def name(self) -> str:
        return self.element.tag

    def text(self) -> str:
        """Return all text inside, including that of children, with whitespace collapsed."""
        self._all_text_read = True
        return re.sub(r"\s+", " ", "".join(self.element.itertext())).strip()

    def own_text(self) -> str:
        """Return the text before the first child unchanged."""
        self._own_text_read = True
        return self.element.text or ""

    def children(
        self, *allowed: str, gaps: Iterable[str] = (), warning: int = NOT_KNOWN
    ) -> list["Source"]:
        """Return the allowed child elements; warn about others."""
        self._children_read = True
        found: list[Source] = []
        for child in self.element:
            if child.tag in allowed:
                found.append(Source(child, self.elements, self.warnings))
            elif child.tag in gaps:
                raise GapError(f"<{child.tag}> inside <{self.name}>")
            else:
                self.warn(warning, f"<{child.tag}> isn't allowed inside <{self.name}>")
        return found

    def raw(self, name: str) -> str | None:
        """Return an attribute unchanged, or None if it is absent."""
        self._asked.add(name)
        return self.element.get(name)

    def value(self, name: str, default: str = "") -> str:
        """Return an attribute's value."""
        raw = self.raw(name)
        return default if raw is None else raw

    def whole(
        self, name: str, default: int, minimum: int, warning: int, maximum: int = 10**6
    ) -> int:
        """Return a whole number; for an invalid one, warn and return the default."""
        raw = self.raw(name)
        if raw is None:
            return default
        if re.fullmatch(r"[0-9]{1,7}", raw.strip()) and minimum <= int(raw) <= maximum:
            return int(raw)
        return self._wrong(name, raw, default, warning)

    def one_of(self, name: str, allowed: Iterable[W], default: W, warning: int) -> W:
        """Return one of the allowed values; for another one, warn and return the default."""
        raw = self.raw(name)
        if raw is None:
            return default
        found = next((value for value in allowed if value.lower() == raw.strip().lower()), None)
        return self._wrong(name, raw, default, warning) if found is None else found

    def several(
        self, name: str, allowed: Iterable[str], default: tuple[str, ...], warning: int
    ) -> tuple[str, ...]:
        """Return the allowed values of a space-separated list; warn about others."""
        raw = self.raw(name)
        if raw is None:
            return default
        given, known = raw.split(), tuple(allowed)
        for value in given:
            if value not in known:
                self.warn(warning, f"{value!r} isn't a valid {name} of <{self.name}>")

        return tuple(value for value in known if value in given) or default

    def matching(self, name: str, pattern: str, default: str, warning: int) -> str:
        """Return a value that matches the pattern; for another one, warn and return the default."""
        raw = self.raw(name)
        if raw is None:
            return default
        return raw if re.fullmatch(pattern, raw) else self._wrong(name, raw, default, warning)

    def flag(self, name: str, *, default: bool, warning: int) -> bool:
        """Return a boolean."""
        return self.one_of(name, ("true", "false"), str(default).lower(), warning) == "true"

    def method(self, name: str, warning: int) -> str:
        """Return the HTTP method of a request."""
        return self.one_of(name, ("GET", "POST"), "POST", warning)

    def warn(self, code: int, message: str) -> None:
        """Record one of Twilio's warnings and continue."""
        self.warnings.append(TwimlWarning(code, message, self.element))

    def finish(self) -> None:
        """Check what wasn't asked for: warn about mistakes; raise GapError for missing features."""
        if not self._children_read:
            self.children()
        if not self._all_text_read and loose_text(self.element, own=not self._own_text_read):
            self.warn(NOT_KNOWN, f"Text isn't allowed at that point in <{self.name}>")
        known = self.elements[self.name].attributes
        for attribute in set(self.element.attrib) - self._asked:
            name = attribute.replace(XML, "xml:")
            if known.get(name) == "no":
                raise GapError(f"The {name} attribute of <{self.name}>")
            if name not in known:
                self.warn(NOT_KNOWN, f"<{self.name}> has no attribute {name}")

    def spoken(self) -> None:
        """Mark the text inside as read; the parent element speaks it."""
        self._all_text_read = True

    def _wrong(self, name: str, raw: str, default: V, warning: int) -> V:
        self.warn(warning, f"{raw!r} isn't a valid {name} of <{self.name}>. Using {default!r}.")
        return default


def loose_text(element: ElementTree.Element, *, own: bool = True) -> str:
    """Return the text between an element's children, and with `own` also the text before them."""
    tails = "".join(child.tail or "" for child in element)
    return f"{(element.text or '') if own else ''}{tails}".strip()
