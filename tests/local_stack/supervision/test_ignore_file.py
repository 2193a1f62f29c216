"""Files excluded by .funcignore."""

from pathlib import Path

import pytest

from local_stack.supervision.ignore_file import files_below, plain_names


def write(root: Path, *names: str) -> None:
    """Create empty files."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")


def files(root: Path) -> list[str]:
    """Return the files that are not excluded."""
    return sorted(files_below(root, "", plain_names(root)))


def test_plain_names_are_excluded_in_every_folder(tmp_path: Path) -> None:
    write(tmp_path, "host.json", "shared/x.py", "shared/tests/y.py", "tests/z.py", "dev.py")
    (tmp_path / ".funcignore").write_text("# not for Azure\n\ntests\n dev.py \n", "utf-8")

    assert files(tmp_path) == ["host.json", "shared/x.py"]


def test_settings_history_and_compiled_files_are_always_excluded(tmp_path: Path) -> None:
    write(
        tmp_path, "local.settings.json", ".git/HEAD", ".gitignore", "A/__pycache__/a.pyc", "A/a.py"
    )

    assert files(tmp_path) == ["A/a.py"]


def test_a_name_does_not_match_longer_names(tmp_path: Path) -> None:
    write(tmp_path, "Http/a.py", "HttpTrigger/b.py")
    (tmp_path / ".funcignore").write_text("Http\n", "utf-8")

    assert files(tmp_path) == ["HttpTrigger/b.py"]


@pytest.mark.parametrize("line", ["*.py", "!a.py", "A/a.py", "[aA]"])
def test_a_pattern_leaves_the_other_names_excluded(tmp_path: Path, line: str) -> None:
    write(tmp_path, "A/a.py", "docs/b.md")
    (tmp_path / ".funcignore").write_text(f"{line}\ndocs/\n", "utf-8")

    assert files(tmp_path) == ["A/a.py"]
