"""Every kind of fault, and which options it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

STRIKES = frozenset({"probability", "count"})
"""Options of a fault that strikes single requests; the others are on as long as they are listed."""

KINDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "twilio": {
        "429": STRIKES | {"seconds", "reads"},
        "500": STRIKES | {"reads"},
        "503": STRIKES | {"reads"},
        "slow": STRIKES | {"seconds", "reads"},
        "lost": STRIKES | {"reads"},
        "refused": frozenset({"seconds"}),
    },
    "webhooks": {
        "late": STRIKES | {"seconds"},
        "twice": STRIKES,
        "reordered": STRIKES | {"seconds"},
        "dropped": STRIKES,
    },
    "vault": {
        "401": STRIKES,
        "403": STRIKES,
        "404": STRIKES,
        "429": STRIKES | {"seconds"},
        "500": STRIKES,
        "503": STRIKES,
        "slow": STRIKES | {"seconds"},
        "rotated": frozenset(),
    },
    "storage": {
        "503": STRIKES,
        "slow": STRIKES | {"seconds"},
        "lost": STRIKES,
        "refused": STRIKES | {"seconds"},
    },
    "host": {"killed": STRIKES | {"done"}},
}
"""The options of each kind by service: all of them may be left out but those of NEEDED."""

NEEDED: Mapping[str, str] = {"slow": "seconds", "late": "seconds"}
"""The option that a kind cannot do without."""


@dataclass
class Fault:
    """One fault that is on. `probability` is from 0 to 1; `count` None means without end.

    `seconds` is how long it makes somebody wait, or how long it stays on ("refused"). `reads` lets
    it strike GETs too. `done` says whether a killed host's request is still carried out; None lets
    the seed decide. `happened` is how often it has struck.
    """

    service: str
    kind: str
    probability: float = 1.0
    count: int | None = None
    seconds: float | None = None
    reads: bool = False
    done: bool | None = None
    happened: int = 0

    @property
    def strikes(self) -> bool:
        """Whether it strikes single requests, instead of being on for all of them."""
        return KINDS[self.service][self.kind] >= STRIKES

    @property
    def is_spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.count is not None and self.happened >= self.count

    @property
    def lasts_s(self) -> float | None:
        """After how many seconds it goes off by itself; None for never."""
        return self.seconds if self.kind == "refused" else None

    def view(self) -> dict[str, object]:
        """Return it as JSON, as it was given, with `probability` if it has one and `happened`."""
        optional = {"count": self.count, "seconds": self.seconds, "done": self.done}
        return {
            "service": self.service,
            "kind": self.kind,
            **({"probability": self.probability} if self.strikes else {}),
            **{name: value for name, value in optional.items() if value is not None},
            **({"reads": True} if self.reads else {}),
            "happened": self.happened,
        }

    def __str__(self) -> str:
        """Return e.g. `twilio 500 (10 %)` for the terminal."""
        often = [f"{self.probability * 100:g} %"] if self.probability < 1 else []
        often += [f"at most {self.count}"] if self.count is not None else []
        often += [f"{self.seconds:g} s"] if self.seconds is not None else []
        return f"{self.service} {self.kind}" + (f" ({', '.join(often)})" if often else "")
