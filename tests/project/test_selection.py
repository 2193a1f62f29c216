"""The quick tests and the other tests."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.selection import QUICK, TESTS, THOROUGH, is_left_out, workers

FILES = sorted(TESTS.rglob("test_*.py"))


def config(part: str, *named: str, marked: str = "not soak") -> pytest.Config:
    """Return pytest's configuration for a command line."""
    values = {"part": part, "markexpr": marked}
    made: Any = SimpleNamespace(
        getoption=values.__getitem__,
        args=[*named] or ["tests"],
        invocation_params=SimpleNamespace(dir=TESTS.parent),
    )
    return cast("pytest.Config", made)


def collected(given: pytest.Config) -> set[Path]:
    """Return the files that pytest collects, which also asks for each folder on the way."""
    return {
        path
        for path in FILES
        if not any(
            is_left_out(one, given)
            for one in (path, *path.parents)
            if one != TESTS.parent and one.is_relative_to(TESTS)
        )
    }


def test_every_file_is_in_exactly_one_part() -> None:
    quick, rest = collected(config("quick")), collected(config("rest"))

    assert quick | rest == {*FILES}
    assert quick & rest == set()
    assert {path.relative_to(TESTS).parts[0] for path in quick} == {
        name.partition("/")[0] for name in QUICK
    }


@pytest.mark.parametrize(
    "given",
    [
        config("all"),
        config("quick", "tests/stack"),
        config("quick", "tests/stack/test_texts.py::test_one"),
        config("quick", marked="soak"),
    ],
)
def test_named_tests_are_never_left_out(given: pytest.Config) -> None:
    assert collected(given) == {*FILES}


@pytest.mark.parametrize("name", [*QUICK, *THOROUGH])
def test_listed_files_exist(name: str) -> None:
    assert (TESTS / name).exists()


@pytest.mark.parametrize(
    ("named", "count"),
    [
        (["tests/shared/test_segments.py"], 0),
        (["tests/a.py::test_one", "tests/a.py::test_two"], 0),
        (["tests/shared"], None),
        (["tests/a.py", "tests/b.py"], None),
        ([], None),
    ],
)
def test_one_file_needs_no_workers(named: list[str], count: int | None) -> None:
    assert workers(config("quick", *named)) == count
