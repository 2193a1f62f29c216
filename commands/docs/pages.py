"""Which files are pages, where each one is on the site, and what the README says of their order."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

OPENAPI = "docs/use/openapi.yaml"
"""The site shows it as a separate page."""
_FRAGMENTS = "docs/coverage_page/"  # parts of a generated page
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)\)")

type Entry = str | dict[str, list[Entry]]
"""A page, or a section by its heading."""


def pages(root: Path) -> dict[str, str]:
    """Return for each page its place on the site: {"README.md": "index.md", …}."""
    found = sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])
    paths = [path.relative_to(root).as_posix() for path in found]
    places = {path: path.removeprefix("docs/") for path in paths if _FRAGMENTS not in path}
    return {**places, "README.md": "index.md", OPENAPI: "use/openapi.md"}


def navigation(readme: str, places: dict[str, str]) -> list[Entry]:
    """Return the front page, then a section for each table below "## Pages" of the README.

    A link to a folder becomes a section in the section, of all pages in it.
    """
    entries: list[Entry] = [places["README.md"]]
    tables = readme.partition("\n## Pages\n")[2].partition("\n## ")[0]
    for table in re.findall(r"(?:^\|.*\n)+", tables, re.MULTILINE):
        section: list[Entry] = []
        for name, target in _LINK.findall(table):
            inside: list[Entry] = [
                place for path, place in places.items() if path.startswith(f"{target}/")
            ]
            if inside:
                section.append({name: inside})
            elif target in places:
                section.append(places[target])
        entries.append({table.split("|")[1].strip(): section})
    return entries


def listed(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield every page in entries of the navigation."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            yield from listed(inner for section in entry.values() for inner in section)
