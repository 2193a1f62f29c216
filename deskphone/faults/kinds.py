"""The services that faults can be injected into, their kinds of faults, and the options of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PER_REQUEST = frozenset({"probability", "count"})
"""Options of faults that apply to single requests; others apply as long as they are on."""

NEEDED: Mapping[str, str] = {"slow": "seconds", "late": "seconds"}
"""The required option of a kind. All others are optional."""


@dataclass(frozen=True)
class Service:
    """A service that faults can be injected into, and the options of each kind of fault.

    `words` are what the page calls a kind whose name isn't clear enough. `menu` lists what the page
    offers: a kind, and how many times at most (None for unlimited).
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
        "429": PER_REQUEST | {"seconds", "reads"},
        "500": PER_REQUEST | {"reads"},
        "503": PER_REQUEST | {"reads"},
        "slow": PER_REQUEST | {"seconds", "reads"},
        "lost": PER_REQUEST | {"reads"},
        "refused": frozenset({"seconds"}),
    },
    {"429": "error 429, too many requests", "lost": "answers lost", "refused": "down"},
    (("lost", 1), ("429", 1), ("500", 1)),
)
WEBHOOKS = Service(
    "webhooks",
    "Status callbacks",
    {
        "late": PER_REQUEST | {"seconds"},
        "twice": PER_REQUEST,
        "reordered": PER_REQUEST | {"seconds"},
        "dropped": PER_REQUEST,
    },
    {"twice": "delivered twice"},
    (("twice", None), ("dropped", None)),
)
BROWSERS = Service(
    "browsers",
    "Browser calls",
    {
        "dropped": PER_REQUEST,
        "expired": PER_REQUEST,
        "31201": PER_REQUEST,
        "31204": PER_REQUEST,
        "31205": PER_REQUEST,
        "no-media": PER_REQUEST,
    },
    {
        "dropped": "connection dropped",
        "expired": "token expired",
        "31201": "error 31201, authentication failed",
        "31204": "error 31204, invalid token",
        "31205": "error 31205, expired token",
        "no-media": "no sound",
    },
    (("dropped", 1), ("expired", 1), ("no-media", 1)),
)
"""What happens on the signaling of the Voice SDK."""


@dataclass
class Fault:
    """One fault that is on. `probability` is from 0 to 1; a `count` of None means unlimited.

    `per_request` faults apply to single requests instead of all of them. `seconds` is how long a
    request is delayed, or how long the fault stays on ("refused"). `reads` makes it apply to GETs
    too. `done` says whether a killed host's request is still carried out; None leaves it to chance.
    `happened` counts how often it was applied.
    """

    service: str
    kind: str
    probability: float = 1.0
    count: int | None = None
    seconds: float | None = None
    reads: bool = False
    done: bool | None = None
    happened: int = 0
    per_request: bool = True

    @property
    def is_spent(self) -> bool:
        """Whether it has used up its count."""
        return self.count is not None and self.happened >= self.count

    @property
    def lasts_s(self) -> float | None:
        """Seconds after which it turns itself off; None for never."""
        return self.seconds if self.kind == "refused" else None

    def view(self) -> dict[str, object]:
        """Return it as JSON, as it was given, with `happened` and, if it has one, `probability`."""
        optional = {"count": self.count, "seconds": self.seconds, "done": self.done}
        return {
            "service": self.service,
            "kind": self.kind,
            **({"probability": self.probability} if self.per_request else {}),
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
