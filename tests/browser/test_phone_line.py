"""A phone line from end to end: what people with several handsets do and see in the browser."""

from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from emulator.testing import HANDSET, HANDSETS, LocalStack

SECOND = HANDSETS[1]


def address(stack: LocalStack, name: str, **parameters: str) -> str:
    """Return the whole address of a function with its parameters."""
    return f"{stack.functions_url}/api/{name}?{urlencode(parameters)}"


def answer_calls_with(page: Page, address: str, number: int = 0) -> None:
    """Enter on the page what answers the calls to a number."""
    page.get_by_test_id("numbers").click()
    with page.expect_response("**/emulator/numbers/*"):
        page.get_by_test_id("voice_url").nth(number).fill(address)
        page.get_by_test_id("voice_url").nth(number).press("Enter")
    page.keyboard.press("Escape")


def take(page: Page, number: str) -> None:
    """Take a handset in hand."""
    page.locator(f"[data-number='{number}']").click()


def call_line(page: Page, stack: LocalStack) -> None:
    """Call the line with the handset in hand, and let it answer."""
    page.get_by_test_id("call-line").click()
    page.get_by_test_id("hangup").wait_for()
    stack.advance(1)


def test_a_call_goes_through_a_menu_to_another_handset(still_page: Page, stack: LocalStack) -> None:
    page = still_page
    option = address(stack, "TwimlForward", PhoneNumber=SECOND)
    menu = urlencode({"Message": "Press 1 for us.", "Options[1]": option})
    answer_calls_with(page, f"TwimlMenu?{menu}")
    call_line(page, stack)
    expect(page.get_by_test_id("caption")).to_have_text("Press 1 for us.")

    page.get_by_test_id("key-1").click()
    expect(page.get_by_test_id("in-call")).to_contain_text("Calling (202) 555-0124")
    page.get_by_test_id("answer-tab").click()
    stack.advance(1)

    expect(page.get_by_test_id("in-call")).to_contain_text("Connected with (202) 555-0123")
    take(page, HANDSET)
    expect(page.get_by_test_id("in-call")).to_contain_text("Connected with (202) 555-0124")
