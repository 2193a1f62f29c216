"""The account's numbers on the page: what handles them, and how to reach them."""

import pytest
from playwright.sync_api import Page, expect

from deskphone.values import LINE, LINE_SID, SHARED_KEY
from local_stack.testing import LocalStack

pytestmark = pytest.mark.soak  # detailed browser tests are slow


@pytest.fixture
def numbers(page: Page) -> Page:
    """The page with the list of numbers open."""
    page.get_by_test_id("numbers").click()
    return page


def change(page: Page, label: str, address: str) -> None:
    """Enter a URL for the first number, and wait for the response."""
    with page.expect_response("**/emulator/numbers/*"):
        page.get_by_label(label).first.fill(address)
        page.keyboard.press("Enter")


def test_selected_example_handles_the_next_call(numbers: Page) -> None:
    with numbers.expect_response("**/emulator/numbers/*"):
        numbers.get_by_label("Examples: Calls").select_option("A message")
    numbers.keyboard.press("Escape")

    numbers.get_by_test_id("call-line").click()

    expect(numbers.get_by_test_id("caption")).to_have_text("We are closed today.")


def test_forward_example_sends_texts_to_the_second_handset(numbers: Page) -> None:
    with numbers.expect_response("**/emulator/numbers/*"):
        numbers.get_by_label("Examples: Texts").select_option("Forward")
    numbers.keyboard.press("Escape")

    numbers.get_by_test_id("compose").fill("My invoice is wrong")
    numbers.get_by_test_id("compose").press("Enter")

    expect(numbers.get_by_test_id("unread")).to_contain_text("1")


def test_external_url_is_kept_whole(numbers: Page, live_stack: LocalStack) -> None:
    change(numbers, "Texts to (202) 555-0100", "https://example.com/texts")

    expect(numbers.get_by_test_id("sms_url")).to_have_value("https://example.com/texts")
    record = live_stack.rest("GET", f"IncomingPhoneNumbers/{LINE_SID}.json").json()
    assert record["sms_url"] == "https://example.com/texts"


def test_url_may_contain_spaces_and_umlauts(numbers: Page) -> None:
    change(numbers, "Calls to (202) 555-0100", "TwimlMessage?Message=Grüß Gott")
    expect(numbers.get_by_test_id("voice_url")).to_have_value(
        "TwimlMessage?Message=Gr%C3%BC%C3%9F%20Gott"
    )
    numbers.keyboard.press("Escape")

    numbers.get_by_test_id("call-line").click()

    expect(numbers.get_by_test_id("caption")).to_have_text("Grüß Gott")


def test_invalid_url_shows_why(numbers: Page, console: list[str]) -> None:
    change(numbers, "Calls to (202) 555-0100", "ftp://example.com/calls")

    field = numbers.get_by_test_id("voice_url")
    expect(field).to_have_js_property("validity.valid", False)
    message = field.evaluate("(field) => field.validationMessage")
    assert message == "VoiceUrl is not a valid URL"
    console.clear()


def test_new_number_can_be_called_and_removed(numbers: Page) -> None:
    numbers.get_by_test_id("add-number").click()
    expect(numbers.get_by_test_id("number")).to_have_count(2)
    conversations = numbers.get_by_label("Conversation").locator("option")
    expect(conversations).to_have_count(2)

    numbers.get_by_role("button", name="Remove").click()

    expect(numbers.get_by_test_id("number")).to_have_count(1)


def test_dialer_offers_each_number(numbers: Page) -> None:
    numbers.get_by_test_id("add-number").click()
    expect(numbers.get_by_test_id("number")).to_have_count(2)
    numbers.keyboard.press("Escape")
    numbers.get_by_role("button", name="keypad").click()
    offered = numbers.get_by_label("App numbers")

    offered.select_option(index=2)

    number = offered.input_value()
    assert number != LINE
    expect(numbers.get_by_label("Number", exact=True)).to_contain_text(number[-4:])


def test_a_shared_key_signs_and_is_shown(numbers: Page, live_stack: LocalStack) -> None:
    with numbers.expect_response("**/emulator/numbers/*"):
        numbers.get_by_test_id("shared_key").check()

    expect(numbers.get_by_test_id("number")).to_contain_text(SHARED_KEY)

    sid = live_stack.text("Hello")
    numbers.keyboard.press("Escape")
    expect(numbers.get_by_text("You wrote: Hello").first).to_be_visible()
    assert [one["status"] for one in live_stack.webhooks(sid)] == [200]
