"""Links as they are on GitHub, turned into links of the site.

Zensical checks the links between pages. Links to other files point to the repository, so only this
module can tell whether these files exist.
"""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

# Links aren't rewritten in code: fenced blocks and words in backticks.
_CODE = re.compile(
    r"^ *(`{3,}|~{3,}).*?^ *\1 *$|(`+)(?!`).+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_TARGET = re.compile(r"(?<=\]\()([^)\s]+)(?=[)\s])")
_ELSEWHERE = re.compile(r"[a-z]+:|#")


class Links:
    """Changes the links of pages."""

    def __init__(self, root: Path, places: Mapping[str, str], repository: str) -> None:
        """`places` are the pages with their places on the site, `repository` is a URL."""
        self._root = root
        self._places = places
        self._repository = repository.rstrip("/")
        self.images: set[str] = set()
        """Files below docs/ that pages show, by their paths in the repository."""
        self.dead: list[str] = []
        """The dead links, e.g. "docs/use/functions.md:3: gone.py"."""

    def rewrite(self, page: str, text: str) -> str:
        """Return the text of a page with the links that it needs on the site."""

        def change(found: re.Match[str]) -> str:
            target = found[0]
            if _ELSEWHERE.match(target):
                return target
            line = text.count("\n", 0, start + found.start()) + 1
            return self._on_site(page, target, f"{page}:{line}: {target}")

        parts: list[str] = []
        start = 0
        for code in _CODE.finditer(text):
            parts.append(_TARGET.sub(change, text[start : code.start()]))
            parts.append(code[0])
            start = code.end()
        parts.append(_TARGET.sub(change, text[start:]))
        return "".join(parts)

    def _on_site(self, page: str, target: str, where: str) -> str:
        path, _, anchor = target.partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        if not (self._root / file).exists():
            self.dead.append(where)
        anchor = anchor and f"#{anchor}"
        if file in self._places:
            return self._relative(page, self._places[file]) + anchor
        if file.endswith((".png", ".svg")):
            self.images.add(file)
            return self._relative(page, file.removeprefix("docs/"))
        kind = "tree" if (self._root / file).is_dir() else "blob"
        return f"{self._repository}/{kind}/main/{file}{anchor}"

    def _relative(self, page: str, place: str) -> str:
        return posixpath.relpath(place, posixpath.dirname(self._places[page]))
