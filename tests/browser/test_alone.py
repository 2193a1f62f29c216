"""The page of a deskphone without an app beside it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.deskphone.alone import Alone, running

pytestmark = pytest.mark.soak  # what the page does in detail takes its time in a browser


@pytest.fixture(scope="module")
def alone() -> Iterator[Alone]:
    with running("system") as alone:
        yield alone


@pytest.fixture
def page(context: BrowserContext, alone: Alone) -> Iterator[Page]:
    """The phone page; anything in the browser's console is a failure."""
    alone.world("reset").raise_for_status()
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(alone.url)
    page.get_by_test_id("handset-tab").first.wait_for()
    yield page
    page.close()
    assert complaints == []


def test_what_belongs_to_an_app_is_left_out(page: Page) -> None:
    page.get_by_test_id("numbers").click()

    expect(page).to_have_title("deskphone")
    expect(page.get_by_test_id("host-state")).to_have_count(0)
    expect(page.get_by_test_id("copy")).to_have_count(0)
    expect(page.get_by_label("Examples")).to_have_count(0)
    expect(page.get_by_test_id("voice_url")).to_have_value("")
    expect(page.get_by_role("heading", name="Your app")).to_be_visible()


def test_only_faults_of_twilio_are_offered(page: Page) -> None:
    page.get_by_test_id("break").click()

    expect(page.locator(".fault")).to_have_count(5)
    page.get_by_label("Twilio: answers lost").check()
    expect(page.get_by_test_id("faults")).to_contain_text("Twilio: answers lost, once")


def test_a_text_that_nothing_answers_says_what_to_set(page: Page) -> None:
    page.get_by_test_id("compose").fill("Hello")
    page.get_by_test_id("compose").press("Enter")

    expect(page.get_by_test_id("alert")).to_contain_text("has no SmsUrl")
