"""The regular expressions of deployed code, found in its source, and texts that are hard for them.

A backtracking matcher is slow where a text can be read in many ways and fits in none. Such a text
has a beginning that leads to a repetition, one or two runs of what can be repeated with a seam
between them, and an end that does not fit. `hard_texts` makes all of these out of one character of
each kind that a pattern tells apart.
"""

import ast
import importlib
import itertools
import re
import re._compiler as sre_compiler  # pyright: ignore[reportMissingImports]
import re._parser as sre_parser  # pyright: ignore[reportMissingImports]
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from local_stack.supervision.package import deployed_files

ROOT = Path(__file__).parents[2]
METHODS = frozenset({"fullmatch", "match", "search", "sub", "split", "findall", "finditer"})
FUNCTIONS = METHODS | {"compile", "subn"}
# Values of variables inside functions, from which patterns are made.
LOCAL_VALUES = {"name": "Options", "prefixes": "SM|MM"}
ALPHABET = [*map(chr, range(0x20, 0x7F)), "\n", "\0", "\u00e9", "\U0001f600"]
MAX_KINDS = 7

type Node = Any
"""A part of a parsed pattern, as the standard library has it."""
type Shape = Callable[[int], str]
"""Makes a text whose runs have this length."""


class Pattern(NamedTuple):
    """A pattern where it stands in the code, and the methods by which it is used."""

    place: str
    compiled: re.Pattern[Any]
    methods: tuple[str, ...]


def deployed_modules() -> dict[str, ast.Module]:
    """Return the source of each deployed module by its dotted name."""
    found: dict[str, ast.Module] = {}
    for file in deployed_files(ROOT):
        if file.endswith(".py"):
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found[name] = ast.parse((ROOT / file).read_text("utf-8"))
    return found


def patterns(modules: Mapping[str, ast.Module]) -> Iterator[Pattern]:
    """Find every use of `re` in these modules; NameError for one made of unknown variables."""
    used = _uses_by_name(modules.values())
    for module, tree in modules.items():
        names = {id(node.value): target for node, target in _assignments(tree)}
        for node in ast.walk(tree):
            method = _method_of_re(node)
            if not isinstance(node, ast.Call) or method not in FUNCTIONS:
                continue
            flags = [word.value for word in node.keywords if word.arg == "flags"]
            flags += node.args[_place_of_flags(method) :]
            call = ast.Call(node.func, [node.args[0], *flags], [])
            call.func = ast.parse("re.compile", mode="eval").body
            source = ast.fix_missing_locations(ast.Expression(call))
            scope = vars(importlib.import_module(module)) | LOCAL_VALUES | {"re": re}
            compiled = eval(compile(source, module, "eval"), scope)  # noqa: S307 - our own code
            methods = {method} if method in METHODS else used.get(names.get(id(node), ""), set())
            place = f"{module}:{node.lineno}"
            yield Pattern(place, compiled, tuple(sorted(methods or {"fullmatch", "search"})))


def hard_texts(pattern: re.Pattern[str]) -> Iterator[Shape]:
    """Yield what may be hard to refuse, and what may be hard to accept."""
    parsed = sre_parser.parse(pattern.pattern, pattern.flags)
    kinds = _kinds(parsed, pattern.flags)
    ends = ["", *kinds]
    for beginning in dict.fromkeys(["", *_beginnings(parsed, "", pattern.flags)]):
        for one, seam, other, end in itertools.product(kinds, ends, kinds, ends):
            yield lambda n, b=beginning, o=one, s=seam, t=other, e=end: b + o * n + s + t * n + e
        for one, other, end in itertools.product(kinds, kinds, ends):
            yield lambda n, b=beginning, o=one, t=other, e=end: b + (o + t) * n + e


def _method_of_re(node: ast.AST) -> str:
    """The function of the module `re` that a node calls."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if is_call and isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
        return node.func.attr
    return ""


def _place_of_flags(method: str) -> int:
    return {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)


def _assignments(tree: ast.Module) -> Iterator[tuple[ast.Assign, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node, node.targets[0].id


def _uses_by_name(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Which methods of patterns are used, by the name of what they are used on."""
    found: dict[str, set[str]] = {}
    for node in itertools.chain.from_iterable(map(ast.walk, trees)):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            owner = node.value
            name = getattr(owner, "id", None) or getattr(owner, "attr", "")
            found.setdefault(name, set()).add(node.attr)
    return found


def _parts(item: Node) -> list[Any]:
    """The patterns inside a part of a pattern."""
    _, argument = item
    inner = argument if isinstance(argument, (tuple, list)) else [argument]
    flat = itertools.chain.from_iterable(i if isinstance(i, list) else [i] for i in inner)
    return [part for part in flat if isinstance(part, sre_parser.SubPattern)]


def _leaves(parsed: Any) -> Iterator[Node]:
    """The parts that stand for one character each."""
    for item in parsed:
        if str(item[0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            yield item
        for part in _parts(item):
            yield from _leaves(part)


def _kinds(parsed: Any, flags: int) -> list[str]:
    """One character for each kind that the pattern tells apart, one that it never takes first."""
    tests = [_compiled(leaf, flags) for leaf in _leaves(parsed)]
    kinds: dict[tuple[bool, ...], str] = {}
    for character in ALPHABET:
        kinds.setdefault(tuple(bool(test.fullmatch(character)) for test in tests), character)
    by_use = sorted(kinds, key=sum)
    return [kinds[key] for key in (*by_use[:1], *by_use[1:][::-1][: MAX_KINDS - 1])]


def _compiled(leaf: Node, flags: int) -> re.Pattern[str]:
    state = sre_parser.State()
    state.flags = flags
    return sre_compiler.compile(sre_parser.SubPattern(state, [leaf]), flags)


def _beginnings(parsed: Any, before: str, flags: int) -> Iterator[str]:
    """The shortest texts that lead to each repetition."""
    for item in parsed:
        if str(item[0]).endswith("REPEAT"):
            yield before
        for part in _parts(item):
            yield from _beginnings(part, before, flags)
        before += _shortest(item, flags)


def _shortest(item: Node, flags: int) -> str:
    """A shortest text that a part of a pattern takes."""
    kind, argument = str(item[0]), item[1]
    if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
        return next(filter(_compiled(item, flags).fullmatch, ALPHABET), "")
    if kind.startswith("ASSERT"):
        return ""
    first = "".join(_shortest(part, flags) for part in next(iter(_parts(item)), []))
    return first * argument[0] if kind.endswith("REPEAT") else first
