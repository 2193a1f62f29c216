"""Fixtures for a headless Chromium; without one, the tests are skipped."""

import json
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from deskphone.app import App
from deskphone.faults.kinds import TWILIO, WEBHOOKS
from deskphone.phone import views
from local_stack.faults.services import HOST, STORAGE, VAULT
from local_stack.testing import HANDSET, LocalStack

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
MICROPHONE = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",  # for machines whose only interface is loopback
)
"""Flags for a browser with a microphone that every page may use."""
NO_CLICK_NEEDED = "--autoplay-policy=no-user-gesture-required"
ANSWERS_URL = "http://127.0.0.1:7071/api"
SNAPSHOT: dict[str, object] = {
    "line": "+12025550100",
    "numbers": [],
    "handsets": [HANDSET],
    "browsers": [],
    "texts": [],
    "calls": [],
    "webhooks": [],
    "alerts": [],
    "queues": [],
    "conferences": [],
    "recordings": [],
    "host": {"state": "running", "reason": "", "functions": [], "errors": [], "warnings": []},
    "clock": {"kind": "manual", "now": "2026-11-22T12:00:00Z"},
    "faults": {"seed": 0, "faults": []},
    "fault_services": {
        service.name: views.service(service) for service in (TWILIO, WEBHOOKS, VAULT, STORAGE, HOST)
    },
    "app": views.app(App(title="Switchboard", name="your functions", answers_url=ANSWERS_URL)),
    "dropped": {},
}
EVENT_SOURCE = """
window.EventSource = class extends EventTarget {
  constructor() {
    super();
    window.emit = (name, data) =>
      this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
    setTimeout(window.emit, 0, "snapshot", SNAPSHOT);
  }
  close() {}
};
"""
"""A replacement for the page's event stream."""


def chromium_path() -> str | None:
    """Return the path of the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@contextmanager
def chromium(*flags: str) -> Generator[Browser]:
    """Open the system's Chromium with these command-line flags; skip the test without one."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium found; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield one browser per module: while it is open, its event loop blocks the main thread."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def live_stack() -> Iterator[LocalStack]:
    """A stack on the system clock, for tests that act like a person at the page."""
    stack = LocalStack.start(clock="system")
    yield stack
    stack.stop()


@pytest.fixture
def console() -> list[str]:
    """The messages in the browser's console. A test that expects some of them clears the list."""
    return []


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """One browser context per module; each test opens its own page in it."""
    # No animations: Playwright waits for a button to stop moving before it clicks.
    return browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")


def opened(context: BrowserContext, url: str, console: list[str]) -> Iterator[Page]:
    """Yield the phone page at a URL; fail if anything is written to the console."""
    page = context.new_page()
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.goto(url)
    # The page ignores events that come before the first snapshot.
    page.get_by_test_id("handset-tab").first.wait_for()
    yield page
    page.close()
    assert console == []


@pytest.fixture
def page(context: BrowserContext, live_stack: LocalStack, console: list[str]) -> Iterator[Page]:
    """The phone page, freshly opened, on the system clock."""
    live_stack.reset()
    yield from opened(context, live_stack.emulator_url, console)


@pytest.fixture
def still_page(context: BrowserContext, stack: LocalStack, console: list[str]) -> Iterator[Page]:
    """The phone page on a manual clock."""
    yield from opened(context, stack.emulator_url, console)


@dataclass
class ScriptedPage:
    """A page that gets its events from the test instead of an emulator."""

    page: Page
    posted: list[tuple[str, object]] = field(default_factory=list[tuple[str, object]])
    """Requests that the page made: paths below /emulator/, and bodies."""

    def show(self, **members: object) -> None:
        """Reload the page with this snapshot."""
        snapshot = json.dumps({**SNAPSHOT, **members})
        self.page.add_init_script(EVENT_SOURCE.replace("SNAPSHOT", snapshot))
        self.page.route("**/emulator/**", self._take)
        self.page.reload()

    def send(self, name: str, data: object) -> None:
        """Send an event to the page."""
        self.page.evaluate("([name, data]) => emit(name, data)", [name, data])

    def _take(self, route: Route) -> None:
        path = route.request.url.partition("/emulator/")[2]
        self.posted.append((path, route.request.post_data_json))
        route.fulfill(json={})


@pytest.fixture
def scripted(page: Page) -> ScriptedPage:
    """A page without an emulator."""
    return ScriptedPage(page)
