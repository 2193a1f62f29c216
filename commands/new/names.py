"""The name of a function: a prefix for who can call it, and a subject."""

import builtins
import io
import keyword
import re
import sys
import tokenize
from functools import cache
from pathlib import Path
from string import Template
from typing import NamedTuple

from commands.errors import CommandError
from commands.new.doors import DOORS, Door

EXAMPLE = "TwimlOpeningHours"
# Keeps lines with the name within the line length.
MAX_CHARS = 32
# Windows treats files with these names as devices, regardless of extension. Source: Microsoft's
# "Naming Files, Paths, and Namespaces".
DEVICES = {
    *("con", "prn", "aux", "nul", "conin", "conout"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
TEMPLATES = Path(__file__).with_name("templates")

_PASCAL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class FunctionName(NamedTuple):
    """A valid name: `TwimlOpeningHours` is `Twiml` and `OpeningHours`."""

    prefix: str
    subject: str

    @property
    def text(self) -> str:
        """The full name."""
        return self.prefix + self.subject

    @property
    def door(self) -> Door:
        """The type of function for the prefix."""
        return DOORS[self.prefix]

    @property
    def noun(self) -> str:
        """The name of its logic module, for example `opening_hours`."""
        return in_words(self.subject, "_")

    @property
    def library(self) -> str:
        """The file with its logic, relative to the project."""
        return f"{self.door.library}/{self.noun}.py"

    @property
    def test(self) -> str:
        """The file with its test, relative to the project."""
        return f"tests/functions/test_{in_words(self.text, '_')}.py"


def in_words(name: str, joint: str = " ") -> str:
    """Return the words of a name in lower case."""
    return joint.join(_WORD_BEGINS.split(name)).lower()


@cache
def words_inside() -> frozenset[str]:
    """Return the names used in the templates, which a new function can't use."""
    files = [path for path in TEMPLATES.glob("*/*.txt") if path.stem in ("doorway", "library")]
    code = "".join(
        Template(path.read_text("utf-8")).substitute(name="N", noun="n") for path in files
    )
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return frozenset(in_words(one.string, "_") for one in tokens if one.type == tokenize.NAME)


def read_name(text: str) -> FunctionName:
    """Parse a name; raise CommandError if it is invalid."""
    if not text.isascii() or not _PASCAL_CASE.fullmatch(text):
        raise _wrong(f"{text!r} is not a valid name. Join capitalized words, like {EXAMPLE}")
    if len(text) > MAX_CHARS:
        raise _wrong(f"{text} has {len(text)} characters; the maximum is {MAX_CHARS}")
    for prefix in DOORS:
        subject = text.removeprefix(prefix)
        if subject != text and subject[:1].isupper():
            name = FunctionName(prefix, subject)
            _refuse_traps(name)
            return name
    *prefixes, last = DOORS
    raise _wrong(
        f"Start the name with {', '.join(prefixes)}, or {last}, and add a word, like {EXAMPLE}"
    )


def _refuse_traps(name: FunctionName) -> None:
    """Raise CommandError if the name would clash with a device, a keyword, or a module."""
    noun = name.noun
    if noun in DEVICES:
        raise _wrong(f"{name.text} needs {noun}.py, which Windows treats as a device")
    if keyword.iskeyword(noun) or keyword.issoftkeyword(noun):
        raise _wrong(f"{name.text} needs the name {noun}, which is a Python keyword")
    if noun in dir(builtins):
        raise _wrong(f"{name.text} would shadow Python's built-in {noun}")
    if noun in sys.stdlib_module_names or noun in words_inside():
        raise _wrong(f"{name.text} needs the name {noun}, which is in use. Add a word to it")


def refuse_taken(name: FunctionName, root: Path) -> None:
    """Raise CommandError if a file of the new function already exists.

    Ignores case, like Azure and Windows.
    """
    present = {path.name.lower(): path.name for path in root.iterdir()}
    if name.text.lower() in present:
        raise _wrong(f"{present[name.text.lower()]} already exists. Choose another name")
    module = root / name.library
    for path in (module, module.with_suffix(""), root / name.test):
        if path.exists():
            shown = path.relative_to(root).as_posix()
            raise _wrong(f"{name.text} needs {shown}, which already exists. Choose another name")


def _wrong(sentence: str) -> CommandError:
    return CommandError(sentence, exit_status=2)
