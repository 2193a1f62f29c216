"""The inspector: what the page tells about webhooks, calls and what is gone."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from deskphone.app import App
from deskphone.phone import views
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.browser.conftest import ToldPage
    from tests.conftest import WebServer

pytestmark = pytest.mark.soak  # what the page does in detail takes its time in a browser

MALFORMED = "<Response><Say>Never & closed</Response>"
NARROW_PX = 390
ALERT = {
    "id": "NO1",
    "at": "2026-11-22T12:00:00.000Z",
    "sid": "",
    "level": "warning",
    "kind": "emulator",
    "code": None,
    "message": "Something happened",
}
STEPS = """async () => {
  const { stepsOf } = await import("/traces.js");
  const entry = (kind, name) => ({ kind, name, at: 1, attributes: {} });
  const timeline = [
    entry("event", "answered"), entry("verb", "Say"), entry("event", "keys"), entry("verb", "Play"),
  ];
  const at = "2026-11-22T12:00:00.000Z";
  const delivery = { at: "2026-11-22T12:00:01.000Z", name: "webhook", purpose: "instructions" };
  const nothing = { alerts: [], recordings: [] };
  const steps = stepsOf({ at, record: { timeline }, deliveries: [delivery], ...nothing });
  return steps.map(({ item }) => item.name);
}"""


def watch_clipboard(page: Page, outcome: str) -> None:
    """Let the clipboard end in this promise; what was written is in window.copied."""
    write = f"(text) => {{ window.copied = text; return {outcome}; }}"
    page.evaluate(f"Object.defineProperty(navigator.clipboard, 'writeText', {{value: {write}}})")


def test_a_malformed_answer_is_shown_as_text(
    page: Page, live_stack: LocalStack, web_server: "WebServer", complaints: list[str]
) -> None:
    live_stack.place_call(Url=web_server.twiml("/malformed", MALFORMED))
    page.get_by_test_id("answer").click()

    page.get_by_test_id("webhook").filter(has_text="/malformed").click()

    expect(page.get_by_test_id("markup")).to_have_text(MALFORMED)
    assert page.get_by_test_id("markup").locator("*").count() == 0
    # Chromium's parser styles its own report of the error, which the page's policy refuses.
    assert all(text.startswith("Applying inline style") for text in complaints)
    complaints.clear()


def test_a_well_formed_answer_is_shown_with_its_elements(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    say = "<Say voice='alice'>Hi <![CDATA[<you>]]></Say>"
    twiml = f"<?xml version='1.0'?><Response><!-- warm -->{say}</Response>"
    live_stack.place_call(Url=web_server.twiml("/greeting", twiml))
    page.get_by_test_id("answer").click()

    page.get_by_test_id("webhook").filter(has_text="/greeting").click()

    expect(page.get_by_test_id("markup")).to_have_text(
        "<?xml version='1.0'?> "
        '<Response> <!-- warm --> <Say voice="alice">Hi <you></Say> </Response>'
    )


def test_a_call_is_answered_and_inspected_on_a_narrow_screen(
    page: Page, live_stack: LocalStack
) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    live_stack.function("PlaceCall", {"to": HANDSET, "message": "Hello from a narrow place"})
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("caption")).to_have_text("Hello from a narrow place")

    page.get_by_role("button", name="Inspector").click()

    expect(page.get_by_test_id("verb")).to_be_visible()
    expect(page.get_by_test_id("caption")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


def test_the_timeline_keeps_its_order_when_no_time_passes(page: Page) -> None:
    assert page.evaluate(STEPS) == ["answered", "webhook", "Say", "keys", "Play"]


def test_the_page_says_that_older_entries_are_gone(page: Page, told: "ToldPage") -> None:
    told.show(alerts=[ALERT], dropped={"texts": 0, "calls": 0, "webhooks": 1, "alerts": 0})

    expect(page.get_by_test_id("older")).to_be_visible()


def test_a_reason_that_is_an_error_too_is_told_once(page: Page, told: "ToldPage") -> None:
    reason = "host.json is not valid JSON"
    errors = [{"function": "", "reason": reason}]
    told.show(host={"state": "failed", "reason": reason, "functions": [], "errors": errors})

    expect(page.get_by_test_id("host-banner").get_by_text(reason)).to_have_count(1)


def test_nothing_is_said_to_be_gone_when_nothing_is(page: Page, told: "ToldPage") -> None:
    told.show(alerts=[ALERT], dropped={"texts": 0, "calls": 0, "webhooks": 0, "alerts": 0})

    expect(page.get_by_text("Something happened")).to_be_visible()
    expect(page.get_by_test_id("older")).to_have_count(0)


def test_a_recording_can_be_heard(still_page: Page, stack: LocalStack) -> None:
    stack.place_call("<Response><Record/></Response>")
    stack.advance(1)
    still_page.get_by_test_id("answer").click()
    stack.advance(4)
    still_page.get_by_test_id("hangup").click()
    stack.advance(2)

    player = still_page.get_by_test_id("recording").locator("audio")
    player.evaluate("(audio) => audio.play()")

    assert player.evaluate("(audio) => Math.round(audio.duration)") == 4


def test_a_command_is_copied_with_the_handset_in_hand(page: Page, told: "ToldPage") -> None:
    told.show(app={**views.app(App()), "commands": [["Text it", "curl -d '{handset}' {handset}"]]})
    watch_clipboard(page, "Promise.resolve()")

    page.get_by_test_id("copy").first.click()

    expect(page.get_by_test_id("copy").first).to_have_text("Copied")
    assert page.evaluate("copied") == f"curl -d '{HANDSET}' {HANDSET}"


def test_a_clipboard_that_refuses_is_told(page: Page) -> None:
    watch_clipboard(page, "Promise.reject(new DOMException('', 'NotAllowedError'))")

    page.get_by_test_id("copy").first.click()

    expect(page.get_by_test_id("copy").first).to_contain_text("Not allowed")


def test_an_address_inside_an_address_is_shown_to_its_end(page: Page) -> None:
    base = "http://127.0.0.1:7071/api"
    split = "async (url) => (await import('/formats.js')).endpoint(url, '" + base + "')"

    assert page.evaluate(split, f"{base}/TwimlMenu?Options[1]=TwimlQueue?Name=a") == [
        "TwimlMenu",
        "?Options[1]=TwimlQueue?Name=a",
    ]
