"""The phone page in a real browser, with the real stack behind it."""

import os
import signal

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from local_stack.testing import HANDSET, LocalStack

LIMIT_BYTES = 110_000


def send(stack: LocalStack, body: str) -> None:
    answer = stack.function("SendSms", {"to": HANDSET, "body": body})
    assert answer.status_code == 201


def call(stack: LocalStack, **content: str) -> str:
    return stack.function("PlaceCall", {"to": HANDSET, **content}).json()["sid"]


@pytest.mark.soak
def test_decline_a_call(page: Page, live_stack: LocalStack) -> None:
    sid = call(live_stack)
    page.get_by_test_id("decline").click()

    expect(page.get_by_test_id("incoming-call")).to_have_count(0)
    assert live_stack.call(sid)["status"] == "busy"


@pytest.mark.soak
def test_keys_reach_the_call(page: Page, live_stack: LocalStack) -> None:
    action = f"{live_stack.functions_url}/api/TwimlMessage?Message=Thank+you+very+much"
    gather = f"<Gather numDigits='2' action='{action}'><Say>Your age?</Say></Gather>"
    twiml = f"<Response>{gather}</Response>"
    call(live_stack, twiml=twiml)
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("caption").last).to_contain_text("Your age?")

    page.get_by_test_id("key-4").click()
    page.get_by_test_id("key-2").click()

    expect(page.get_by_test_id("caption").last).to_contain_text("Thank you very much")


def test_call_the_app_and_hang_up(page: Page, live_stack: LocalStack) -> None:
    line = f"IncomingPhoneNumbers/PN{'0' * 32}.json"
    url = f"{live_stack.functions_url}/api/TwimlMessage?Message={'All+lines+are+busy.+' * 20}"
    live_stack.rest("POST", line, {"VoiceUrl": url}).raise_for_status()
    page.get_by_test_id("call-line").first.click()
    expect(page.get_by_test_id("caption").last).to_contain_text("All lines are busy.")

    page.get_by_test_id("hangup").click()

    expect(page.get_by_test_id("in-call")).to_have_count(0)


def test_text_is_never_rendered_as_markup(page: Page, live_stack: LocalStack) -> None:
    send(live_stack, "<img src=x onerror=alert(1)> & <b>bold</b>")

    expect(page.get_by_test_id("thread")).to_contain_text("<b>bold</b>")
    assert page.locator("[data-testid=thread] b, [data-testid=thread] img").count() == 0


@pytest.mark.soak
@pytest.mark.skipif(os.name != "posix", reason="signal 9 is POSIX only")
def test_page_shows_why_the_host_restarted(page: Page, live_stack: LocalStack) -> None:
    status = live_stack.http.get(
        f"{live_stack.functions_url}/admin/host/status",
        headers={"x-functions-key": "local"},
        timeout=5,
    )
    expect(page.get_by_test_id("host-state")).to_contain_text("running")

    os.kill(int(status.json()["instanceId"]), signal.SIGKILL)

    details = page.locator("details").filter(has=page.get_by_test_id("host-state"))
    expect(details).to_contain_text("signal 9")


@pytest.mark.soak
def test_page_says_when_the_emulator_is_gone(browser: Browser) -> None:
    stack = LocalStack.start(clock="system")
    page = browser.new_page()
    page.goto(stack.emulator_url)
    expect(page.get_by_test_id("connection-banner")).to_have_count(0)

    stack.stop()

    expect(page.get_by_test_id("connection-banner")).to_be_visible()
    page.close()


def test_page_stays_small(browser: Browser, live_stack: LocalStack) -> None:
    loaded: list[Response] = []
    page = browser.new_page()
    page.on("response", lambda response: loaded.append(response))
    page.goto(live_stack.emulator_url)
    page.get_by_test_id("compose").wait_for()
    sizes = {
        response.url: len(response.body())
        for response in loaded
        if not response.url.endswith("/events")
    }
    page.close()

    assert f"{live_stack.emulator_url}/icon.svg" in sizes
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes
