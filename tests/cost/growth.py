"""Measure how the cost of some work grows with its input, in CPU time of this thread alone.

Only ratios within one run count. Each figure is the best of several tries, and each input is eight
times the one before: linear work takes about 8 times as long, quadratic work 64 times. A busy
machine slows down some tries, but not all tries of one size, and not by that much.
"""

import time
from collections.abc import Callable

MAX_FACTOR = 28
"""The highest allowed factor between the costs of an input and of one eight times as long."""
FLOOR_S = 20e-6
"""Smaller costs count as this: the clock and the call itself cost about a tenth of it."""
TRIES = 5

type Work = Callable[[], object]


def cost_s(work: Work, enough_s: float = 0.0, tries: int = TRIES) -> float:
    """Return the seconds of the best try; stop early at a try within `enough_s`."""
    best = float("inf")
    for _ in range(tries):
        began = time.thread_time()
        work()
        best = min(best, time.thread_time() - began)
        if best <= enough_s:
            break
    return best


def excess(make: Callable[[int], Work], *sizes: int) -> str:
    """Return "" if the work grows at most linearly; each size is eight times the one before.

    Otherwise return which size took too long, and by how much. `make` prepares the work for a size.
    """
    before = max(cost_s(make(sizes[0])), FLOOR_S)
    for size in sizes[1:]:
        now = cost_s(make(size), enough_s=before * 8)
        if now > before * MAX_FACTOR:
            return f"{size} take {now / before:.0f} times as long as {size // 8}"
        before = max(now, FLOOR_S)
    return ""
