"""What the page says about the functions, errors, and failed actions."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from local_stack.testing import HANDSET, HANDSETS, LocalStack

pytestmark = pytest.mark.soak  # detailed browser tests are slow

NARROW_PX = 390
UNKNOWN_VERB = "<Response><Pay/></Response>"
REFUSED = {"title": "Not possible", "detail": "It does not work.", "status": 400}


def dial(page: Page, keys: str) -> None:
    """Type these keys on the computer's keyboard and call."""
    page.get_by_role("button", name="keypad").click()
    for key in keys:
        page.keyboard.press(key)
    page.get_by_role("button", name="Call", exact=True).click()


def refuse_texts(page: Page, console: list[str]) -> None:
    """Send a text that is refused, and wait for the notice."""
    page.route(
        "**/emulator/texts",
        lambda route: route.fulfill(
            status=400, body=json.dumps(REFUSED), content_type="application/problem+json"
        ),
    )
    page.get_by_test_id("compose").fill("Hello")
    page.get_by_test_id("compose").press("Enter")
    expect(page.get_by_test_id("notice")).to_have_text("It does not work.")
    console.clear()


def test_many_unread_numbers_fit_narrow_page(page: Page, live_stack: LocalStack) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    for number in ("+12025550125", "+12025550126"):
        live_stack.function("SendSms", {"to": number, "body": "Hello"})

    expect(page.get_by_test_id("unread")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


def test_switcher_shows_every_number_in_full(page: Page, live_stack: LocalStack) -> None:
    for number in ("+12025550125", "+12025550126", "+12025550127"):
        live_stack.function("SendSms", {"to": number, "body": "Hello"})
    expect(page.get_by_test_id("unread")).to_have_count(3)

    widths = page.locator(".switcher").evaluate("(list) => [list.scrollWidth, list.clientWidth]")

    assert widths[0] == widths[1]


def test_dial_the_app_number_in_national_format(page: Page) -> None:
    dial(page, "2025550100")

    expect(page.get_by_test_id("in-call")).to_contain_text("Your functions")


def test_dial_a_number_with_plus(page: Page) -> None:
    dial(page, "+12025550100")

    expect(page.get_by_test_id("in-call")).to_contain_text("Your functions")


def test_page_without_emulator_says_not_connected(browser: Browser) -> None:
    stack = LocalStack.start(clock="system")
    page = browser.new_page()
    page.goto(stack.emulator_url)
    expect(page.get_by_test_id("host-state")).to_contain_text("running")

    stack.stop()

    expect(page.get_by_test_id("host-state")).to_have_text("Not connected")
    page.close()


def test_notice_disappears(page: Page, console: list[str]) -> None:
    page.clock.install()
    refuse_texts(page, console)

    page.clock.run_for(8000)

    expect(page.get_by_test_id("notice")).to_have_count(0)


def test_notice_does_not_cover_incoming_call(
    page: Page, live_stack: LocalStack, console: list[str]
) -> None:
    refuse_texts(page, console)

    live_stack.function("PlaceCall", {"to": HANDSET})

    expect(page.get_by_test_id("incoming-call")).to_be_visible()
    notice = page.get_by_test_id("notice").bounding_box()
    call = page.get_by_test_id("incoming-call").bounding_box()
    assert notice is not None
    assert call is not None
    assert notice["y"] + notice["height"] <= call["y"]


def test_escape_closes_open_menu(page: Page) -> None:
    page.get_by_test_id("host-state").click()
    expect(page.locator("details[open]")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(page.locator("details[open]")).to_have_count(0)


def test_click_elsewhere_closes_open_menu(page: Page) -> None:
    page.get_by_test_id("host-state").click()
    expect(page.locator("details[open]")).to_have_count(1)

    page.get_by_test_id("compose").click()

    expect(page.locator("details[open]")).to_have_count(0)


def test_ended_call_shows_the_problem(page: Page, live_stack: LocalStack) -> None:
    live_stack.place_call(UNKNOWN_VERB)

    page.get_by_test_id("answer").click()

    expect(page.get_by_test_id("call-ended")).to_contain_text("Pay")


def test_ended_call_shows_404_for_missing_url(page: Page, live_stack: LocalStack) -> None:
    live_stack.place_call(Url=f"{live_stack.functions_url}/api/NoSuchFunction")

    page.get_by_test_id("answer").click()

    ended = page.get_by_test_id("call-ended")
    expect(ended).to_contain_text("404", timeout=15_000)  # Twilio apologizes first


def test_narrow_inspector_shows_ringing(page: Page, live_stack: LocalStack) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    page.get_by_role("button", name="Inspector").click()

    live_stack.function("PlaceCall", {"to": HANDSETS[1]})

    expect(page.get_by_role("button", name="Phone")).to_contain_text("ringing")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX
