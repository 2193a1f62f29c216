"""An API key as it is remembered."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Key:
    """A sign-in of its own; its secret is shown once."""

    sid: str
    secret: str = field(repr=False)
    friendly_name: str
    created: datetime
    updated: datetime
