"""A user's own page with Twilio's SDK, on another origin, as the page about browser calls shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

from deskphone.values import PHONE_PORT
from local_stack.testing import ROOT, LocalStack
from tests.browser.conftest import MICROPHONE, chromium
from tests.browser.test_softphone import LIMIT_MS
from tests.conftest import WebServer

GUIDE = (ROOT / "docs" / "begin" / "browser-calls.md").read_text("utf-8")
[SDK] = Path(ROOT, "GetSoftphone", "page").glob("*.js")
[TAG] = re.findall("```html\n(.*?)\n```", GUIDE)
[IN_A_TEST] = re.findall("```python\n(.*?)```", GUIDE, re.DOTALL)
# A page with a script tag instead of a bundler has the SDK's names in `Twilio`.
[SCRIPT] = re.findall("```js\nimport .*?\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def caller() -> Iterator[Browser]:
    """A Chromium with a microphone that every page may use."""
    with chromium(*MICROPHONE) as browser:
        yield browser


def address(text: str, stack: LocalStack) -> str:
    """Return a text of the guide with the address of this stack."""
    assert f"http://127.0.0.1:{PHONE_PORT}" in text
    return text.replace(f"http://127.0.0.1:{PHONE_PORT}", stack.emulator_url)


def serve(server: WebServer, head: str) -> str:
    """Serve a page that loads the SDK; return its URL."""
    server.answer("/sdk.js", SDK.read_bytes(), "text/javascript")
    page = f"<!doctype html><title>a</title>{head}<script src=/sdk.js></script>"
    return server.answer("/page", page.encode(), "text/html")


def run(page: Page, stack: LocalStack, identity: str, script: str) -> object:
    """Run the guide's script, and more, as someone; return what the last expression is."""
    token = stack.function("GetClientToken", {"identity": identity}).json()["token"]
    source = f"async (token) => {{ const {{ Device }} = Twilio; {script} }}"
    return page.evaluate(source, token)


def test_two_pages_with_one_script_tag_call_each_other(
    caller: Browser, live_stack: LocalStack, web_server: WebServer
) -> None:
    live_stack.reset()
    url = serve(web_server, address(TAG, live_stack))
    ann, bob = caller.new_page(), caller.new_page()
    for page in (ann, bob):
        page.goto(url)
        page.set_default_timeout(LIMIT_MS)
    registering, _, calling = SCRIPT.rpartition("await device.register();\n")
    registering += "await device.register();\n"
    run(bob, live_stack, "bob", registering)
    calling = calling.replace('"+12025550123"', '"client:bob"')
    done = "await new Promise((resolve) => call.on('accept', resolve)); return call.status();"

    assert run(ann, live_stack, "ann", registering + calling + done) == "open"
    for page in (ann, bob):
        page.close()


def test_a_test_can_add_the_script_to_a_page_that_does_not_know_of_it(
    caller: Browser, live_stack: LocalStack, web_server: WebServer
) -> None:
    live_stack.reset()
    context = caller.new_context()
    page = context.new_page()
    exec(address(IN_A_TEST, live_stack), {"page": page, "requests": requests})  # noqa: S102 - the guide's
    page.goto(serve(web_server, ""))
    script = "const device = new Device(token); await device.register(); return device.state;"

    assert run(page, live_stack, "ann", script) == "registered"
    context.close()
