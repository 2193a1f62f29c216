"""What the compiler would make of main.bicepparam."""

import re
from collections.abc import Mapping
from pathlib import Path

from tree_sitter import Node

from tests.infra.syntax import faults, literal, name_of, parsed, properties, text

PARAMETER = re.compile(rb"^param (\w+) =", re.MULTILINE)


class ParameterFile:
    """main.bicepparam, evaluated like the compiler does, with the given environment."""

    def __init__(self, path: Path) -> None:
        source = path.read_bytes()
        self.names = [name.decode() for name in PARAMETER.findall(source)]
        # The grammar is for .bicep files, where parameters have types and variables don't.
        root = parsed(PARAMETER.sub(rb"var \1 =", source))
        self.errors = [text(node) for node in faults(root)]
        self._assigned = {
            name_of(node): node.named_children[-1]
            for node in root.named_children
            if node.type == "variable_declaration"
        }

    def values(self, environment: Mapping[str, str]) -> dict[str, object]:
        """Return the parameters; raise KeyError for a missing variable without a default."""
        return {name: self._value(self._assigned[name], environment) for name in self.names}

    def _value(self, node: Node, environment: Mapping[str, str]) -> object:
        parts = node.named_children
        match node.type:
            case "string":
                return literal(node)
            case "identifier":
                return self._value(self._assigned[text(node)], environment)
            case "object":
                return {k: self._value(v, environment) for k, v in properties(node).items()}
            case "ternary_expression":
                condition, yes, no = parts
                return self._value(yes if self._value(condition, environment) else no, environment)
            case "call_expression":
                given = [self._value(child, environment) for child in parts[1].named_children]
                return call(text(parts[0]), [str(value) for value in given], environment)
            case other:
                raise AssertionError(f"the tests cannot evaluate {other}: {text(node)}")


def call(function: str, given: list[str], environment: Mapping[str, str]) -> object:
    """Return the result of a Bicep function."""
    match function, given:
        case "readEnvironmentVariable", [name]:
            return environment[name]
        case "readEnvironmentVariable", [name, default]:
            return environment.get(name, default)
        case "empty", [value]:
            return not value
        case "int", [value]:
            return int(value)
        case "bool", [value]:
            return {"true": True, "false": False}[value]
        case _:
            raise AssertionError(f"the tests cannot evaluate {function}")
