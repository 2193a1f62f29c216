"""How the cost of some work grows with its input, in processor time of this thread alone.

Only ratios within one run count. Each figure is the best of some tries, and what is compared grows
eightfold: linear work then takes about 8 times as long, quadratic work 64 times. A busy machine
makes a try slower, but neither all tries of one size nor by that much.
"""

import time
from collections.abc import Callable

MOST = 28
"""What eight times the input may cost at most, as a factor."""
FLOOR_S = 20e-6
"""What is faster counts as this: the clock and the call itself cost about a tenth of it."""
TRIES = 5

type Work = Callable[[], object]


def cost_s(work: Work, enough_s: float = 0.0, tries: int = TRIES) -> float:
    """Return the seconds of the best try; stop at a try that takes no more than `enough_s`."""
    best = float("inf")
    for _ in range(tries):
        began = time.thread_time()
        work()
        best = min(best, time.thread_time() - began)
        if best <= enough_s:
            break
    return best


def excess(make: Callable[[int], Work], *sizes: int) -> str:
    """Return "" if the work for each size, eight times the one before, is no more than linear.

    Otherwise return which size took how much too long. `make` prepares the work for a size.
    """
    before = max(cost_s(make(sizes[0])), FLOOR_S)
    for size in sizes[1:]:
        now = cost_s(make(size), enough_s=before * 8)
        if now > before * MOST:
            return f"{size} take {now / before:.0f} times as long as {size // 8}"
        before = max(now, FLOOR_S)
    return ""
