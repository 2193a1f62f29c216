"""A headless Chromium; where there is none the tests say so."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from deskphone.app import App
from deskphone.faults.kinds import TWILIO, WEBHOOKS
from deskphone.phone import views
from local_stack.faults.services import HOST, STORAGE, VAULT
from local_stack.testing import HANDSET, LocalStack

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# The page may use the browser's speech; headless Chromium has no voices, so the tests listen in.
LISTEN_IN = """
window.said = [];
Object.defineProperty(window, "speechSynthesis", {value: {
  speak(utterance) {
    window.said.push(utterance.text);
    setTimeout(() => { utterance.onstart?.({}); utterance.onend?.({}); }, 5);
  },
  cancel() {}, getVoices() { return []; }, addEventListener() {}, removeEventListener() {},
}});
"""
ANSWERS_URL = "http://127.0.0.1:7071/api"
SNAPSHOT: dict[str, object] = {
    "line": "+12025550100",
    "numbers": [],
    "handsets": [HANDSET],
    "texts": [],
    "calls": [],
    "webhooks": [],
    "alerts": [],
    "queues": [],
    "conferences": [],
    "recordings": [],
    "host": {"state": "running", "reason": "", "functions": [], "errors": []},
    "clock": {"kind": "manual", "now": "2026-11-22T12:00:00Z"},
    "faults": {"seed": 0, "faults": []},
    "fault_services": {
        service.name: views.service(service) for service in (TWILIO, WEBHOOKS, VAULT, STORAGE, HOST)
    },
    "app": views.app(App(title="Switchboard", name="your functions", answers_url=ANSWERS_URL)),
    "dropped": {},
}
STAND_IN = """
window.EventSource = class extends EventTarget {
  constructor() {
    super();
    window.tell = (name, data) =>
      this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
    setTimeout(window.tell, 0, "snapshot", SNAPSHOT);
  }
  close() {}
};
"""
"""In place of the stream of events."""


def chromium_path() -> str | None:
    """Return the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module: while it is open, its event loop holds the main thread."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium found; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def live_stack() -> Iterator[LocalStack]:
    """A stack on the system's clock: people in front of the page do not turn clocks."""
    stack = LocalStack.start(clock="system")
    yield stack
    stack.stop()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console has said; a test that expects some of it clears the list."""
    return []


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """One person's browser for a module; each test opens a page of its own in it."""
    # Without animations: Playwright waits for a button to stand still before it clicks.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.add_init_script(LISTEN_IN)
    return context


def opened(context: BrowserContext, stack: LocalStack, complaints: list[str]) -> Iterator[Page]:
    """Yield the phone page of a stack; anything in the browser's console is a failure."""
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(stack.emulator_url)
    # What comes before the first snapshot is no news for the page.
    page.get_by_test_id("handset-tab").first.wait_for()
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext, live_stack: LocalStack, complaints: list[str]) -> Iterator[Page]:
    """The phone page, just opened, on the system's clock."""
    live_stack.reset()
    yield from opened(context, live_stack, complaints)


@pytest.fixture
def still_page(context: BrowserContext, stack: LocalStack, complaints: list[str]) -> Iterator[Page]:
    """The phone page on a clock that only the test moves."""
    yield from opened(context, stack, complaints)


@dataclass
class ToldPage:
    """A page that knows what a test tells it; no emulator hears what it says."""

    page: Page
    posted: list[tuple[str, object]] = field(default_factory=list[tuple[str, object]])
    """What the person did: paths below /emulator/, and bodies."""

    def show(self, **members: object) -> None:
        """Load the page anew with this snapshot."""
        snapshot = json.dumps({**SNAPSHOT, **members})
        self.page.add_init_script(STAND_IN.replace("SNAPSHOT", snapshot))
        self.page.route("**/emulator/**", self._take)
        self.page.reload()

    def tell(self, name: str, data: object) -> None:
        """Send the page an event."""
        self.page.evaluate("([name, data]) => tell(name, data)", [name, data])

    def _take(self, route: Route) -> None:
        path = route.request.url.partition("/emulator/")[2]
        self.posted.append((path, route.request.post_data_json))
        route.fulfill(json={})


@pytest.fixture
def told(page: Page) -> ToldPage:
    """A page with no emulator behind it."""
    return ToldPage(page)
