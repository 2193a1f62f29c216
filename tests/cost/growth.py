"""Measure how the cost of some work grows with its input, in CPU time of this thread alone.

Only ratios within one run count. Each input is eight times the one before: linear work takes about
8 times as long, quadratic work 64 times. A busy machine can slow down all tries of one size, so a
factor that is too high is measured again, both sizes anew; work that isn't linear fails each time.
"""

import gc
import time
from collections.abc import Callable, Iterator

MAX_FACTOR = 28
"""The highest allowed factor between the costs of an input and of one eight times as long."""
FLOOR_S = 20e-6
"""Smaller costs count as this: the clock and the call itself cost about a tenth of it."""
TRIES = 5
ROUNDS = 4

type Work = Callable[[], object]


def cost_s(work: Work, enough_s: float = 0.0, tries: int = TRIES) -> float:
    """Return the seconds of the best try; stop early at a try within `enough_s`."""
    best = float("inf")
    for _ in range(tries):
        seconds = _once_s(work)
        best = min(best, seconds)
        if best <= enough_s:
            break
    return best


def _once_s(work: Work) -> float:
    collects = gc.isenabled()
    gc.disable()  # a collection visits the objects of all tests
    try:
        began = time.thread_time()
        work()
        return time.thread_time() - began
    finally:
        if collects:
            gc.enable()


def excess(make: Callable[[int], Work], *sizes: int) -> str:
    """Return "" if the work grows at most linearly; each size is eight times the one before.

    Otherwise return which size took too long, and by how much. `make` prepares the work for a size.
    """
    for size in sizes[1:]:
        shorter, longer = make(size // 8), make(size)
        factor = min(_factors(shorter, longer))
        if factor > MAX_FACTOR:
            return f"{size} take {factor:.0f} times as long as {size // 8}"
    return ""


def _factors(shorter: Work, longer: Work) -> Iterator[float]:
    """Yield the factor between two costs, again and again until it is low enough."""
    for _ in range(ROUNDS):
        before = max(cost_s(shorter), FLOOR_S)
        factor = cost_s(longer, enough_s=before * 8) / before
        yield factor
        if factor <= MAX_FACTOR:
            return
