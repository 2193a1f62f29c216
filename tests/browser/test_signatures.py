"""A rejected signature on the page: what differs, and what to do."""

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

pytestmark = pytest.mark.soak  # detailed browser tests are slow

NARROW_PX = 390
SIGNATURE = {
    "reason": "The X-Twilio-Signature does not match.",
    "url": "https://app.example/refused?Message=a+b",
    "fields": [],
    "tokens": ["TwilioAuthToken"],
    "algorithm": "HMAC_SHA1",
}


def refusal(web_server: "WebServer", **members: object) -> str:
    """Make the server reject signatures like the app does; return the URL to call."""
    body = json.dumps({"status": 403, **members}).encode()
    url = web_server.answer("/refused", body, "application/problem+json", 403)
    return f"{url}?Message=a%20b"


def test_rejected_signature_is_explained_step_by_step_by_keyboard(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    live_stack.line_goes_to(SmsUrl=refusal(web_server, signature=SIGNATURE))
    live_stack.text("Anyone there?")
    page.get_by_role("button", name="Inspector").click()

    page.get_by_test_id("webhook").filter(has_text="403").focus()
    page.keyboard.press("Enter")

    steps = page.get_by_role("region", name="Signature").get_by_role("listitem")
    expect(steps.filter(has_text="URL")).to_contain_text("What differs: scheme, host, port, query")
    expect(steps.locator("mark").nth(1)).to_have_text("s://app.example/refused?Message=a+")
    expect(steps.filter(has_text="Fields")).to_contain_text("not read: AccountSid")
    expect(page.get_by_role("region", name="Signature")).to_contain_text("PUBLIC_URL")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


def test_refusal_without_details_shows_what_was_signed(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    live_stack.line_goes_to(SmsUrl=refusal(web_server, detail="Go away"))
    live_stack.text("Anyone there?")

    page.get_by_test_id("webhook").filter(has_text="403").click()

    signature = page.get_by_role("region", name="Signature")
    expect(signature).to_contain_text(f"{web_server.url}/refused?Message=a%20b")
    expect(signature).to_contain_text("The app doesn't say what it checked.")


def test_only_accepted_webhooks_have_the_shield(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    live_stack.text("Anyone there?")
    webhooks = page.get_by_test_id("webhook")
    expect(webhooks.first.locator(".icon-shield")).to_have_count(1)

    live_stack.line_goes_to(SmsUrl=refusal(web_server, signature=SIGNATURE))
    live_stack.text("Anyone there?")

    refused = webhooks.filter(has_text="403")
    expect(refused).to_contain_text("signed, but rejected")
    expect(refused.locator(".icon-shield")).to_have_count(0)
