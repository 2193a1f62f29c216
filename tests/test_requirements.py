"""The three sets of packages."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")


def lines_of(name: str) -> list[str]:
    """Return a requirements file without its comments."""
    lines = (PROJECT / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_exactly(name: str) -> None:
    packages = [line for line in lines_of(name) if not line.startswith("-r ")]

    assert packages
    assert all("==" in line for line in packages)


@pytest.mark.parametrize(("name", "contained"), [(FILES[1], FILES[0]), (FILES[2], FILES[1])])
def test_each_set_contains_the_one_before(name: str, contained: str) -> None:
    assert lines_of(name)[0] == f"-r {contained}"
