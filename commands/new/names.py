"""The name of a function: its prefix says who comes in, the rest what it is about."""

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
# Lines that hold the name stay within the length of a line.
MAX_CHARS = 32
# Windows takes files of these names for devices, whatever their extension. Source: Microsoft's
# "Naming Files, Paths, and Namespaces".
DEVICES = {
    *("con", "prn", "aux", "nul", "conin", "conout"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
TEMPLATES = Path(__file__).with_name("templates")

_PASCAL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class FunctionName(NamedTuple):
    """A name that can be used: `TwimlOpeningHours` is `Twiml` and `OpeningHours`."""

    prefix: str
    subject: str

    @property
    def text(self) -> str:
        """The whole name."""
        return self.prefix + self.subject

    @property
    def door(self) -> Door:
        """What the prefix stands for."""
        return DOORS[self.prefix]

    @property
    def noun(self) -> str:
        """The name of the module with the logic, for example `opening_hours`."""
        return in_words(self.subject, "_")

    @property
    def library(self) -> str:
        """The file with the logic, relative to the project."""
        return f"{self.door.library}/{self.noun}.py"

    @property
    def test(self) -> str:
        """The file with the test, relative to the project."""
        return f"tests/functions/test_{in_words(self.text, '_')}.py"


def in_words(name: str, joint: str = " ") -> str:
    """Return the words of a name in lower case."""
    return joint.join(_WORD_BEGINS.split(name)).lower()


@cache
def words_inside() -> frozenset[str]:
    """Return the names that the files of a new function use: no function may be called so."""
    files = [path for path in TEMPLATES.glob("*/*.txt") if path.stem in ("doorway", "library")]
    code = "".join(
        Template(path.read_text("utf-8")).substitute(name="N", noun="n", subject="N")
        for path in files
    )
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return frozenset(in_words(one.string, "_") for one in tokens if one.type == tokenize.NAME)


def read_name(text: str) -> FunctionName:
    """Take a name apart; raise CommandError that says what is wrong with it."""
    if not text.isascii() or not _PASCAL_CASE.fullmatch(text):
        raise _wrong(
            f"{text!r} is no name: join words that begin with a capital letter, like {EXAMPLE}"
        )
    if len(text) > MAX_CHARS:
        raise _wrong(f"{text} has {len(text)} characters; up to {MAX_CHARS} are taken")
    for prefix in DOORS:
        subject = text.removeprefix(prefix)
        if subject != text and subject[:1].isupper():
            name = FunctionName(prefix, subject)
            _refuse_traps(name)
            return name
    raise _wrong(f"{text} must begin with {', '.join(DOORS)} and go on with a word, like {EXAMPLE}")


def _refuse_traps(name: FunctionName) -> None:
    """Refuse what would be a file, or a word in it, that means something else."""
    noun = name.noun
    if noun in DEVICES:
        raise _wrong(f"{name.text} would need {noun}.py, which Windows takes for a device")
    if keyword.iskeyword(noun) or keyword.issoftkeyword(noun):
        raise _wrong(f"{name.text} would need the word {noun}, which is Python's own")
    if {noun, name.subject} & set(dir(builtins)):
        raise _wrong(f"{name.text} would hide {noun} or {name.subject}, which is Python's own")
    if noun in sys.stdlib_module_names or noun in words_inside():
        raise _wrong(f"{name.text} would need the name {noun}, which is in use; add a word to it")


def refuse_taken(name: FunctionName, root: Path) -> None:
    """Raise CommandError where something of the new function is there already.

    Azure and Windows do not tell upper case from lower case, so neither does this.
    """
    present = {path.name.lower(): path.name for path in root.iterdir()}
    if name.text.lower() in present:
        raise _wrong(f"{present[name.text.lower()]} is there already; choose another name")
    module = root / name.library
    for path in (module, module.with_suffix(""), root / name.test):
        if path.exists():
            shown = path.relative_to(root).as_posix()
            raise _wrong(f"{name.text} needs {shown}, which is there already; choose another name")


def _wrong(sentence: str) -> CommandError:
    return CommandError(sentence, exit_status=2)
