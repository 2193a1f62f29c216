"""The faults that are on, and the seeded random generator that decides when they apply."""

import random
from collections.abc import Callable, Iterable

from deskphone.faults.kinds import Fault


class Faults:
    """Holds the faults in the order in which they were given.

    The same faults, seed and order of requests give the same result. A request gets at most one
    fault: the first one that comes up.
    """

    def __init__(self, on_hit: Callable[["Faults"], None] = lambda faults: None) -> None:
        """`on_hit` is called with these faults whenever one is applied."""
        self._on_strike = on_hit
        self.replace(0, [])

    def replace(self, seed: int, faults: Iterable[Fault]) -> None:
        """Replace the faults that are on, and reseed the random generator."""
        self.seed = seed
        self.on = tuple(faults)
        self._random = random.Random(seed)  # noqa: S311 - it must be reproducible, not secret

    def remove(self, fault: Fault) -> None:
        """Turn off one fault; the others are unaffected."""
        self.on = tuple(one for one in self.on if one is not fault)

    def is_on(self, service: str, kind: str) -> bool:
        """Whether a fault of this kind is listed."""
        return any((fault.service, fault.kind) == (service, kind) for fault in self.on)

    def happens(self, service: str, kind: str) -> bool:
        """Whether a fault of this kind is listed; count it if it is."""
        fault = next((one for one in self.on if (one.service, one.kind) == (service, kind)), None)
        if fault is None:
            return False
        fault.happened += 1
        self._on_strike(self)
        return True

    def pick(
        self, service: str, applies: Callable[[Fault], bool] = lambda fault: True
    ) -> Fault | None:
        """Return the fault to apply to this request of a service, or None.

        `applies` says whether a fault can affect such a request at all.
        """
        for fault in self.on:
            if fault.service != service or not fault.per_request or fault.is_spent:
                continue
            if applies(fault) and self._comes_up(fault):
                fault.happened += 1
                self._on_strike(self)
                return fault
        return None

    def toss(self) -> bool:
        """Flip a coin, seeded."""
        return self._random.random() < 1 / 2

    def _comes_up(self, fault: Fault) -> bool:
        return fault.probability >= 1 or self._random.random() < fault.probability

    def view(self) -> dict[str, object]:
        """Return `{"seed", "faults"}` as JSON."""
        return {"seed": self.seed, "faults": [fault.view() for fault in self.on]}
