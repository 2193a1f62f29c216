"""The site's pages and their order."""

from pathlib import Path

from commands.docs.pages import listed, navigation, pages

README = """# Switchboard

| A function | [another page](docs/other.md) |
|---|---|

## Pages

| To begin | |
|---|---|
| [Concepts](docs/begin/concepts.md) | [openapi.yaml](docs/use/openapi.yaml), [dev.py](dev.py) |

| To change it | |
|---|---|
| [Decisions](docs/decisions) | why |

## Where things are

| [Late](docs/other.md) | |
|---|---|
"""
PLACES = {
    "README.md": "index.md",
    "docs/begin/concepts.md": "begin/concepts.md",
    "docs/decisions/0001-a.md": "decisions/0001-a.md",
    "docs/decisions/0002-b.md": "decisions/0002-b.md",
    "docs/other.md": "other.md",
    "docs/use/openapi.yaml": "use/openapi.md",
}


def test_the_tables_of_the_readme_are_the_navigation() -> None:
    entries = navigation(README, PLACES)

    assert entries == [
        "index.md",
        {"To begin": ["begin/concepts.md", "use/openapi.md"]},
        {"To change it": [{"Decisions": ["decisions/0001-a.md", "decisions/0002-b.md"]}]},
    ]
    assert {*PLACES.values()} - {*listed(entries)} == {"other.md"}


def test_every_markdown_file_for_readers_is_a_page(tmp_path: Path) -> None:
    for name in (
        "README.md",
        "docs/use/functions.md",
        "docs/coverage_page/text/b.md",
        "deskphone/README.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert pages(tmp_path) == {
        "README.md": "index.md",
        "docs/use/functions.md": "use/functions.md",
        "docs/use/openapi.yaml": "use/openapi.md",
    }
