"""GetSoftphone: the page, what it may load, and the copy of Twilio's SDK beside it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import azure.functions as func
import pytest

import GetSoftphone
from shared import clients
from tests.functions.conftest import HastyClock

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "GetSoftphone" / "page"
PAGE = (FOLDER / "softphone.html").read_text("utf-8")
README = (FOLDER / "README.md").read_text("utf-8")
[SDK] = [path.name for path in FOLDER.glob("*.js")]
URL = "https://app.example/api/GetSoftphone"
# Elements that a screen reader must be able to name.
CONTROLS = {"a", "button", "input"}


def use(value: str) -> None:
    """Make an app with this value of CLIENT_SOFTPHONE."""
    clients.reset(clients.Clients({"CLIENT_SOFTPHONE": value}, HastyClock()))


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    use("true")
    yield
    clients.reset()


def get(file: str = "", *, url: str = URL) -> func.HttpResponse:
    request = func.HttpRequest("GET", url, route_params={"file": file} if file else {}, body=b"")
    return asyncio.run(GetSoftphone.main(request))


def policy() -> dict[str, list[str]]:
    """Return the sources of each directive of the page's policy."""
    directives = get().headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in map(str.split, directives)}


class Outline(HTMLParser):
    """The elements of a page with their attributes and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_data(self, data: str) -> None:
        if self.elements:
            self.elements[-1][2].append(data)

    def named(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Return the attributes and the text of each element with a tag."""
        found = [one for one in self.elements if one[0] == tag]
        return [(attributes, "".join(texts).strip()) for _, attributes, texts in found]


OUTLINE = Outline(PAGE)


@pytest.mark.parametrize("value", ["", "false"])
@pytest.mark.parametrize("file", ["", SDK])
def test_nothing_is_served_unless_the_setting_turns_it_on(value: str, file: str) -> None:
    use(value)
    response = get(file)

    assert response.status_code == 404
    assert "CLIENT_SOFTPHONE" in json.loads(response.get_body())["detail"]


def test_the_page_is_served_as_it_is_in_its_file() -> None:
    response = get()

    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert response.get_body().decode() == PAGE
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-cache"


def test_the_sdk_is_served_to_be_kept() -> None:
    response = get(SDK)

    assert (response.status_code, response.mimetype) == (200, "text/javascript")
    assert response.get_body() == (FOLDER / SDK).read_bytes()
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    ["README.md", "softphone.html", "../function.json", "..", "voice-sdk-9.9.9.js", SDK.upper()],
)
def test_no_other_file_is_served(name: str) -> None:
    assert get(name).status_code == 404


def test_with_a_slash_at_the_end_the_browser_is_sent_to_the_page() -> None:
    response = get(url=f"{URL}/?a=b")

    # Relative to https://app.example/api/GetSoftphone/
    assert (response.status_code, response.headers["Location"]) == (308, "../GetSoftphone")


def test_the_page_loads_only_the_sdk_that_is_beside_it() -> None:
    loaded = [attributes["src"] for attributes, _ in OUTLINE.named("script") if attributes]

    assert loaded == [f"GetSoftphone/{SDK}"]
    assert not OUTLINE.named("link")


def test_the_policy_allows_the_pages_own_code_and_twilio_only() -> None:
    [script] = re.findall("<script>(.*?)</script>", PAGE, re.DOTALL)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    found = policy()

    assert found["default-src"] == found["frame-ancestors"] == found["base-uri"] == ["'none'"]
    assert found["script-src"] == ["'self'", f"'sha256-{digest}'"]
    sources = {source for name in ("connect-src", "media-src") for source in found[name]}
    assert sources == {"'self'", "https://*.twilio.com", "wss://*.twilio.com"}


def test_the_page_has_no_code_or_style_in_attributes() -> None:
    # The policy blocks them.
    found = [
        name
        for _, attributes, _ in OUTLINE.elements
        for name in attributes
        if name == "style" or name.startswith("on")
    ]

    assert found == []


def test_no_page_has_a_function_key() -> None:
    pages = [path for kind in ("html", "js") for path in ROOT.glob(f"Get*/**/*.{kind}")]

    assert FOLDER / "softphone.html" in pages
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search(r"x-functions-key|[?&]code=|\bGetClientToken\b", text), path


def test_every_control_has_a_name_for_screen_readers() -> None:
    labels = {attributes["for"]: text for attributes, text in OUTLINE.named("label")}
    names = {
        str(attributes): text or labels.get(attributes.get("id")) or attributes.get("aria-label")
        for tag in CONTROLS
        for attributes, text in OUTLINE.named(tag)
    }

    assert len(names) > 5
    assert [attributes for attributes, name in names.items() if not name] == []


def test_the_language_and_the_title_are_set_and_changes_are_announced() -> None:
    roles = {attributes.get("role") for _, attributes, _ in OUTLINE.elements}
    [(html, _)] = OUTLINE.named("html")
    [(_, title)] = OUTLINE.named("title")

    assert html["lang"] == "en"
    assert title
    assert {"status", "alert"} <= roles


def test_the_sdk_is_the_published_file_that_its_page_names() -> None:
    [digest] = re.findall("[0-9a-f]{64}", README)
    [version] = re.findall(r"-([0-9.]+)\.js", SDK)

    assert hashlib.sha256((FOLDER / SDK).read_bytes()).hexdigest() == digest
    assert f"| Version | {version} |" in README
    assert f"| File | `{SDK}` |" in README
