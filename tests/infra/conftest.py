"""Reads the Bicep files as syntax trees: no compiler is needed, and none is replaced by this."""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest
import tree_sitter
import tree_sitter_bicep
from tree_sitter import Node

ROOT = Path(__file__).parents[2]
Mutate = Callable[[str, str, str], "Infra"]


class Declared(NamedTuple):
    """A resource or a module: its name in the file, what it is, and its properties."""

    symbol: str
    kind: str  # type@version of a resource, path of a module
    existing: bool
    body: Node | None


class Parameter(NamedTuple):
    """A parameter of a file."""

    secure: bool
    optional: bool


class BicepFile:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        language = tree_sitter.Language(tree_sitter_bicep.language())
        self.root = tree_sitter.Parser(language).parse(path.read_bytes()).root_node

    @cached_property
    def errors(self) -> list[str]:
        """The places that are no Bicep, as name:line."""
        bad = [node for node in walk(self.root) if node.is_error or node.is_missing]
        return [f"{self.name}:{node.start_point.row + 1}" for node in bad]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name; a decorator stands before what it decorates."""
        found: dict[str, Parameter] = {}
        decorators = ""
        for node in self.root.named_children:
            if node.type in ("decorators", "decorator"):
                decorators += text(node)
                continue
            if node.type == "parameter_declaration":
                optional = "=" in [text(child) for child in node.children]
                secure = "secure()" in decorators + text(node)
                found[name_of(node)] = Parameter(secure, optional)
            decorators = ""
        return found

    @cached_property
    def values(self) -> dict[str, Node]:
        """What variables are set to, by name."""
        return dict(self._assigned("variable_declaration"))

    @cached_property
    def outputs(self) -> dict[str, Node]:
        """What is given out, by name."""
        return dict(self._assigned("output_declaration"))

    @cached_property
    def resources(self) -> list[Declared]:
        """Every resource, the existing ones that are only looked up among them."""
        return list(self._declared("resource_declaration"))

    @cached_property
    def modules(self) -> list[Declared]:
        """Every use of another file."""
        return list(self._declared("module_declaration"))

    def resource(self, kind: str) -> Declared:
        """The one resource of a type that is made here."""
        (found,) = [r for r in self.resources if r.kind.startswith(f"{kind}@") and not r.existing]
        return found

    def _assigned(self, node_type: str) -> Iterator[tuple[str, Node]]:
        for node in self.root.named_children:
            if node.type == node_type:
                yield name_of(node), node.named_children[-1]

    def _declared(self, node_type: str) -> Iterator[Declared]:
        for node in self.root.named_children:
            if node.type == node_type:
                kind = next(literal(c) for c in node.named_children if c.type == "string")
                existing = "existing" in [text(child) for child in node.children]
                body = next((n for n in walk(node) if n.type == "object"), None)
                yield Declared(name_of(node), str(kind), existing, body)


class Infra:
    """A folder of Bicep files by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {path.name: BicepFile(path) for path in sorted(folder.glob("*.bicep"))}

    def __getitem__(self, name: str) -> BicepFile:
        """The file called `name`."""
        return self.files[name]

    def value(self, file: str, kind: str, path: str) -> object:
        """A literal at a dotted path of the one resource of a type in a file."""
        node = self[file].resource(kind).body
        for key in path.split("."):
            assert node is not None
            node = properties(node)[key]
        assert node is not None
        return literal(node)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode()


def name_of(declaration: Node) -> str:
    """The name that a declaration gives."""
    return text(next(c for c in declaration.named_children if c.type == "identifier"))


def literal(node: Node) -> object:
    """The value of a literal; the source of anything else."""
    source = text(node)
    if node.type == "string":
        return "".join(map(text, node.named_children))
    if node.type == "array":
        return [literal(child) for child in node.named_children]
    if source in ("true", "false"):
        return source == "true"
    return int(source) if re.fullmatch(r"\d+", source) else source


def properties(node: Node) -> dict[str, Node]:
    """The properties of an object by name."""
    pairs = [
        child.named_children for child in node.named_children if child.type == "object_property"
    ]
    return {str(literal(pair[0])): pair[-1] for pair in pairs}


class Reader(NamedTuple):
    """The project's infrastructure, and how to read it."""

    infra: Infra
    properties: Callable[[Node], dict[str, Node]]
    literal: Callable[[Node], object]
    walk: Callable[[Node], Iterator[Node]]
    text: Callable[[Node], str]


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Reads the project's infrastructure."""
    return Reader(Infra(ROOT / "infra"), properties, literal, walk, text)


@pytest.fixture
def mutated(tmp_path: Path) -> Mutate:
    """Copies the infrastructure and replaces a text of a file of the copy, to see a test fail."""

    def mutate(name: str, old: str, new: str) -> Infra:
        folder = tmp_path / "infra"
        if not folder.exists():
            shutil.copytree(ROOT / "infra", folder)
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new, 1))
        return Infra(folder)

    return mutate
