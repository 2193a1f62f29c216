"""Every service that can be broken, its kinds of faults, and which options these take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

STRIKES = frozenset({"probability", "count"})
"""Options of a fault that strikes single requests; the others are on as long as they are listed."""

NEEDED: Mapping[str, str] = {"slow": "seconds", "late": "seconds"}
"""The option that a kind cannot do without. All others may be left out."""


@dataclass(frozen=True)
class Service:
    """A service that can be broken: its name, the same for people, and the options of each kind.

    `words` are what the page calls a kind whose name does not say enough, `menu` is what it offers:
    a kind, and how often at most, None for without end.
    """

    name: str
    title: str
    kinds: Mapping[str, frozenset[str]]
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    menu: tuple[tuple[str, int | None], ...] = ()


TWILIO = Service(
    "twilio",
    "Twilio",
    {
        "429": STRIKES | {"seconds", "reads"},
        "500": STRIKES | {"reads"},
        "503": STRIKES | {"reads"},
        "slow": STRIKES | {"seconds", "reads"},
        "lost": STRIKES | {"reads"},
        "refused": frozenset({"seconds"}),
    },
    {"429": "error 429, too many requests", "lost": "answers lost", "refused": "down"},
    (("lost", 1), ("429", 1), ("500", 1)),
)
WEBHOOKS = Service(
    "webhooks",
    "Status callbacks",
    {
        "late": STRIKES | {"seconds"},
        "twice": STRIKES,
        "reordered": STRIKES | {"seconds"},
        "dropped": STRIKES,
    },
    {"twice": "delivered twice"},
    (("twice", None), ("dropped", None)),
)


@dataclass
class Fault:
    """One fault that is on. `probability` is from 0 to 1; `count` None means without end.

    `strikes`: it strikes single requests, instead of being on for all of them. `seconds` is how
    long a request waits, or how long the fault stays on ("refused"). `reads` lets it strike GETs
    too. `done` says whether a killed host's request is still carried out; None lets the seed
    decide. `happened` is how often it has struck.
    """

    service: str
    kind: str
    probability: float = 1.0
    count: int | None = None
    seconds: float | None = None
    reads: bool = False
    done: bool | None = None
    happened: int = 0
    strikes: bool = True

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
