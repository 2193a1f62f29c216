"""Create the files of a new function from templates."""

import subprocess
import sys
from pathlib import Path
from string import Template

from commands.new.names import TEMPLATES, FunctionName, refuse_taken
from commands.new.pages import API, PAGE, REQUESTS, with_function, with_path


def files_of(name: FunctionName) -> dict[str, str]:
    """Return the text of each new file, by its path in the project."""
    return {
        f"{name.text}/function.json": name.door.function_json,
        f"{name.text}/__init__.py": filled(name, "doorway"),
        name.library: filled(name, "library"),
        name.test: filled(name, "test"),
    }


def filled(name: FunctionName, part: str) -> str:
    """Return a template of the function's prefix, filled in."""
    template = TEMPLATES / name.prefix.lower() / f"{part}.txt"
    return Template(template.read_text("utf-8")).substitute(
        name=name.text,
        noun=name.noun,
        anchor=name.text.lower(),
    )


def make(name: FunctionName, root: Path) -> tuple[list[str], list[str]]:
    """Write the files of a new function and add it to the documentation.

    Return the created and the changed files, relative to `root`. Raise CommandError without
    writing anything if the name is taken.
    """
    refuse_taken(name, root)
    files = files_of(name)
    pages = {
        API: with_path((root / API).read_text("utf-8"), filled(name, "api")),
        PAGE: with_function(
            (root / PAGE).read_text("utf-8"),
            row=filled(name, "row"),
            section=filled(name, "section"),
        ),
        REQUESTS: (root / REQUESTS).read_text("utf-8") + filled(name, "http"),
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with (root / path).open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    changed = [path for path in pages if (root / path).read_text("utf-8") != pages[path]]
    for path in changed:
        (root / path).write_text(pages[path], "utf-8", newline="\n")
    tidy([path for path in files if path.endswith(".py")], root)
    return [*files], changed


def tidy(paths: list[str], root: Path) -> None:
    """Sort the imports and format the files, since names differ in length."""
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run(  # noqa: S603 - our own tool, no shell
            [sys.executable, "-m", "ruff", *command, "--no-cache", *paths], cwd=root, check=True
        )
