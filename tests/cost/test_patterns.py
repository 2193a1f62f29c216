"""No regular expression of deployed code takes more than linear time, whatever the text."""

import ast
import heapq
import re
import time

import pytest

from tests.cost.growth import excess
from tests.cost.patterns import Pattern, deployed_modules, hard_texts, patterns

PATTERNS = list(patterns(deployed_modules()))
# What doubles its time with each character, or each third one, is seen at the first length, and
# what is quadratic stands out at the second.
LENGTHS = (24, 250)
SURELY_TOO_LONG_S = 0.02
HARDEST = 4
SIZES = (500, 4_000)


def slow_text(pattern: Pattern, method: str) -> str:
    """Say which text takes more than linear time with this method of a pattern; "" if none does."""
    use = getattr(pattern.compiled, method)
    run = (lambda text: use("", text)) if method == "sub" else use
    shapes = list(hard_texts(pattern.compiled))
    for length in LENGTHS:
        ranked: list[tuple[float, int]] = []
        for number, shape in enumerate(shapes):
            text = shape(length)
            began = time.thread_time()
            run(text)
            took_s = time.thread_time() - began
            if took_s > SURELY_TOO_LONG_S:
                return repr(shape(3))
            ranked.append((took_s, number))
    hardest = [shapes[number] for _, number in heapq.nlargest(HARDEST, ranked)]
    for shape in hardest:
        reason = excess(lambda n, shape=shape: lambda text=shape(n): run(text), *SIZES)
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
def test_a_pattern_that_can_be_made_slow_is_found(source: str) -> None:
    module = ast.parse(f"import re\nP = re.compile({source!r})\nP.fullmatch('')")
    found = Pattern("", re.compile(source), ("fullmatch",))

    assert slow_text(found, "fullmatch") != ""
    assert [p.methods for p in patterns({"tests.cost.growth": module})] == [("fullmatch",)]


def test_search_is_told_from_a_match_of_all() -> None:
    digits_at_the_end = Pattern("", re.compile("[0-9]+x"), ("fullmatch", "search"))

    assert slow_text(digits_at_the_end, "fullmatch") == ""
    assert slow_text(digits_at_the_end, "search") != ""


def test_every_use_of_re_is_found() -> None:
    """No module gets at patterns in another way than the one that is looked for."""
    imports = [
        (name, ast.unparse(node))
        for name, tree in deployed_modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and node.module in ("re", "regex"))
        or (isinstance(node, ast.Import) and any(a.name == "re" and a.asname for a in node.names))
    ]

    assert imports == []
    assert len(PATTERNS) > 50
