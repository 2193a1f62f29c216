"""The pages of the documentation, and the commands in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
BLOCK = re.compile(
    r"(?:<!-- *(?P<comment>[^>]*?) *-->\n\s*)?^(?P<indent> *)```(?P<info>[^\n]*)\n"
    r"(?P<text>.*?)^(?P=indent)``` *$",
    re.DOTALL | re.MULTILINE,
)
MARK = re.compile(r"\bneeds (Azure|Twilio)\b")
SHELLS = ("", "sh", "bash", "console", "shell", "powershell", "pwsh", "cmd", "bat")
# A block in another language that has one of these is a block of commands, too.
PROGRAM = re.compile(
    r"^\s*(\$ )?(az|azd|cp|curl|func|git|npm|pip|py|python3?|\.venv\S*) ", re.MULTILINE
)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


class Command(NamedTuple):
    """A command, its first line in the page, and the answer that the page shows."""

    text: str
    line: int
    answer: str = ""


class Block(NamedTuple):
    """A block of shell commands."""

    commands: list[Command]
    is_marked: bool


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page that contain shell commands."""
    for found in BLOCK.finditer(page):
        language = found["info"].strip().partition(" ")[0].lower()
        if language in SHELLS or PROGRAM.search(found["text"]):
            mark = MARK.search(f"{found['comment'] or ''} {found['info']}")
            first_line = page.count("\n", 0, found.start("text")) + 1
            yield Block(commands_of(found["text"], first_line), mark is not None)


def commands_of(text: str, first_line: int) -> list[Command]:
    """Return the commands of a block; if some lines start with `$ `, the others are answers."""
    lines = [
        Command(joined, first_line + text.count("\n", 0, found.start()))
        for found in re.finditer(r"(?:\\\n|.)+", text)
        if (joined := found[0].replace("\\\n", " ").strip())
    ]
    if not any(line.text.startswith("$ ") for line in lines):
        return [line for line in lines if not line.text.startswith("#")]
    found: list[Command] = []
    for line in lines:
        if line.text.startswith("$ "):
            found.append(line._replace(text=line.text[2:]))
        else:
            found[-1] = found[-1]._replace(answer=f"{found[-1].answer}{line.text}\n")
    return found


def inline_code(page: str) -> Iterator[Command]:
    """Yield the code between backticks in a page's sentences."""
    prose = BLOCK.sub(lambda block: "\n" * block[0].count("\n"), page)
    for found in INLINE.finditer(prose):
        yield Command(" ".join(found[1].split()), prose.count("\n", 0, found.start()) + 1)
