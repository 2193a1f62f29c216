"""The regular expressions of deployed code, found in its source, and hard texts for them.

A backtracking matcher is slow if it can split a text in many ways and none of them matches. Such a
text has a beginning that reaches a repetition, one or two runs of repeatable characters with a
separator between them, and an end that doesn't match. `hard_texts` builds all of these from one
character of each kind that the pattern distinguishes.
"""

import ast
import importlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from commands.package.contents import app_in_folder

sre_compiler: Any = importlib.import_module("re._compiler")  # the only parser of patterns
sre_parser: Any = importlib.import_module("re._parser")

ROOT = Path(__file__).parents[2]
METHODS = frozenset({"fullmatch", "match", "search", "sub", "split", "findall", "finditer"})
FUNCTIONS = METHODS | {"compile", "subn"}
# Values of local variables that patterns are built from.
LOCAL_VALUES = {"name": "Options", "prefixes": "SM|MM"}
ALPHABET = [*map(chr, range(0x20, 0x7F)), "\n", "\0", "\u00e9", "\U0001f600"]
MAX_KINDS = 7

type Node = Any
"""A part of a parsed pattern, as the standard library represents it."""
type Shape = Callable[[int], str]
"""Makes a text with runs of this length."""


class Pattern(NamedTuple):
    """A pattern, its place in the code, and the methods called on it."""

    place: str
    compiled: re.Pattern[Any]
    methods: tuple[str, ...]


def deployed_modules() -> dict[str, ast.Module]:
    """Return the source of each deployed module by its dotted name."""
    found: dict[str, ast.Module] = {}
    for file in app_in_folder(ROOT):
        if file.endswith(".py"):
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found[name] = ast.parse((ROOT / file).read_text("utf-8"))
    return found


def patterns(modules: Mapping[str, ast.Module]) -> Iterator[Pattern]:
    """Yield every use of `re` in these modules; raise NameError if an unknown variable is used."""
    used = _uses_by_name(modules.values())
    for module, tree in modules.items():
        names = dict(_assigned_names(tree))
        for node in ast.walk(tree):
            method = _method_of_re(node)
            if isinstance(node, ast.Call) and method:
                methods = {method} & METHODS or used.get(names.get(id(node), ""), set())
                yield Pattern(
                    f"{module}:{node.lineno}",
                    _compiled_here(node, method, module),
                    tuple(sorted(methods or {"fullmatch", "search"})),
                )


def hard_texts(pattern: re.Pattern[str]) -> Iterator[Shape]:
    """Yield texts that may be slow to reject, and texts that may be slow to match."""
    parsed = sre_parser.parse(pattern.pattern, pattern.flags)
    kinds = _kinds(parsed, pattern.flags)
    ends = ["", *kinds]
    for beginning in dict.fromkeys(["", *_beginnings(parsed, "", pattern.flags)]):
        for one, seam, other, end in itertools.product(kinds, ends, kinds, ends):
            yield lambda n, b=beginning, o=one, s=seam, t=other, e=end: b + o * n + s + t * n + e
        for one, other, end in itertools.product(kinds, kinds, ends):
            yield lambda n, b=beginning, o=one, t=other, e=end: b + (o + t) * n + e


def _method_of_re(node: ast.AST) -> str:
    """Return the function of `re` that a node calls with a pattern; "" for any other node."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if name in FUNCTIONS:
            return name
        case _:
            return ""


def _compiled_here(call: ast.Call, method: str, module: str) -> re.Pattern[Any]:
    """Return the pattern of such a call, with its flags and the names that it uses."""
    flags = [word.value for word in call.keywords if word.arg == "flags"]
    flags += call.args[_place_of_flags(method) :]
    source = ast.parse("re.compile(0)", mode="eval")
    assert isinstance(source.body, ast.Call)
    source.body.args = [call.args[0], *flags]
    code = compile(ast.fix_missing_locations(source), module, "eval")
    scope = vars(importlib.import_module(module)) | LOCAL_VALUES | {"re": re}
    return eval(code, scope)  # noqa: S307 - our own code


def _place_of_flags(method: str) -> int:
    return {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)


def _assigned_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield a module's variables with the identity of the node assigned to each."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield id(value), name
            case _:
                pass


def _uses_by_name(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Return which pattern methods are called, by the name of their object."""
    found: dict[str, set[str]] = {}
    for node in itertools.chain.from_iterable(map(ast.walk, trees)):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            owner = node.value
            name = getattr(owner, "id", None) or getattr(owner, "attr", "")
            found.setdefault(name, set()).add(node.attr)
    return found


def _parts(item: Node) -> list[Node]:
    """Return the patterns inside a part of a pattern."""
    if isinstance(item, sre_parser.SubPattern):
        return [item]
    inside: list[Node] = [*item] if isinstance(item, (tuple, list)) else []
    return [part for one in inside for part in _parts(one)]


def _leaves(parsed: Node) -> Iterator[Node]:
    """Yield the parts that stand for one character each."""
    for item in parsed:
        if str(item[0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            yield item
        for part in _parts(item):
            yield from _leaves(part)


def _kinds(parsed: Node, flags: int) -> list[str]:
    """Return one character of each kind that the pattern distinguishes, the rarest first."""
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


def _beginnings(parsed: Node, before: str, flags: int) -> Iterator[str]:
    """Yield the shortest texts that reach each repetition."""
    for item in parsed:
        if str(item[0]).endswith("REPEAT"):
            yield before
        for part in _parts(item):
            yield from _beginnings(part, before, flags)
        before += _shortest(item, flags)


def _shortest(item: Node, flags: int) -> str:
    """Return a shortest text that matches a part of a pattern."""
    kind, argument = str(item[0]), item[1]
    if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
        return next(filter(_compiled(item, flags).fullmatch, ALPHABET), "")
    if kind.startswith("ASSERT"):
        return ""
    first = "".join(_shortest(part, flags) for part in next(iter(_parts(item)), []))
    return first * argument[0] if kind.endswith("REPEAT") else first
