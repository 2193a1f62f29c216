"""Rewriting the pages' links for the site."""

from pathlib import Path

import pytest

from commands.docs.links import Links

REPOSITORY = "https://github.com/OWNER/switchboard"
PLACES = {
    "README.md": "index.md",
    "docs/use/functions.md": "use/functions.md",
    "docs/operate/deploy.md": "operate/deploy.md",
    "docs/use/openapi.yaml": "use/openapi.md",
}


@pytest.fixture
def links(tmp_path: Path) -> Links:
    for name in (*PLACES, "dev.py", "docs/images/phone.png"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return Links(tmp_path, PLACES, f"{REPOSITORY}/")


@pytest.mark.parametrize(
    ("page", "target", "expected"),
    [
        ("README.md", "docs/use/functions.md#sendsms", "use/functions.md#sendsms"),
        ("docs/use/functions.md", "../operate/deploy.md", "../operate/deploy.md"),
        ("docs/use/functions.md", "../../README.md", "../index.md"),
        ("docs/use/functions.md", "openapi.yaml", "openapi.md"),
        ("docs/use/functions.md", "#sendsms", "#sendsms"),
        ("docs/use/functions.md", "https://example.com/a.md", "https://example.com/a.md"),
        ("README.md", "dev.py", f"{REPOSITORY}/blob/main/dev.py"),
        ("docs/use/functions.md", "../../dev.py#L3", f"{REPOSITORY}/blob/main/dev.py#L3"),
        ("README.md", "docs/operate", f"{REPOSITORY}/tree/main/docs/operate"),
        ("README.md", "docs/images/phone.png", "images/phone.png"),
    ],
)
def test_a_link_points_to_a_page_of_the_site_or_the_repository(
    links: Links, page: str, target: str, expected: str
) -> None:
    assert links.rewrite(page, f"See [this]({target}).") == f"See [this]({expected})."
    assert links.dead == []


def test_dead_links_are_collected_with_page_and_line(links: Links) -> None:
    links.rewrite("README.md", "One `code`.\n\n[Two](gone.py), ![three](docs/images/gone.png)\n")

    assert links.dead == ["README.md:3: gone.py", "README.md:3: docs/images/gone.png"]


def test_code_is_unchanged(links: Links) -> None:
    text = "`[a](gone.py)` and ``[b](gone.py)``:\n\n```\n[c](gone.py)\n```\n"

    assert links.rewrite("README.md", text) == text
    assert links.dead == []


def test_images_of_pages_are_collected(links: Links) -> None:
    links.rewrite("docs/use/functions.md", "![The phone](../images/phone.png)")

    assert links.images == {"docs/images/phone.png"}
