"""Which file changes count as changes of the app."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from local_stack.supervision.file_watch import FileWatch

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder

TIME_LIMIT_S = 10.0


def change_after(app: AppFolder, *edits: tuple[str, str]) -> str:
    """Return the watch's description after writing files."""
    watch = FileWatch(app.root)
    for name, content in edits:
        app.write(name, content)
    return asyncio.run(asyncio.wait_for(watch.change(), TIME_LIMIT_S))


def test_a_file_of_a_function_counts(app: AppFolder) -> None:
    app.add("A", "")

    assert change_after(app, ("A/__init__.py", "x = 22")) == "A/__init__.py changed"
    assert change_after(app, ("A/texts/hello.txt", "Hello")) == "A/texts/hello.txt added"


def test_a_file_of_a_package_counts(app: AppFolder) -> None:
    app.write("helpers/__init__.py", "")

    assert change_after(app, ("helpers/more/x.py", "")) == "helpers/more/x.py added"


@pytest.mark.parametrize(
    "name",
    ["helpers.py", "helpers/x.py", "src/pages/x.py", ".python_packages/lib/site-packages/x.py"],
)
def test_other_code_of_the_app_counts(app: AppFolder, name: str) -> None:
    assert change_after(app, (name, "")).endswith(" added")


@pytest.mark.parametrize("folder", ["env", "node_modules/flask", "deep/down/in/data"])
def test_code_that_functions_do_not_import_does_not_count(app: AppFolder, folder: str) -> None:
    app.add("A", "")
    app.write("env/pyvenv.cfg", "")

    edits = ((f"{folder}/x.py", ""), ("A/z.py", ""))
    assert change_after(app, *edits) == "A/z.py added"


def test_a_pattern_in_funcignore_leaves_the_other_names_ignored(app: AppFolder) -> None:
    app.add("A", "")
    app.write(".funcignore", "*.pyc\ntests/\n")

    assert change_after(app, ("tests/x.py", ""), ("A/z.py", "")) == "A/z.py added"


@pytest.mark.parametrize(
    "name", ["host.json", "requirements.txt", ".funcignore", "local.settings.json"]
)
def test_settings_of_the_app_count(app: AppFolder, name: str) -> None:
    assert change_after(app, (name, "{   }")).startswith(name)


def test_a_folder_that_becomes_a_function_counts(app: AppFolder) -> None:
    app.write("New/__init__.py.txt", "")

    assert change_after(app, ("New/function.json", "{}")).startswith("New/")


def test_a_removed_file_counts(app: AppFolder) -> None:
    app.add("A", "")
    app.write("A/old.py", "")
    watch = FileWatch(app.root)
    (app.root / "A" / "old.py").unlink()

    assert asyncio.run(asyncio.wait_for(watch.change(), TIME_LIMIT_S)) == "A/old.py removed"


def test_several_files_at_once_are_one_change(app: AppFolder) -> None:
    app.add("A", "")
    edits = [(f"A/{name}.py", "") for name in "abc"]

    assert change_after(app, *edits) == "A/a.py added and 2 more"


@pytest.mark.parametrize(
    "name",
    [
        "stack.log",
        "app.zip",
        ".host.json.swp",
        "host.json~",
        "logs/today.txt",
        "A/__pycache__/a.pyc",
        "A/.__init__.py.swp",
        "A/__init__.py.swp",
        "A/__init__.py~",
        "A/#__init__.py#",
        "A/.#__init__.py",
        "A/4913",
        "A/.cache/a.py",
        "A/__init__.py___jb_tmp___",
        "tests/function.json",
    ],
)
def test_files_outside_the_app_do_not_count(app: AppFolder, name: str) -> None:
    app.add("A", "")
    app.write(".funcignore", "tests\n")

    assert change_after(app, (name, ""), ("A/z.py", "")) == "A/z.py added"


def test_fixing_a_broken_funcignore_counts(app: AppFolder) -> None:
    app.write(".funcignore", "*.pyc\n")

    assert change_after(app, (".funcignore", "tests\n")) == ".funcignore changed"


def test_with_a_broken_funcignore_the_functions_still_count(app: AppFolder) -> None:
    app.write(".funcignore", "*.pyc\n")
    app.add("A", "")

    assert change_after(app, ("A/z.py", "")) == "A/z.py added"


def test_each_change_is_reported_once(app: AppFolder) -> None:
    app.add("A", "")

    async def changes() -> list[str]:
        watch = FileWatch(app.root)
        app.write("A/a.py", "")
        first = await watch.change()
        app.write("A/b.py", "")
        return [first, await watch.change()]

    reported = asyncio.run(asyncio.wait_for(changes(), TIME_LIMIT_S))
    assert reported == ["A/a.py added", "A/b.py added"]
