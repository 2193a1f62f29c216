"""The weight of the phone page."""

from playwright.sync_api import Browser, Response

from emulator.testing import LocalStack

LIMIT_BYTES = 80_000


def test_the_page_and_everything_it_loads_is_light(
    browser: Browser, live_stack: LocalStack
) -> None:
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
