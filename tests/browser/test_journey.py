"""The first minutes with the page: a text comes, it is answered, and the phone rings."""

import re
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import Dialog, Page, expect

from deskphone.values import HANDSETS
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


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


def test_a_picture_is_forwarded_to_the_second_handset(
    page: Page, live_stack: LocalStack, web_server: "WebServer"
) -> None:
    owner = quote(HANDSETS[1])
    live_stack.line_goes_to(SmsUrl=f"{live_stack.functions_url}/api/TwimlReply?Forward={owner}")
    picture = web_server.answer("/cat.png", PNG, "image/png")

    def enter_url(dialog: Dialog) -> None:
        dialog.accept(picture)

    page.once("dialog", enter_url)
    page.get_by_test_id("compose").fill("Look")
    page.get_by_test_id("attach").click()
    expect(page.get_by_test_id("compose")).to_have_value("")
    page.get_by_test_id("handset-tab").nth(1).click()

    image = page.get_by_test_id("thread").locator(".media img")
    expect(image).to_have_attribute("src", re.compile("/api/GetSharedMedia"))
    expect(image).to_have_js_property("naturalWidth", 1)
