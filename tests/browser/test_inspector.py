"""The inspector: what the page shows about webhooks, calls and dropped entries."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from deskphone.app import App
from deskphone.phone import views
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedPage
    from tests.conftest import WebServer

pytestmark = pytest.mark.soak  # detailed browser tests are slow

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
    entry("event", "ringing"), entry("event", "answered"), entry("verb", "Say"),
    entry("event", "keys"), entry("verb", "Play"),
  ];
  const at = "2026-11-22T12:00:00.000Z";
  const one = { at: "2026-11-22T12:00:01.000Z", form: [] };
  const webhooks = [
    { ...one, name: "webhook", purpose: "instructions" },
    { ...one, name: "report", purpose: "status", form: [["CallStatus", "ringing"]] },
  ];
  const nothing = { alerts: [], recordings: [] };
  const steps = stepsOf({ at, record: { timeline }, webhooks, ...nothing });
  return steps.map(({ item }) => item.name);
}"""


def watch_clipboard(page: Page, outcome: str) -> None:
    """Make the clipboard return this promise, and keep what was written in window.copied."""
    write = f"(text) => {{ window.copied = text; return {outcome}; }}"
    page.evaluate(f"Object.defineProperty(navigator.clipboard, 'writeText', {{value: {write}}})")


def test_malformed_response_is_shown_as_text(
    page: Page, live_stack: LocalStack, web_server: "WebServer", console: list[str]
) -> None:
    live_stack.place_call(Url=web_server.twiml("/malformed", MALFORMED))
    page.get_by_test_id("answer").click()

    page.get_by_test_id("webhook").filter(has_text="/malformed").click()

    expect(page.get_by_test_id("markup")).to_have_text(MALFORMED)
    assert page.get_by_test_id("markup").locator("*").count() == 0
    # Chromium's parser styles its own error report, which the page's policy forbids.
    assert all(text.startswith("Applying inline style") for text in console)
    console.clear()


def test_well_formed_response_is_pretty_printed(
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


def test_answer_and_inspect_a_call_on_narrow_screen(page: Page, live_stack: LocalStack) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    live_stack.function("PlaceCall", {"to": HANDSET, "message": "Hello from a narrow place"})
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("caption")).to_have_text("Hello from a narrow place")

    page.get_by_role("button", name="Inspector").click()

    expect(page.get_by_test_id("verb")).to_be_visible()
    expect(page.get_by_test_id("caption")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


def test_timeline_keeps_its_order_and_shows_a_reported_state_once(page: Page) -> None:
    assert page.evaluate(STEPS) == ["answered", "webhook", "Say", "keys", "Play", "report"]


def test_page_says_when_older_entries_were_dropped(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(alerts=[ALERT], dropped={"texts": 0, "calls": 0, "webhooks": 1, "alerts": 0})

    expect(page.get_by_test_id("older")).to_be_visible()


def test_reason_that_repeats_an_error_is_shown_once(page: Page, scripted: "ScriptedPage") -> None:
    reason = "host.json is not valid JSON"
    errors = [{"function": "", "reason": reason}]
    scripted.show(host={"state": "failed", "reason": reason, "functions": [], "errors": errors})

    expect(page.get_by_test_id("host-banner").get_by_text(reason)).to_have_count(1)


def test_page_shows_what_is_odd_about_the_settings(page: Page, scripted: "ScriptedPage") -> None:
    host = {"state": "running", "reason": "", "functions": [], "errors": []}
    scripted.show(host=host | {"warnings": ["ALOWED is not a setting."]})

    expect(page.get_by_test_id("settings-banner")).to_contain_text("ALOWED is not a setting.")


def test_page_is_quiet_when_nothing_was_dropped(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(alerts=[ALERT], dropped={"texts": 0, "calls": 0, "webhooks": 0, "alerts": 0})

    expect(page.get_by_text("Something happened")).to_be_visible()
    expect(page.get_by_test_id("older")).to_have_count(0)


def test_recording_can_be_played(still_page: Page, stack: LocalStack) -> None:
    stack.place_call("<Response><Record/></Response>")
    stack.advance(1)
    still_page.get_by_test_id("answer").click()
    stack.advance(4)
    still_page.get_by_test_id("hangup").click()
    stack.advance(2)

    player = still_page.get_by_test_id("recording").locator("audio")
    player.evaluate("(audio) => audio.play()")

    assert player.evaluate("(audio) => Math.round(audio.duration)") == 4


def test_copied_command_has_the_selected_handset(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(
        app={**views.app(App()), "commands": [["Text it", "curl -d '{handset}' {handset}"]]}
    )
    watch_clipboard(page, "Promise.resolve()")

    page.get_by_test_id("copy").first.click()

    expect(page.get_by_test_id("copy").first).to_have_text("Copied")
    assert page.evaluate("copied") == f"curl -d '{HANDSET}' {HANDSET}"


def test_refused_clipboard_is_reported(page: Page) -> None:
    watch_clipboard(page, "Promise.reject(new DOMException('', 'NotAllowedError'))")

    page.get_by_test_id("copy").first.click()

    expect(page.get_by_test_id("copy").first).to_contain_text("Not allowed")


def test_url_within_a_url_is_not_cut(page: Page) -> None:
    base = "http://127.0.0.1:7071/api"
    split = "async (url) => (await import('/formats.js')).endpoint(url, '" + base + "')"

    assert page.evaluate(split, f"{base}/TwimlMenu?Options[1]=TwimlQueue?Name=a") == [
        "TwimlMenu",
        "?Options[1]=TwimlQueue?Name=a",
    ]
