"""/docs: the OpenAPI documents of the emulator and of the app, in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from local_stack.testing import LocalStack

Show = Callable[[str], list[str]]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.mark.parametrize(
    ("path", "title", "operation"),
    [("/docs", "deskphone", "/texts"), ("/docs/app", "Switchboard", "/SendSms")],
)
def test_page_shows_a_document_and_stays_on_this_machine(
    stack: LocalStack, page: Page, console: list[str], path: str, title: str, operation: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: console.append(message.text))
    page.goto(stack.emulator_url + path, wait_until="networkidle")

    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(f'[data-path="{operation}"]').first).to_be_visible()
    assert [url for url in asked if not url.startswith((stack.emulator_url, "data:"))] == []
    assert console == []


def test_request_can_be_tried_on_the_page(stack: LocalStack, page: Page) -> None:
    page.goto(f"{stack.emulator_url}/docs")
    page.locator("#operations-people-sendText").get_by_role("button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("201")
    assert stack.texts()[0]["body"] == "Hello"
