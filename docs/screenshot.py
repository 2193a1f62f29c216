"""Makes the pictures in docs/images, most from the running product: `python3 dev.py screenshot`.

Needs Chromium; on Debian: apt-get install chromium. With the font Inter installed (fonts-inter) the
pictures look as they do for most people.
"""

import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.drawings import DRAWINGS
from local_stack.testing import HANDSET, HANDSETS, LocalStack

PICTURES = Path(__file__).parent / "images"
MESSAGE = "Hello. This is a reminder of your appointment tomorrow at nine. We look forward to it."
MENU = "Welcome. Press 1 for the office, or 2 for support."
OFFICE = "+12025550125"


def one_handset(page: Page, stack: LocalStack) -> None:
    """Text the handset, answer the text, ring the handset and pick it up."""
    stack.function("SendSms", {"to": HANDSET, "body": "Your table for two is ready at eight."})
    expect(page.get_by_test_id("thread")).to_contain_text("at eight")
    page.get_by_test_id("compose").fill("We are on our way")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("thread")).to_contain_text("You wrote")
    stack.function("PlaceCall", {"to": HANDSET, "message": MESSAGE})
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("timer")).to_have_text("0:02")


def phone_line(page: Page, stack: LocalStack) -> None:
    """One caller waits in a queue, another is forwarded to an office whose phone rings."""
    api = f"{stack.functions_url}/api"
    office = f"{api}/TwimlForward?{urlencode({'PhoneNumber': OFFICE})}"
    options = {"Options[1]": office, "Options[2]": f"{api}/TwimlQueue?Name=support"}
    stack.line_goes_to(VoiceUrl=f"{api}/TwimlMenu?{urlencode({'Message': MENU, **options})}")
    page.get_by_test_id("add-handset").click()
    page.get_by_label("Handset number").press("Enter")
    choose(page, HANDSETS[1], "2")
    expect(page.get_by_test_id("in-call")).to_contain_text("position 1")
    choose(page, HANDSET, "1")
    page.get_by_test_id("answer-tab").wait_for()
    expect(page.get_by_test_id("in-call").get_by_test_id("timer")).to_have_text("0:03")


def choose(page: Page, handset: str, key: str) -> None:
    """Call the line with a handset and press a key in the menu."""
    page.locator(f"[data-number='{handset}']").click()
    page.get_by_test_id("call-line").click()
    expect(page.get_by_test_id("in-call")).to_contain_text("Press 1")
    page.get_by_test_id(f"key-{key}").click()


def softphone(page: Page, stack: LocalStack) -> None:
    """Call the handset from the softphone, and answer."""
    page.set_viewport_size({"width": 460, "height": 420})
    page.goto(f"{stack.functions_url}/api/GetSoftphone")
    page.get_by_role("button", name="Go online").click()
    page.get_by_label("Phone number").fill(HANDSET)
    page.get_by_role("button", name="Call", exact=True).click()
    while not (calls := stack.look(f"handsets/{HANDSET}")["calls"]):
        page.wait_for_timeout(50)
    stack.answer(calls[-1]["sid"])
    expect(page.get_by_role("status")).to_contain_text("Talking")
    page.mouse.move(0, 0)


SCENES = {"phone": one_handset, "phone-line": phone_line, "softphone": softphone}
# The softphone needs a microphone.
CHROMIUM = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def take(browser: Browser, stack: LocalStack) -> None:
    """Play each scene and write its picture."""
    for name, play in SCENES.items():
        stack.reset()
        page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=1.5)
        page.goto(stack.emulator_url)
        play(page, stack)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path)
        page.close()
        sys.stdout.write(f"{path}\n")


def main() -> int:
    """Write the pictures; return the exit status."""
    PICTURES.mkdir(exist_ok=True)
    for name, drawing in DRAWINGS.items():
        (PICTURES / f"{name}.svg").write_text(drawing, "utf-8")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("screenshot: no Chromium found; on Debian: apt-get install chromium\n")
        return 1
    stack = LocalStack.start(clock="system")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM])
            take(browser, stack)
            browser.close()
    finally:
        stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
