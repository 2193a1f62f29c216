"""The three lists of packages, and their locks: every package with its hashes."""

import re
from importlib.metadata import requires
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from commands.lock import EXTRAS, HEADER, SETS, TOOLS

PROJECT = Path(__file__).resolve().parents[2]
REMEDY = "a list has changed; run `python3 dev.py lock` to update the locks"
HASH = re.compile(r" --hash=sha256:([0-9a-f]{64})")


class Locked(NamedTuple):
    """A locked package."""

    version: str
    marker: str
    hashes: frozenset[str]


def text_of(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def asked(name: str) -> dict[str, str]:
    """Return the packages in a hand-written list, with their versions."""
    lines = [line for line in text_of(f"{name}.in").splitlines() if not line.startswith(("#", "-"))]
    return {canonicalize_name(package): version for package, version in map(split_pin, lines)}


def split_pin(line: str) -> tuple[str, str]:
    package, _, version = line.partition("==")
    return package, version


def lines_of_lock(name: str) -> list[str]:
    """Return the lines of a lock without comments, each package and its hashes on one line."""
    lines = [line for line in text_of(f"{name}.txt").splitlines() if not re.match(r"\s*#", line)]
    return [line for line in "\n".join(lines).replace("\\\n", "").splitlines() if line]


def locked(name: str) -> dict[str, Locked]:
    """Return the packages of a lock."""
    found: dict[str, Locked] = {}
    for line in lines_of_lock(name):
        requirement = Requirement(line.partition(" --hash")[0])
        version = str(requirement.specifier).removeprefix("==")
        found[requirement.name] = Locked(
            version, str(requirement.marker or ""), frozenset(HASH.findall(line))
        )
    return found


def files(name: str) -> set[tuple[str, str, frozenset[str]]]:
    """Return each package's name, version and hashes. A set may need it on more platforms."""
    return {(package, pin.version, pin.hashes) for package, pin in locked(name).items()}


@pytest.mark.parametrize("name", [*SETS, *EXTRAS, *TOOLS])
def test_every_line_of_a_lock_pins_a_package_with_its_hashes(name: str) -> None:
    pin = re.compile(rf"[a-z0-9-]+==[\w.]+( ; [^\\]+?)?\s*({HASH.pattern}\s*)+")

    assert len(lines_of_lock(name)) > len(asked(name))
    assert [line for line in lines_of_lock(name) if not pin.fullmatch(line)] == [], REMEDY


@pytest.mark.parametrize("name", [*SETS, *EXTRAS, *TOOLS])
def test_listed_packages_are_locked_at_their_versions(name: str) -> None:
    lock = locked(name)
    versions = {package: lock[package].version for package in asked(name) if package in lock}

    assert asked(name)
    assert versions == asked(name), REMEDY


@pytest.mark.parametrize(("name", "contained"), list(zip(SETS[1:], SETS, strict=False)))
def test_each_set_contains_the_one_before_file_for_file(name: str, contained: str) -> None:
    assert f"-r {contained}.txt" in text_of(f"{name}.in").splitlines()
    assert files(contained) <= files(name)


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_contains_the_deployed_packages_file_for_file(name: str) -> None:
    assert files(SETS[0]) <= files(name)


def test_the_tests_use_the_opentelemetry_that_is_deployed() -> None:
    deployed = locked("requirements-opentelemetry")["opentelemetry-sdk"]

    assert locked("requirements-dev")["opentelemetry-sdk"] == deployed


@pytest.mark.parametrize("name", SETS)
def test_a_lock_contains_every_dependency(name: str) -> None:
    lock = locked(name)
    here = [package for package, pin in lock.items() if is_for_this_machine(pin.marker)]
    needed = {
        canonicalize_name(requirement.name)
        for package in here
        for requirement in map(Requirement, requires(package) or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }

    assert needed
    assert needed - {*lock} == set()


def is_for_this_machine(marker: str) -> bool:
    return not marker or bool(Requirement(f"package; {marker}").marker.evaluate())  # pyright: ignore[reportOptionalMemberAccess] # it has one


@pytest.mark.parametrize("name", [*SETS, *EXTRAS, *TOOLS])
def test_a_lock_names_no_index_and_no_url(name: str) -> None:
    assert (
        re.findall(
            r"://|--(?!hash|universal|generate-hashes|python-version)\S+| @ ",
            text_of(f"{name}.txt"),
        )
        == []
    )


@pytest.mark.parametrize("name", [*SETS, *EXTRAS, *TOOLS])
def test_a_lock_names_the_command_that_makes_it(name: str) -> None:
    assert text_of(f"{name}.txt").splitlines()[1] == f"#    {HEADER}"
