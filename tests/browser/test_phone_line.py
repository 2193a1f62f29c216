"""A phone line end to end: what people with several handsets do and see in the browser."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import HANDSET, HANDSETS, LocalStack

SECOND = HANDSETS[1]
LENGTH = """(url) => new Promise((resolve, reject) => {
  const audio = new Audio(url);
  audio.onloadedmetadata = () => resolve(audio.duration);
  audio.onerror = () => reject(audio.error);
})"""


def address(stack: LocalStack, name: str, **parameters: str) -> str:
    """Return the full URL of a function with its parameters."""
    return f"{stack.functions_url}/api/{name}?{urlencode(parameters)}"


def answer_calls_with(page: Page, address: str, number: int = 0) -> None:
    """Enter on the page what handles the calls to a number."""
    page.get_by_test_id("numbers").click()
    with page.expect_response("**/emulator/numbers/*"):
        page.get_by_test_id("voice_url").nth(number).fill(address)
        page.get_by_test_id("voice_url").nth(number).press("Enter")
    page.keyboard.press("Escape")


def switch_to(page: Page, number: str) -> None:
    """Select a handset."""
    page.locator(f"[data-number='{number}']").click()


def add_handset(page: Page) -> None:
    """Add a handset with the suggested number."""
    page.get_by_test_id("add-handset").click()
    page.get_by_label("Handset number").press("Enter")


def call_line(page: Page, stack: LocalStack) -> None:
    """Call the app from the selected handset, and let it answer."""
    page.get_by_test_id("call-line").click()
    page.get_by_test_id("hangup").wait_for()
    stack.advance(1)


def test_menu_forwards_a_call_to_another_handset(still_page: Page, stack: LocalStack) -> None:
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

    expect(page.get_by_test_id("in-call")).to_contain_text("Connected to (202) 555-0123")
    switch_to(page, HANDSET)
    expect(page.get_by_test_id("in-call")).to_contain_text("Connected to (202) 555-0124")


def test_unanswered_caller_leaves_a_voicemail_that_the_owner_can_play(
    still_page: Page, stack: LocalStack
) -> None:
    page = still_page
    voicemail = address(stack, "TwimlVoicemail", Notify=SECOND, Message="Please speak.")
    forward = urlencode({"PhoneNumber": SECOND, "FailUrl": voicemail})
    answer_calls_with(page, f"TwimlForward?{forward}")
    call_line(page, stack)

    stack.advance(30)  # no one answers, and the greeting ends
    expect(page.get_by_test_id("in-call")).to_contain_text("Recording…")
    stack.advance(7)
    page.get_by_test_id("hangup").click()
    stack.advance(2)

    expect(page.get_by_test_id("recording")).to_contain_text("0:12")
    switch_to(page, SECOND)
    expect(page.get_by_test_id("thread")).to_contain_text("(0:12)")
    with page.expect_popup() as opened:
        page.get_by_test_id("thread").get_by_role("link").click()
    assert round(opened.value.evaluate(LENGTH, opened.value.url)) == 12
    opened.value.close()


@pytest.mark.soak
def test_agent_takes_queued_callers_in_order(still_page: Page, stack: LocalStack) -> None:
    page = still_page
    answer_calls_with(page, "TwimlQueue?Name=support")
    call_line(page, stack)
    switch_to(page, SECOND)
    call_line(page, stack)
    waiting = page.get_by_test_id("queue").get_by_role("listitem")
    expect(waiting).to_contain_text(["(202) 555-0123", "(202) 555-0124"])

    answer_calls_with(page, "TwimlAgent?Name=support")  # callers are agents from now on
    add_handset(page)
    call_line(page, stack)
    stack.advance(5)  # the caller hears the announcement first

    expect(page.get_by_test_id("in-call")).to_contain_text("Connected to (202) 555-0123")
    expect(waiting).to_contain_text(["(202) 555-0124"])
    page.get_by_test_id("hangup").click()
    page.get_by_role("button", name="Done").click()
    call_line(page, stack)
    stack.advance(5)
    expect(page.get_by_test_id("in-call")).to_contain_text("Connected to (202) 555-0124")
    expect(page.get_by_test_id("queue")).to_have_count(0)


@pytest.mark.soak
def test_three_handsets_join_a_conference(still_page: Page, stack: LocalStack) -> None:
    page = still_page
    answer_calls_with(page, "TwimlConference?Name=meeting")
    call_line(page, stack)
    switch_to(page, SECOND)
    call_line(page, stack)
    add_handset(page)
    call_line(page, stack)
    stack.advance(5)  # everyone has heard the greeting

    together = "In conference meeting with (202) 555-0123 and (202) 555-0124"
    expect(page.get_by_test_id("in-call")).to_contain_text(together)
    people = page.get_by_test_id("conference").get_by_role("listitem")
    expect(people).to_contain_text(["(202) 555-0123", "(202) 555-0124", "(202) 555-0125"])
