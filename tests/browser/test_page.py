"""What the page weighs, and its own count of segments held against the emulator's."""

from playwright.sync_api import Browser, Page, Response

from emulator.testing import LocalStack
from emulator.twilio.segments import count_segments

LIMIT_BYTES = 80_000
COUNT = """async (bodies) => {
  const { segmentsOf } = await import("/segments.js");
  return bodies.map(segmentsOf).map(({ units, segments }) => [units, segments]);
}"""
EURO = "\N{EURO SIGN}"
"""Two septets, which are never cut apart."""
BAR = "\N{BOX DRAWINGS LIGHT VERTICAL}"
FACE = "\N{GRINNING FACE}"
"""Two UTF-16 units, which are never cut apart."""
CASES = {
    "": [0, 1],
    "a" * 160: [160, 1],
    "a" * 161: [161, 2],
    EURO * 80: [160, 1],
    "a" * 306: [306, 2],
    "a" * 307: [307, 3],
    "a" * 152 + EURO + "a" * 151: [305, 2],
    "a" * 152 + EURO + "a" * 152: [306, 3],
    BAR * 70: [70, 1],
    BAR * 71: [71, 2],
    FACE * 35: [70, 1],
    BAR * 134: [134, 2],
    BAR * 66 + FACE + BAR * 65: [133, 2],
    BAR * 66 + FACE + BAR * 66: [134, 3],
}
"""Body: units and segments."""


def test_the_page_counts_units_and_segments(page: Page) -> None:
    counted = page.evaluate(COUNT, list(CASES))

    assert dict(zip(CASES, counted, strict=True)) == CASES


def test_the_page_and_the_emulator_count_the_same(page: Page) -> None:
    counted = page.evaluate(COUNT, list(CASES))

    assert [segments for _, segments in counted] == [count_segments(body) for body in CASES]


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
