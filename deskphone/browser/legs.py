"""A browser's leg of a call: the Device on one side, the call on the other."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

from deskphone.browser.media import Media
from deskphone.browser.signaling.connection import Connection

FINGERPRINT = re.compile(r"a=fingerprint:\S{1,16} ([0-9A-Fa-f:]{1,200})")
State = Literal["ringing", "early", "open", "closed"]
"""`early` is a caller's leg that hears sound before the call is answered."""


@dataclass(eq=False)
class Leg:
    """One Device in a call. Several of them ring for a call to an identity.

    `name` is what the Device calls an outgoing call before it knows the SID. `offer` and `remote`
    are the browser's SDP. `token` lets the Device, or another one, continue the call. `device` is
    None while the socket is gone.
    """

    sid: str
    identity: str
    is_incoming: bool
    device: Connection | None
    media: Media
    name: str = ""
    offer: str = ""
    remote: str = ""
    state: State = "ringing"
    is_negotiating: bool = False
    messages: int = 0
    token: str = field(default_factory=lambda: "rt" + secrets.token_hex(16), repr=False)

    def send(self, kind: str, **more: object) -> None:
        """Send a frame about the call, unless the socket is gone."""
        if self.device is not None:
            self.device.send(kind, {"callsid": self.sid, **more})

    def close(self) -> None:
        """End the leg and its media."""
        self.state = "closed"
        self.media.close()

    def is_of(self, sdp: str) -> bool:
        """Whether an offer comes from the browser's same connection: it has its fingerprint."""
        ours, theirs = FINGERPRINT.search(self.remote), FINGERPRINT.search(sdp)
        return ours is not None and theirs is not None and ours[1].upper() == theirs[1].upper()


class Legs:
    """The legs in progress."""

    def __init__(self) -> None:
        self._by_call: dict[str, list[Leg]] = {}

    def add(self, leg: Leg) -> None:
        self._by_call.setdefault(leg.sid, []).append(leg)

    def has(self, sid: str) -> bool:
        """Whether a call has, or had, legs and isn't known to be over."""
        return sid in self._by_call

    def of_call(self, sid: str) -> list[Leg]:
        """Return the legs of a call that aren't closed."""
        return [leg for leg in self._by_call.get(sid, ()) if leg.state != "closed"]

    def of_device(self, device: Connection) -> list[Leg]:
        """Return the legs of a Device that aren't closed."""
        return [leg for leg in self.all() if leg.device is device]

    def found(self, device: Connection, name: str) -> Leg | None:
        """Return a Device's leg by the SID of its call or the Device's own name for it."""
        named = (leg for leg in self.of_device(device) if name in (leg.sid, leg.name))
        return next(named, None) if name else None

    def all(self) -> list[Leg]:
        """Return all legs that aren't closed."""
        return [leg for legs in self._by_call.values() for leg in legs if leg.state != "closed"]

    def close(self, sid: str) -> None:
        """Close the legs of a call and forget them."""
        for leg in self._by_call.pop(sid, ()):
            leg.close()
