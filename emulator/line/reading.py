"""Reading TwiML elements: what is wrong becomes Twilio's warning, what we lack becomes a gap.

A verb asks a Source for its attributes by name. What it did not ask for is, at the end, either an
attribute that Twilio has and the emulator has not (the verb becomes a gap, at which the call stops:
docs/emulator-coverage.md), or one that nobody has (warning 12200, and Twilio goes on).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

UNKNOWN_ATTRIBUTE = 12200


class TwimlError(Exception):
    """The document cannot be run at all; `code` is Twilio's number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class GapError(Exception):
    """Real TwiML that the emulator does not run; the text names it."""


@dataclass(frozen=True)
class TwimlWarning:
    """One of Twilio's warnings; the call goes on."""

    code: int
    message: str


@dataclass
class Source:
    """One element while a verb reads it.

    `gaps` are, by element, the attributes that only the real Twilio has.
    """

    element: Element
    gaps: Mapping[str, frozenset[str]]
    warnings: list[TwimlWarning]
    _asked: set[str] = field(default_factory=set[str])

    def text(self) -> str:
        """Return the element's own text and that of its children (SSML is read as plain text)."""
        return re.sub(r"\s+", " ", "".join(self.element.itertext())).strip()

    def raw(self, name: str) -> str | None:
        """Return an attribute as it is written, None when it is absent."""
        self._asked.add(name)
        return self.element.get(name)

    def value(self, name: str, default: str = "") -> str:
        """Return an attribute's text."""
        raw = self.raw(name)
        return default if raw is None else raw

    def whole(self, name: str, default: int, minimum: int, warning: int) -> int:
        """Return a whole number; a wrong one is a warning and the default."""
        raw = self.raw(name)
        if raw is None:
            return default
        if re.fullmatch(r"\d{1,6}", raw.strip()) and int(raw) >= minimum:
            return int(raw)
        return self._wrong(name, raw, default, warning)

    def one_of(self, name: str, allowed: Iterable[str], default: str, warning: int) -> str:
        """Return one of the allowed values; another one is a warning and the default."""
        raw = self.raw(name)
        if raw is None:
            return default
        found = next((value for value in allowed if value.lower() == raw.strip().lower()), None)
        return self._wrong(name, raw, default, warning) if found is None else found

    def matching(self, name: str, pattern: str, default: str, warning: int) -> str:
        """Return a value of the given form; another one is a warning and the default."""
        raw = self.raw(name)
        if raw is None:
            return default
        return raw if re.fullmatch(pattern, raw) else self._wrong(name, raw, default, warning)

    def flag(self, name: str, *, default: bool, warning: int) -> bool:
        """Return true or false."""
        return self.one_of(name, ("true", "false"), str(default).lower(), warning) == "true"

    def warn(self, code: int, message: str) -> None:
        """Note one of Twilio's warnings; reading goes on."""
        self.warnings.append(TwimlWarning(code, message))

    def nested(self, child: Element) -> "Source":
        """Return the source of an element inside this one."""
        return Source(child, self.gaps, self.warnings)

    def finish(self) -> None:
        """Account for every attribute; raise GapError for one that only the real Twilio has."""
        for name in self.element.keys():  # noqa: SIM118 - an Element is not a mapping
            if name in self._asked:
                continue
            if name in self.gaps.get(self.element.tag, frozenset()):
                raise GapError(f"The attribute {name} of <{self.element.tag}>")
            message = f"<{self.element.tag}> has no attribute {name}"
            self.warn(UNKNOWN_ATTRIBUTE, message)

    def _wrong[V: (int, str)](self, name: str, raw: str, default: V, warning: int) -> V:
        message = f"{raw!r} is no value for {name} of <{self.element.tag}>; {default!r} is used"
        self.warn(warning, message)
        return default
