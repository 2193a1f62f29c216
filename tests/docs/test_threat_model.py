"""The threat model: each threat has a defense, an existing test, and a remaining risk."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate" / "threat-model.md").read_text("utf-8")
SECTION = PAGE.partition("\n## The threats\n")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in SECTION.splitlines()
    if line.startswith("| ")
][1:]
TEST = re.compile(r"`(tests/[\w/]+\.py)::((?:\w+::)?test_\w+)`( \(soak\))?")


@cache
def soak_tests(path: Path) -> dict[str, bool]:
    """Return whether each test of a file is a soak test; one in a class is `TestX::test_y`."""
    body = ast.parse(path.read_text("utf-8")).body
    marks = [
        node
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    found: dict[str, bool] = {}
    for node in body:
        for part in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(part, ast.FunctionDef):
                prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
                found[prefix + part.name] = any(map(is_soak, [*marks, *part.decorator_list]))
    return found


def is_soak(node: ast.AST) -> bool:
    return "pytest.mark.soak" in ast.unparse(node)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:30])
def test_each_threat_has_a_defense_an_existing_test_and_a_risk(row: list[str]) -> None:
    threat, defense, shown, remains = row
    named = TEST.findall(shown)

    assert all((threat, defense, remains))
    assert named
    assert TEST.sub("", shown).replace(", ", "") == ""
    assert [
        f"{file}::{test}" for file, test, _ in named if test not in soak_tests(ROOT / file)
    ] == []


def test_soak_tests_are_marked() -> None:
    for file, test, mark in TEST.findall(SECTION):
        assert bool(mark) == soak_tests(ROOT / file)[test]
