"""The page of a standalone deskphone, without an app."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import opened
from tests.deskphone.standalone import Standalone, running

pytestmark = pytest.mark.soak  # detailed browser tests are slow


@pytest.fixture(scope="module")
def standalone() -> Iterator[Standalone]:
    with running("system") as standalone:
        yield standalone


@pytest.fixture
def page(context: BrowserContext, standalone: Standalone, console: list[str]) -> Iterator[Page]:
    """The phone page, freshly opened."""
    standalone.world("reset").raise_for_status()
    yield from opened(context, standalone.url, console)


def test_page_shows_nothing_app_specific(page: Page) -> None:
    page.get_by_test_id("numbers").click()

    expect(page).to_have_title("deskphone")
    expect(page.get_by_test_id("host-state")).to_have_count(0)
    expect(page.get_by_test_id("copy")).to_have_count(0)
    expect(page.get_by_label("Examples")).to_have_count(0)
    expect(page.get_by_test_id("voice_url")).to_have_value("")
    expect(page.get_by_role("heading", name="Your app")).to_be_visible()


def test_menu_offers_only_twilio_faults(page: Page) -> None:
    page.get_by_test_id("fault-menu").click()

    expect(page.locator(".fault")).to_have_count(8)
    page.get_by_label("Twilio: answers lost").check()
    expect(page.get_by_test_id("faults")).to_contain_text("Twilio: answers lost, once")


def test_text_without_handler_says_what_to_set(page: Page) -> None:
    page.get_by_test_id("compose").fill("Hello")
    page.get_by_test_id("compose").press("Enter")

    expect(page.get_by_test_id("alert")).to_contain_text("has no SmsUrl")
