"""Bicep as syntax trees."""

import re
from collections.abc import Iterator

import tree_sitter
import tree_sitter_bicep
from tree_sitter import Node


def parsed(source: bytes) -> Node:
    """Return the syntax tree of a file."""
    language = tree_sitter.Language(tree_sitter_bicep.language())
    return tree_sitter.Parser(language).parse(source).root_node


def faults(root: Node) -> list[Node]:
    """Return the places that aren't valid Bicep."""
    return [node for node in walk(root) if node.is_error or node.is_missing]


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all its descendants."""
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node) -> str:
    """Return the source of a node."""
    return (node.text or b"").decode()


def name_of(declaration: Node) -> str:
    """Return the name that a declaration defines."""
    return text(next(c for c in declaration.named_children if c.type == "identifier"))


def literal(node: Node) -> object:
    """Return the value of a literal, or the source of anything else."""
    source = text(node)
    if node.type == "string":
        return "".join(map(text, node.named_children))
    if node.type == "array":
        return [literal(child) for child in node.named_children]
    if source in ("true", "false"):
        return source == "true"
    return int(source) if re.fullmatch(r"\d+", source) else source


def properties(node: Node) -> dict[str, Node]:
    """Return the properties of an object by name."""
    pairs = [
        child.named_children for child in node.named_children if child.type == "object_property"
    ]
    return {str(literal(pair[0])): pair[-1] for pair in pairs}
