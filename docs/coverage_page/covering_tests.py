"""Which tests show which part of TwiML: the marks `covers` in tests/, read without running them."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[2] / "tests"
MARK = "covers"


def covering_tests(folder: Path = TESTS) -> dict[str, list[tuple[str, str]]]:
    """Return for each name in a mark, e.g. "Dial.timeout", the tests: (path, name of the test).

    The path is relative to the project, the name begins with its class, if it has one.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        relative = path.relative_to(folder.parent).as_posix()
        for name, node in _tests(ast.parse(path.read_text()), ""):
            for covered in _marks(node):
                found.setdefault(covered, []).append((relative, name))
    return found


def _tests(
    tree: ast.Module | ast.ClassDef, inside: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, node
            yield from _tests(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield inside + node.name, node


def _marks(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr=name), args=arguments) if name == MARK:
                yield from (str(one.value) for one in arguments if isinstance(one, ast.Constant))
            case _:
                pass
