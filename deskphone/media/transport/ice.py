"""The lite side of ICE: it answers checks, and the browser chooses the path (RFC 8445)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from deskphone.media.transport import stun
from deskphone.media.transport.sockets import Path

CONSENT_SECONDS = 30.0
"""Without a valid check for this long, the connection ends (RFC 7675, section 5.1)."""
MOST_PATHS = 64
"""Paths to remember. A browser has one per pair of addresses."""


@dataclass(frozen=True)
class Credentials:
    """What a check has to name and be signed with (RFC 8445, section 5.3)."""

    fragment: str = field(default_factory=lambda: secrets.token_hex(4))
    password: str = field(default_factory=lambda: secrets.token_hex(16))


class Agent:
    """The checks of one connection. Times are seconds of `clock`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.credentials = Credentials()
        """Those to put into the next description."""
        self.selected: Path | None = None
        """Where media goes: the pair that the browser nominated last."""
        self._clock = clock
        self._previous: Credentials | None = None
        self._paths: dict[Path, None] = {}
        self._is_nominated = False
        self._consent_until: float | None = None

    def expect_checks(self) -> None:
        """Start to count the time without a check: the browser has all that it needs."""
        self._consent_until = self._clock() + CONSENT_SECONDS

    def restart(self) -> None:
        """Take fresh credentials. The old ones hold until the first check with the new ones."""
        self._previous, self.credentials = self.credentials, Credentials()
        self.expect_checks()

    def is_checked(self, path: Path) -> bool:
        """Return whether a valid check came by this path. Only such paths may carry more."""
        return path in self._paths

    def has_expired(self) -> bool:
        """Return whether the browser's consent has run out."""
        return self._consent_until is not None and self._clock() >= self._consent_until

    def answer(self, message: stun.Message, path: Path) -> bytes | None:
        """Return the response to a valid check, or None for anything else.

        A check with a wrong name or signature gets no response: only the browser that has the
        description learns that something listens.
        """
        used = self._credentials_of(message)
        if message.kind != stun.BINDING_REQUEST or used is None:
            return None
        if self._previous is not None and used is self.credentials:
            self._previous, self._is_nominated = None, False
        if self._consent_until is not None:
            self.expect_checks()
        self._remember(path, nominated=stun.USE_CANDIDATE in message.attributes)
        host, port = path.remote[0], path.remote[1]
        mapped = stun.xor_address(host, port, message.transaction)
        return stun.write(
            stun.BINDING_SUCCESS,
            message.transaction,
            [(stun.XOR_MAPPED_ADDRESS, mapped)],
            used.password,
        )

    def _credentials_of(self, message: stun.Message) -> Credentials | None:
        """Return those of ours that the check used (RFC 8445, section 7.3; RFC 8489, 9.1.3)."""
        fragment, colon, _ = message.attributes.get(stun.USERNAME, b"").partition(b":")
        for known in (self.credentials, self._previous):
            if known is not None and colon and fragment == known.fragment.encode():
                return known if message.is_signed_with(known.password) else None
        return None

    def _remember(self, path: Path, *, nominated: bool) -> None:
        if path not in self._paths and len(self._paths) >= MOST_PATHS:
            oldest = next(one for one in self._paths if one != self.selected)
            del self._paths[oldest]
        self._paths[path] = None
        if nominated:
            self.selected, self._is_nominated = path, True
        elif not self._is_nominated and self.selected is None:
            self.selected = path
