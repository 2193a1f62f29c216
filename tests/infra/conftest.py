"""Reads the Bicep files as syntax trees. This needs no compiler and doesn't replace one."""

import shutil
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest
from tree_sitter import Node

from tests.infra.parameter_file import ParameterFile
from tests.infra.syntax import faults, literal, name_of, parsed, properties, text, walk

ROOT = Path(__file__).parents[2]
Mutate = Callable[[str, str, str], "Infra"]


class Declared(NamedTuple):
    """A resource or a module: its symbolic name, what it is, and its properties."""

    symbol: str
    kind: str  # type@version of a resource, path of a module
    existing: bool
    body: Node | None


class Parameter(NamedTuple):
    """A parameter of a file."""

    secure: bool
    type: str
    default: Node | None

    @property
    def optional(self) -> bool:
        """Whether it may be omitted."""
        return self.default is not None


class BicepFile:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.root = parsed(path.read_bytes())

    @cached_property
    def errors(self) -> list[str]:
        """The syntax errors, as name:line."""
        return [f"{self.name}:{node.start_point.row + 1}" for node in faults(self.root)]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name; a decorator comes before its declaration."""
        found: dict[str, Parameter] = {}
        decorators = ""
        for node in self.root.named_children:
            if node.type in ("decorators", "decorator"):
                decorators += text(node)
                continue
            if node.type == "parameter_declaration":
                _, kind, *default = (c for c in node.named_children if "decorator" not in c.type)
                secure = "secure()" in decorators + text(node)
                found[name_of(node)] = Parameter(secure, text(kind), next(iter(default), None))
            decorators = ""
        return found

    @cached_property
    def values(self) -> dict[str, Node]:
        """The values of variables, by name."""
        return dict(self._assigned("variable_declaration"))

    @cached_property
    def outputs(self) -> dict[str, Node]:
        """The values of outputs, by name."""
        return dict(self._assigned("output_declaration"))

    @cached_property
    def resources(self) -> list[Declared]:
        """Every resource, including existing ones that are only referenced."""
        return list(self._declared("resource_declaration"))

    @cached_property
    def modules(self) -> list[Declared]:
        """Every reference to another file."""
        return list(self._declared("module_declaration"))

    def resource(self, kind: str) -> Declared:
        """The only resource of a type that is created here."""
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
        """Return a literal at a dotted path of the only resource of a type in a file."""
        node = self[file].resource(kind).body
        for key in path.split("."):
            assert node is not None
            node = properties(node)[key]
        assert node is not None
        return literal(node)


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


@pytest.fixture(scope="session")
def parameter_file() -> ParameterFile:
    """The values that azd and the Azure CLI deploy with."""
    return ParameterFile(ROOT / "infra" / "main.bicepparam")


@pytest.fixture
def mutated(tmp_path: Path) -> Mutate:
    """Replaces a text in a copy of the infrastructure, to see a check fail."""

    def mutate(name: str, old: str, new: str) -> Infra:
        folder = tmp_path / "infra"
        if not folder.exists():
            shutil.copytree(ROOT / "infra", folder)
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new, 1))
        return Infra(folder)

    return mutate
