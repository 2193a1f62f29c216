"""Makes docs/images/phone.png from the running product: `python3 dev.py screenshot`.

Needs Chromium; on Debian: apt-get install chromium. With the font Inter installed (fonts-inter) the
picture looks as it does for most people.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from emulator.testing import HANDSET, LocalStack

PICTURE = Path(__file__).parent / "images" / "phone.png"
MESSAGE = "Hello. This is a reminder of your appointment tomorrow at nine. We look forward to it."


def play(page: Page, stack: LocalStack) -> None:
    """Text the handset, answer the text, ring the handset and pick it up."""
    stack.function("SendSms", {"to": HANDSET, "body": "Your table for two is ready at eight."})
    expect(page.get_by_test_id("thread")).to_contain_text("at eight")
    page.get_by_test_id("compose").fill("We are on our way")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("thread")).to_contain_text("You wrote")
    stack.function("PlaceCall", {"to": HANDSET, "message": MESSAGE})
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("timer")).to_have_text("0:02")


def main() -> int:
    """Write the picture; return the exit status."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("screenshot: no Chromium found; on Debian: apt-get install chromium\n")
        return 1
    stack = LocalStack.start(clock="system")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium)
            page = browser.new_page(
                viewport={"width": 1280, "height": 800}, device_scale_factor=1.5
            )
            page.goto(stack.emulator_url)
            play(page, stack)
            PICTURE.parent.mkdir(exist_ok=True)
            page.screenshot(path=PICTURE)
            browser.close()
    finally:
        stack.stop()
    sys.stdout.write(f"{PICTURE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
