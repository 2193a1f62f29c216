"""What counts as a change of the app."""

import asyncio

from emulator.host.testing import AppFolder
from emulator.supervision.file_watch import FileWatch

TIME_LIMIT_S = 10.0


def change_after(app: AppFolder, *edits: tuple[str, str]) -> str:
    """Return what the watch says after files were written."""
    watch = FileWatch(app.root)
    for name, content in edits:
        app.write(name, content)
    return asyncio.run(asyncio.wait_for(watch.change(), TIME_LIMIT_S))


def test_a_file_that_ships_counts(app: AppFolder) -> None:
    app.write("A/__init__.py", "x = 1")

    assert change_after(app, ("A/__init__.py", "x = 22")) == "A/__init__.py changed"


def test_a_new_folder_counts(app: AppFolder) -> None:
    assert change_after(app, ("New/function.json", "{}")) == "New/function.json added"


def test_a_removed_file_counts(app: AppFolder) -> None:
    app.write("old.py", "")
    watch = FileWatch(app.root)
    (app.root / "old.py").unlink()

    assert asyncio.run(asyncio.wait_for(watch.change(), TIME_LIMIT_S)) == "old.py removed"


def test_local_settings_count(app: AppFolder) -> None:
    assert change_after(app, ("local.settings.json", "{}")) == "local.settings.json added"


def test_several_files_at_once_are_one_change(app: AppFolder) -> None:
    assert change_after(app, ("a.py", ""), ("b.py", ""), ("c.py", "")) == "a.py added and 2 more"


def test_what_does_not_ship_does_not_count(app: AppFolder) -> None:
    app.write(".funcignore", "tests\n")
    edits = [("tests/a.py", ""), ("A/__pycache__/a.pyc", ""), ("z.py", "")]

    assert change_after(app, *edits) == "z.py added"


def test_a_broken_funcignore_counts_when_it_is_repaired(app: AppFolder) -> None:
    app.write(".funcignore", "*.pyc\n")

    assert change_after(app, (".funcignore", "tests\n")).startswith(".funcignore changed")


def test_each_change_is_told_once(app: AppFolder) -> None:
    async def changes() -> list[str]:
        watch = FileWatch(app.root)
        app.write("a.py", "")
        first = await watch.change()
        app.write("b.py", "")
        return [first, await watch.change()]

    assert asyncio.run(asyncio.wait_for(changes(), TIME_LIMIT_S)) == ["a.py added", "b.py added"]
