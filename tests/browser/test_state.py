"""What the page says of the functions, of errors, and of what it could not do."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from local_stack.testing import HANDSET, HANDSETS, LocalStack

pytestmark = pytest.mark.soak  # what the page does in detail takes its time in a browser

NARROW_PX = 390
UNKNOWN_VERB = "<Response><Pay/></Response>"
REFUSED = {"title": "Not possible", "detail": "It does not work.", "status": 400}


def dial(page: Page, keys: str) -> None:
    """Type these keys on the real keyboard and call."""
    page.get_by_role("button", name="keypad").click()
    for key in keys:
        page.keyboard.press(key)
    page.get_by_role("button", name="Call", exact=True).click()


def refuse_texts(page: Page, complaints: list[str]) -> None:
    """Send a text that is refused; the notice is on the screen then."""
    page.route(
        "**/emulator/texts",
        lambda route: route.fulfill(
            status=400, body=json.dumps(REFUSED), content_type="application/problem+json"
        ),
    )
    page.get_by_test_id("compose").fill("Hello")
    page.get_by_test_id("compose").press("Enter")
    expect(page.get_by_test_id("notice")).to_have_text("It does not work.")
    complaints.clear()


def test_many_numbers_with_unread_texts_leave_a_narrow_page_its_width(
    page: Page, live_stack: LocalStack
) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    for number in ("+12025550125", "+12025550126"):
        live_stack.function("SendSms", {"to": number, "body": "Hello"})

    expect(page.get_by_test_id("unread")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


def test_no_number_in_the_switcher_is_cut(page: Page, live_stack: LocalStack) -> None:
    for number in ("+12025550125", "+12025550126", "+12025550127"):
        live_stack.function("SendSms", {"to": number, "body": "Hello"})
    expect(page.get_by_test_id("unread")).to_have_count(3)

    widths = page.locator(".switcher").evaluate("(list) => [list.scrollWidth, list.clientWidth]")

    assert widths[0] == widths[1]


def test_the_number_of_the_functions_can_be_dialled_as_it_is_shown(page: Page) -> None:
    dial(page, "2025550100")

    expect(page.get_by_test_id("in-call")).to_contain_text("Your functions")


def test_a_number_can_be_dialled_with_its_plus(page: Page) -> None:
    dial(page, "+12025550100")

    expect(page.get_by_test_id("in-call")).to_contain_text("Your functions")


def test_a_page_without_the_emulator_says_nothing_of_running_functions(browser: Browser) -> None:
    stack = LocalStack.start(clock="system")
    page = browser.new_page()
    page.goto(stack.emulator_url)
    expect(page.get_by_test_id("host-state")).to_contain_text("running")

    stack.stop()

    expect(page.get_by_test_id("host-state")).to_have_text("Not connected")
    page.close()


def test_a_notice_goes_away_for_good(page: Page, complaints: list[str]) -> None:
    page.clock.install()
    refuse_texts(page, complaints)

    page.clock.run_for(8000)

    expect(page.get_by_test_id("notice")).to_have_count(0)


def test_a_notice_leaves_an_incoming_call_uncovered(
    page: Page, live_stack: LocalStack, complaints: list[str]
) -> None:
    refuse_texts(page, complaints)

    live_stack.function("PlaceCall", {"to": HANDSET})

    expect(page.get_by_test_id("incoming-call")).to_be_visible()
    notice = page.get_by_test_id("notice").bounding_box()
    call = page.get_by_test_id("incoming-call").bounding_box()
    assert notice is not None
    assert call is not None
    assert notice["y"] + notice["height"] <= call["y"]


def test_escape_closes_what_was_opened(page: Page) -> None:
    page.get_by_test_id("host-state").click()
    expect(page.locator("details[open]")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(page.locator("details[open]")).to_have_count(0)


def test_a_click_elsewhere_closes_what_was_opened(page: Page) -> None:
    page.get_by_test_id("host-state").click()
    expect(page.locator("details[open]")).to_have_count(1)

    page.get_by_test_id("compose").click()

    expect(page.locator("details[open]")).to_have_count(0)


def test_a_call_that_ends_with_a_problem_says_which(page: Page, live_stack: LocalStack) -> None:
    live_stack.place_call(UNKNOWN_VERB)

    page.get_by_test_id("answer").click()

    expect(page.get_by_test_id("call-ended")).to_contain_text("Pay")


def test_a_call_whose_address_is_not_found_says_so(page: Page, live_stack: LocalStack) -> None:
    live_stack.place_call(Url=f"{live_stack.functions_url}/api/NoSuchFunction")

    page.get_by_test_id("answer").click()

    ended = page.get_by_test_id("call-ended")
    expect(ended).to_contain_text("404", timeout=15_000)  # Twilio apologises first


def test_the_inspector_on_a_narrow_screen_shows_that_the_phone_rings(
    page: Page, live_stack: LocalStack
) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    page.get_by_role("button", name="Inspector").click()

    live_stack.function("PlaceCall", {"to": HANDSETS[1]})

    expect(page.get_by_role("button", name="Phone")).to_contain_text("ringing")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX
