"""API keys."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Key:
    """An API key; its secret is shown only once. `serial` grows with each new key."""

    sid: str
    secret: str = field(repr=False)
    friendly_name: str
    created: datetime
    updated: datetime
    serial: int = 0
