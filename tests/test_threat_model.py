"""The threat model: each threat has a defence, a test that exists, and what remains."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
SECTION = PAGE.partition("\n## The threats\n")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in SECTION.splitlines()
    if line.startswith("| ")
][1:]
TEST = re.compile(r"`(tests/[\w/]+\.py)::((?:\w+::)?test_\w+)`")
NAMES = [
    *("Forged webhooks", "Replayed webhooks", "stolen function key", "SMS pumping", "toll fraud"),
    *("Runaway loops", "dials or texts itself", "Double sends", "XML bombs", "Text becomes verbs"),
    *("SSRF", "logs", "leaked auth token", "Stale secrets", "vault is down", "storage is down"),
    *("Guessed", "Shared links", "DoS", "Timing", "malicious dependency", "Web pages"),
    *("DNS rebinding", "outputs", "insider", "Twilio is down", "STOP"),
]


def names_in(path: Path) -> set[str]:
    """The tests of a file, those of a class with its name: `TestX::test_y`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            found |= {f"{node.name}::{method.name}" for method in methods}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:30])
def test_each_threat_has_a_defence_a_test_that_exists_and_what_remains(row: list[str]) -> None:
    threat, defence, shown, remains = row
    named = TEST.findall(shown)

    assert all((threat, defence, remains))
    assert named
    assert re.sub(r"\(`-m soak`\)|, ", "", TEST.sub("", shown)).strip() == ""
    assert [f"{file}::{test}" for file, test in named if test not in names_in(ROOT / file)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_threat_is_forgotten(name: str) -> None:
    assert any(name in row[0] for row in ROWS)


def test_a_long_trial_is_marked_as_one() -> None:
    for row in ROWS:
        long = [file for file, _ in TEST.findall(row[2]) if file.endswith("_soak.py")]
        assert ("-m soak" in row[2]) == bool(long)


def test_it_stays_one_page() -> None:
    assert len(PAGE.splitlines()) <= 120
