"""The page's segment count, compared with the emulator's."""

import pytest
from playwright.sync_api import Page

from deskphone.account.new_text import count_segments

pytestmark = pytest.mark.soak  # detailed browser tests are slow

COUNT = """async (bodies) => {
  const { segmentsOf } = await import("/segments.js");
  return bodies.map(segmentsOf).map(({ units, segments }) => [units, segments]);
}"""
EURO = "\N{EURO SIGN}"
"""Two septets, which are never split."""
BAR = "\N{BOX DRAWINGS LIGHT VERTICAL}"
FACE = "\N{GRINNING FACE}"
"""Two UTF-16 units, which are never split."""
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
"""Units and segments by body."""


def test_page_counts_units_and_segments(page: Page) -> None:
    counted = page.evaluate(COUNT, list(CASES))

    assert dict(zip(CASES, counted, strict=True)) == CASES


def test_page_and_emulator_count_the_same(page: Page) -> None:
    counted = page.evaluate(COUNT, list(CASES))

    assert [segments for _, segments in counted] == [count_segments(body) for body in CASES]
