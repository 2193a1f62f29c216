"""Every regular expression of deployed code takes at most linear time, whatever the text."""

import ast
import heapq
import re
from collections.abc import Callable
from functools import partial

import pytest

from tests.cost.growth import cost_s, excess
from tests.cost.patterns import Pattern, deployed_modules, hard_texts, patterns

PATTERNS = list(patterns(deployed_modules()))
# Exponential time shows at the first length, even if it doubles only every third character, and
# quadratic time at the second. A shorter first length would miss a single run that doubles its
# time; two such runs together, twice as long, would then take years.
LENGTHS = (24, 250)
SURELY_TOO_LONG_S = 0.02
HARDEST = 4
SIZES = (500, 4_000)


def slow_text(pattern: Pattern, method: str) -> str:
    """Return a text for which this method takes more than linear time, or ""."""
    use = getattr(pattern.compiled, method)
    run: Callable[[str], object] = partial(use, "") if method == "sub" else use
    shapes = list(hard_texts(pattern.compiled))
    took_s: dict[int, float] = {}
    for length in LENGTHS:
        for number, shape in enumerate(shapes):
            work = partial(run, shape(length))
            took_s[number] = cost_s(work, tries=1)
            if took_s[number] > SURELY_TOO_LONG_S and cost_s(work) > SURELY_TOO_LONG_S:
                return repr(shape(3))
    for number in heapq.nlargest(HARDEST, took_s, took_s.__getitem__):
        shape = shapes[number]
        reason = excess(lambda n, shape=shape: partial(run, shape(n)), *SIZES)
        if reason:
            return f"{shape(3)!r}: {reason}"
    return ""


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.place)
def test_a_pattern_takes_linear_time(pattern: Pattern) -> None:
    for method in pattern.methods:
        assert slow_text(pattern, method) == ""


@pytest.mark.parametrize(
    "source",
    [
        r"https?://([^/?#]*)[A-Za-z/?#]*",
        r"bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)",
        r"a*a*b",
        r"(a|b|ab)*c",
        r"([a-z]+\.?)*",
        r"x(\w+\s*)+:",
        r"[a-z]*(/[a-z]*)*[a-z/]*!",
    ],
)
def test_a_slow_pattern_is_found(source: str) -> None:
    module = ast.parse(f"import re\nP = re.compile({source!r})\nP.fullmatch('')")
    found = Pattern("", re.compile(source), ("fullmatch",))

    assert slow_text(found, "fullmatch") != ""
    assert [p.methods for p in patterns({"tests.cost.growth": module})] == [("fullmatch",)]


def test_search_and_fullmatch_are_distinguished() -> None:
    digits_at_the_end = Pattern("", re.compile("[0-9]+x"), ("fullmatch", "search"))

    assert slow_text(digits_at_the_end, "fullmatch") == ""
    assert slow_text(digits_at_the_end, "search") != ""


def test_every_use_of_re_is_found() -> None:
    """Modules use `re` only in the ways that this test looks for."""
    imports = [
        (name, ast.unparse(node))
        for name, tree in deployed_modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and node.module in ("re", "regex"))
        or (isinstance(node, ast.Import) and any(a.name == "re" and a.asname for a in node.names))
    ]

    assert imports == []
    assert len(PATTERNS) > 50
