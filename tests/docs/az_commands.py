"""Every `az` command in the docs, workflows and hooks, with the arguments that bash passes to it.

bash parses them, so quotes, `$( … )`, line continuations and functions mean the same as in a
terminal. Nothing is run: `az` is a function that records its arguments, no other program can be
found, and every missing program prints a stand-in.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.docs.pages import BLOCK, PAGES, ROOT, Command, blocks, commands_of, inline_code

STAND_IN = "stand-in"
"""The value of each variable and workflow expression, and the output of every program."""
AZ = re.compile(r"(?<![\w./-])az((?: +[a-z][a-z0-9-]*+(?![\w.=/:]))+)")
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
WRITE_DOWN = r"""
az() { printf '%s\0' "$line" "$#" "$@" >>az-commands; echo stand-in; }
command_not_found_handle() { echo stand-in; }
"""


class AzCommand(NamedTuple):
    """The arguments of a command, and its file and line."""

    place: str
    arguments: list[str]


def az_commands() -> Iterator[AzCommand]:
    """Yield the commands in all pages, workflows and hooks, and in comments in `infra/`."""
    for name, page in PAGES.items():
        yield from commands_of_page(name, page)
    for path in [*ROOT.glob(".github/workflows/*.yml"), ROOT / "azure.yaml"]:
        yield from commands_of_yaml(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    for path in ROOT.glob("infra/**/*.bicep"):
        name = path.relative_to(ROOT).as_posix()
        yield from commands_in_sentences(name, path.read_text("utf-8"))


def commands_of_page(name: str, page: str) -> Iterator[AzCommand]:
    """Yield the commands in a page's blocks and sentences."""
    commands = [
        command
        for block in blocks(page)
        if any(AZ.search(command.text) for command in block.commands)
        for command in block.commands
    ]
    found = read_by_bash(name, commands)
    # A block that bash can't run to its end, or that isn't a block of commands, is an error.
    fenced = "\n".join(block["text"] for block in BLOCK.finditer(page))
    yield from all_of(fenced, found, name)
    yield from commands_in_sentences(name, page)


def commands_of_yaml(name: str, document: str) -> Iterator[AzCommand]:
    """Yield the commands in `run` values of a workflow or of azd's hooks."""
    commands = [
        command
        for value in values_named_run(yaml.compose(document))
        for command in commands_of(EXPRESSION.sub(STAND_IN, value.value), value.start_mark.line + 1)
    ]
    text = "\n".join(command.text for command in commands)
    yield from all_of(text, read_by_bash(name, commands), name)


def values_named_run(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield the scalars below a node that are values of the key `run`."""
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        if isinstance(part, tuple) and part[0].value == "run":
            yield part[1]
        else:
            yield from values_named_run(part[1] if isinstance(part, tuple) else part)


def commands_in_sentences(name: str, text: str) -> Iterator[AzCommand]:
    """Yield the commands in inline code; one without options gets `--help`, to check its name."""
    commands = [code for code in inline_code(text) if AZ.search(code.text)]
    found = read_by_bash(name, commands)
    for place, arguments in all_of("\n".join(code.text for code in commands), found, name):
        has_options = any(word.startswith("-") for word in arguments)
        yield AzCommand(place, arguments if has_options else [*arguments, "--help"])


def read_by_bash(name: str, commands: Sequence[Command]) -> list[AzCommand]:
    """Return the `az` commands that bash runs when it runs all these commands."""
    lines = [f"line={command.line}\n{command.text}" for command in commands]
    script = "\n".join([WRITE_DOWN, *lines])
    variables = dict.fromkeys(VARIABLE.findall(script), STAND_IN)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [shutil.which("bash") or "bash", "--noprofile", "--norc", "-c", script],
            cwd=folder,
            env={**variables, "PATH": os.devnull},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        written = Path(folder, "az-commands")
        words = iter(written.read_text("utf-8").split("\0")[:-1] if written.exists() else [])
        return [
            AzCommand(f"{name}:{line}", [next(words) for _ in range(int(next(words)))])
            for line in words
        ]


def all_of(text: str, found: list[AzCommand], name: str) -> list[AzCommand]:
    """Return `found`; raise ValueError if the text has a command that isn't in it."""
    for words in AZ.findall(text.replace("\\\n", " ")):
        named = words.split()
        if not any(command.arguments[: len(named)] == named for command in found):
            raise ValueError(f"{name}: bash did not run `az{words}`")
    return found
