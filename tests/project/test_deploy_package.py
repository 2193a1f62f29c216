"""What a deployment would contain: exactly the functions and what they need."""

from pathlib import Path

from local_stack.supervision.package import deployed_files, ignored_names

ROOT = Path(__file__).parents[2]


def test_the_package_equals_the_allow_list() -> None:
    functions = [path.parent for path in ROOT.glob("*/function.json")]
    allowed = {"host.json", "requirements.txt"}
    allowed |= {
        f"{folder.name}/{name}" for folder in functions for name in ("__init__.py", "function.json")
    }
    allowed |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "shared").rglob("*.py")}

    assert set(deployed_files(ROOT)) == allowed


def test_the_archive_of_a_deployment_is_no_part_of_the_next_one() -> None:
    assert "app.zip" in ignored_names(ROOT)
    assert "app.zip" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_ignore_file_has_plain_names_that_begin_no_functions_name() -> None:
    names = (ROOT / ".funcignore").read_text().split()
    functions = [path.parent.name for path in ROOT.glob("*/function.json")]

    assert not [name for name in names if set(name) & set("*?!/[")]
    assert not [name for name in names for function in functions if function.startswith(name)]
