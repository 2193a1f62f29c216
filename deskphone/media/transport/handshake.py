"""A DTLS handshake with its timer, over checked paths."""

import asyncio
from collections.abc import Callable

from deskphone.media.transport.dtls import Association, DtlsError, Keys
from deskphone.media.transport.sockets import Path


class Handshake:
    """One association, from the browser's first datagram to its end.

    `send` sends a datagram. `stepped` is called when the keys are there, when it has failed and
    when the browser has closed it.
    """

    def __init__(self, send: Callable[[bytes, Path], None], stepped: Callable[[], None]) -> None:
        self.error = ""
        """Why it failed, or empty."""
        self._send, self._stepped = send, stepped
        self._association: Association | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    @property
    def keys(self) -> Keys | None:
        """The keys, once it's complete."""
        return None if self._association is None else self._association.keys

    @property
    def is_closed(self) -> bool:
        """Whether the browser ended it."""
        return self._association is not None and self._association.is_closed

    def has_fingerprint(self, algorithm: str, fingerprint: str) -> bool:
        """Return whether the browser's certificate is the one its description names."""
        return self._association is not None and self._association.has_fingerprint(
            algorithm, fingerprint
        )

    def receive(self, datagram: bytes, path: Path) -> None:
        """Take a datagram of the browser's and answer it on its path."""
        if self._is_over:
            return
        if self._association is None:
            self._association = Association()
        self._step(lambda association: association.receive(datagram), path)

    def close(self, path: Path) -> None:
        """Tell the browser that the association ends."""
        if self._association is not None:
            for datagram in self._association.close():
                self._send(datagram, path)
        self.stop()

    def stop(self) -> None:
        """Stop the timer, and take no more datagrams."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()

    def _step(self, take: Callable[[Association], list[bytes]], path: Path) -> None:
        association = self._association
        if association is None or self._is_over:
            return
        had_keys = association.keys is not None
        try:
            datagrams = take(association)
        except DtlsError as error:
            self.error = str(error)
            self.stop()
            self._stepped()
            return
        for datagram in datagrams:
            self._send(datagram, path)
        self._plan(association, path)
        if association.is_closed or (association.keys is not None and not had_keys):
            self._stepped()

    def _plan(self, association: Association, path: Path) -> None:
        """Set the timer for the last flight, which may be lost."""
        if self._timer is not None:
            self._timer.cancel()
        left = association.seconds_left()
        if left is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(left, self._step, Association.retransmit, path)
