"""The first minutes with the page: a text comes, it is answered, and the phone rings."""

from playwright.sync_api import Page, expect

from local_stack.testing import HANDSET, LocalStack


def test_receive_a_text_reply_and_see_the_response(page: Page, live_stack: LocalStack) -> None:
    live_stack.function("SendSms", {"to": HANDSET, "body": "Your table is ready"})
    thread = page.get_by_test_id("thread")
    expect(thread).to_contain_text("Your table is ready")

    page.get_by_test_id("compose").fill("On my way")
    page.get_by_test_id("compose").press("Enter")

    expect(thread).to_contain_text("You wrote: On my way")
    expect(page.get_by_test_id("webhook").filter(has_text="TwimlReply")).to_have_count(1)


def test_answered_call_says_hello_world(page: Page, live_stack: LocalStack) -> None:
    live_stack.function("PlaceCall", {"to": HANDSET})
    expect(page.get_by_test_id("incoming-call")).to_be_visible()

    page.get_by_test_id("answer").click()

    expect(page.get_by_test_id("verb")).to_contain_text("Hello World")
    expect(page.get_by_test_id("in-call")).to_have_count(0)
    assert page.evaluate("window.said") == ["Hello World"]
