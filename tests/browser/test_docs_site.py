"""The documentation site, built by `python3 dev.py docs` in a clean clone."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from commands.docs.pages import pages

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.soak


class Site(NamedTuple):
    """A clone of the project, and the URL of its site."""

    clone: Path
    url: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Build and serve the site of the last commit."""
    clone = tmp_path_factory.mktemp("docs") / "clone"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)  # noqa: S607 - as found here
    command = [sys.executable, "dev.py", "docs", "--serve", "--port", "0"]
    with subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = (re.search(r"http:\S+\d", line) for line in server.stdout)
        yield Site(clone, next(match[0] for match in found if match))
        server.terminate()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a page of a browser that prefers the light scheme."""
    context = browser.new_context(color_scheme="light")
    yield context.new_page()
    context.close()


def html_of(site: Site) -> list[str]:
    """Return where each page is below the URL of the site."""
    return [str(Path(place).with_suffix(".html")) for place in pages(site.clone).values()]


def test_every_page_is_built_and_can_be_searched(site: Site) -> None:
    folder = site.clone / "dist" / "docs"
    items = json.loads((folder / "search.json").read_text("utf-8"))["items"]
    searched = {item["location"].partition("#")[0] or "index.html" for item in items}

    assert [name for name in html_of(site) if not (folder / name).is_file()] == []
    assert {*html_of(site)} - searched == set()


def test_no_page_asks_another_host(site: Site, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in html_of(site):
        page.goto(f"{site.url}/{name}", wait_until="networkidle")

    assert len(asked) > len(html_of(site))
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []


def test_the_front_page_has_a_switch_for_the_dark_scheme(site: Site, page: Page) -> None:
    page.goto(site.url)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    page.get_by_title("Switch to light mode").click()
    page.get_by_title("Switch to dark mode").click()

    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


def test_the_search_finds_a_function(site: Site, page: Page) -> None:
    page.goto(site.url)
    page.get_by_role("button", name="Search").first.click()
    page.get_by_role("combobox", name="Search").or_(page.get_by_role("textbox")).fill("TwimlMenu")

    expect(page.get_by_label("Search results")).to_contain_text("TwimlMenu")


def test_the_http_interface_is_shown_in_the_scheme_of_the_page(
    site: Site, browser: Browser
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{site.url}/use/openapi.html")

    expect(page.get_by_role("button", name=re.compile("SendSms")).first).to_be_visible()
    expect(page.locator("html")).to_have_class(re.compile("dark-mode"))
    page.close()


@pytest.mark.parametrize(
    "targets",
    [["gone.py", "gone.png", "gone.md"], ["functions.md#gone"]],
    ids=["files", "anchors"],
)
def test_a_dead_link_fails_the_build(site: Site, targets: list[str]) -> None:
    page = site.clone / "docs" / "use" / "configuration.md"
    text = page.read_text("utf-8")
    page.write_text("".join([text, *(f"\n[A link]({target})\n" for target in targets)]), "utf-8")
    build = [sys.executable, "dev.py", "docs"]
    done = subprocess.run(build, cwd=site.clone, capture_output=True, text=True, check=False)
    page.write_text(text, "utf-8")

    assert done.returncode == 1
    assert [target for target in targets if target not in done.stderr] == []
