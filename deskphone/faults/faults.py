"""The faults that are on, and the one seeded chance that says when they strike."""

import random
from collections.abc import Callable, Iterable

from deskphone.faults.kinds import Fault


class Faults:
    """Holds the faults in the order they were given.

    The same faults, seed and order of requests strike in the same way again. One request is struck
    once: by the first fault whose chance comes up.
    """

    def __init__(self, on_strike: Callable[["Faults"], None] = lambda faults: None) -> None:
        """`on_strike` is called with these faults whenever one has struck."""
        self._on_strike = on_strike
        self.replace(0, [])

    def replace(self, seed: int, faults: Iterable[Fault]) -> None:
        """Switch on these faults and no others; chance begins anew."""
        self.seed = seed
        self.on = tuple(faults)
        self._random = random.Random(seed)  # noqa: S311 - it must come again, not be secret

    def remove(self, fault: Fault) -> None:
        """Switch one fault off; the others and their chances go on."""
        self.on = tuple(one for one in self.on if one is not fault)

    def is_on(self, service: str, kind: str) -> bool:
        """Whether a fault of this kind is listed."""
        return any((fault.service, fault.kind) == (service, kind) for fault in self.on)

    def strike(
        self, service: str, applies: Callable[[Fault], bool] = lambda fault: True
    ) -> Fault | None:
        """Return the fault that this request of a service meets, None for none.

        `applies` says of a fault whether such a request can meet it at all.
        """
        for fault in self.on:
            if fault.service != service or not fault.strikes or fault.is_spent:
                continue
            if applies(fault) and self._comes_up(fault):
                fault.happened += 1
                self._on_strike(self)
                return fault
        return None

    def toss(self) -> bool:
        """Return True in one of two cases, by the seed."""
        return self._random.random() < 1 / 2

    def _comes_up(self, fault: Fault) -> bool:
        return fault.probability >= 1 or self._random.random() < fault.probability

    def view(self) -> dict[str, object]:
        """Return `{"seed", "faults"}` as JSON."""
        return {"seed": self.seed, "faults": [fault.view() for fault in self.on]}
