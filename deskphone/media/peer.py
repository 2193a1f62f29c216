"""One browser's audio connection, from its description to its end."""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Literal

from deskphone.media import sdp
from deskphone.media.pace import Pace
from deskphone.media.stream import Ear, Figures, Stream
from deskphone.media.transport import dtls, ice, stun
from deskphone.media.transport.handshake import Handshake
from deskphone.media.transport.sockets import Path, Sockets, own_addresses

FRAMES_PER_REPORT = 50
"""One second between reports, and between looks at the browser's consent."""
NAME = "deskphone"

State = Literal["new", "connecting", "connected", "failed", "closed"]
log = logging.getLogger(__name__)


class Peer:
    """A connection with one browser: PCMU both ways, and digits.

    Call `answer` with the browser's offer, or `offer` and then `accept` with its answer. It runs on
    the event loop that `answer` or `offer` is awaited on, and raises nothing into it: callbacks
    that fail are logged.
    """

    def __init__(
        self,
        ear: Ear,
        said: Callable[[bytes], None],
        on_digit: Callable[[str], None],
        on_state: Callable[[State], None],
        *,
        pace: Pace,
        clock: Callable[[], float] = time.monotonic,
        addresses: Sequence[str] | None = None,
    ) -> None:
        """Make a connection that listens nowhere yet.

        `ear` gives what the browser hears. `said` gets what the browser says: samples in order, as
        of `ear`, mostly 20 ms at a time, with silence for lost packets. `on_digit` gets each key
        once: 0 to 9, *, #, A to D. `on_state` gets each new state. `pace` is shared by all
        connections of the event loop. `addresses` are those to listen on; by default this machine's
        loopback addresses and those of its default routes.
        """
        self.state: State = "new"
        self.reason = ""
        """Why the connection failed, or empty."""
        self._ear, self._said, self._on_digit, self._on_state = ear, said, on_digit, on_state
        self._pace, self._clock, self._addresses = pace, clock, addresses
        self._sockets = Sockets(self._receive)
        self._agent = ice.Agent(clock)
        self._session, self._version = secrets.randbits(62), 0
        self._source = secrets.randbits(32)
        self._remote: sdp.Remote | None = None
        self._events: int | None = None
        self._handshake = Handshake(self._sockets.send, self._shaken)
        self._stream: Stream | None = None
        self._frames = 0

    async def answer(self, offer: str) -> str:
        """Return the answer to the browser's offer, and listen.

        Raises sdp.DescriptionError if the offer can't be used, and sockets.NoAddressError.
        """
        remote = sdp.read_offer(offer)
        await self._listen()
        answer = sdp.answer(self._describe(), remote)
        self._events = remote.events
        self._meet(remote)
        return answer

    async def offer(self) -> str:
        """Return an offer for the browser, and listen. Raises sockets.NoAddressError."""
        await self._listen()
        self._events = sdp.OUR_EVENTS
        return sdp.offer(self._describe())

    def accept(self, answer: str) -> None:
        """Take the browser's answer to our offer. Raises sdp.DescriptionError if it's unusable."""
        if self.state == "closed" or not self._sockets.candidates or self._remote is not None:
            raise sdp.DescriptionError("there's no offer that waits for an answer")
        self._meet(sdp.read_answer(answer))

    def restart(self, offer: str) -> str:
        """Return the answer to an offer that restarts ICE. The sound goes on meanwhile.

        Raises sdp.DescriptionError if the offer can't be used, or needs a new connection.
        """
        if self._remote is None or self.state in ("failed", "closed"):
            raise sdp.DescriptionError("there's no connection to restart")
        remote = sdp.read_offer(offer)
        if remote.fingerprint != self._remote.fingerprint:
            raise sdp.DescriptionError("the offer has a different certificate; start a new call")
        if remote.fragment != self._remote.fragment:
            self._agent.restart()
        answer = sdp.answer(self._describe(), remote)
        self._remote = remote
        return answer

    def close(self) -> None:
        """End the connection: tell the browser, and free the ports. Closing again does nothing."""
        if self.state == "closed":
            return
        path = self._agent.selected
        if path is not None:
            if self._stream is not None:
                self._sockets.send(self._stream.goodbye(), path)
            self._handshake.close(path)
        self._end("closed")

    def figures(self) -> Figures:
        """Return how many packets went and came so far, and how many were lost."""
        return Figures(0, 0, 0, 0, None) if self._stream is None else self._stream.figures()

    async def _listen(self) -> None:
        if self.state != "new" or self._sockets.candidates:
            raise sdp.DescriptionError("the connection is already in use")
        addresses = own_addresses() if self._addresses is None else self._addresses
        await self._sockets.open(addresses)
        if self.state != "new":
            self._sockets.close()
            raise sdp.DescriptionError("the connection was closed meanwhile")
        self._pace.join(self._tick)

    def _describe(self) -> sdp.Local:
        self._version += 1
        return sdp.Local(
            session=self._session,
            version=self._version,
            credentials=self._agent.credentials,
            fingerprint=dtls.identity().fingerprint,
            candidates=self._sockets.candidates,
            source=self._source,
            name=NAME,
        )

    def _meet(self, remote: sdp.Remote) -> None:
        """Note the browser's description; from now on it has all it needs to connect."""
        self._remote = remote
        self._agent.expect_checks()
        self._connect()

    def _receive(self, datagram: bytes, path: Path) -> None:
        """Take a datagram, whose first byte tells its protocol (RFC 7983, section 7)."""
        first = datagram[0] if datagram else 0
        if first < 4:
            self._check(datagram, path)
        elif not self._agent.is_checked(path):
            return
        elif 20 <= first < 64:
            self._handshake.receive(datagram, path)
        elif 128 <= first < 192 and self._stream is not None:
            self._stream.receive(datagram)

    def _check(self, datagram: bytes, path: Path) -> None:
        message = stun.read(datagram)
        response = None if message is None else self._agent.answer(message, path)
        if response is not None:
            self._sockets.send(response, path)
            if self.state == "new":
                self._change("connecting")

    def _shaken(self) -> None:
        """Look at the handshake after each of its steps."""
        if self._handshake.error:
            self._fail(self._handshake.error)
        elif self._handshake.is_closed:
            self._end("closed")
        else:
            self._connect()

    def _connect(self) -> None:
        """Let the sound start once both the handshake and the descriptions are complete."""
        keys, remote = self._handshake.keys, self._remote
        if self._stream is not None or keys is None or remote is None:
            return
        if not self._handshake.has_fingerprint(*remote.fingerprint):
            self._fail("the browser's certificate doesn't match its description")
            return
        self._stream = Stream(
            keys,
            self._ear,
            self._said,
            self._on_digit,
            source=self._source,
            name=NAME,
            events=self._events,
            clock=self._clock,
        )
        self._change("connected")

    def _tick(self, frames: int, skipped: int) -> None:
        self._frames += frames + skipped
        is_report_due = self._frames >= FRAMES_PER_REPORT
        if is_report_due:
            self._frames = 0
            if self._agent.has_expired():
                self._fail("the browser hasn't been heard from for 30 seconds")
                return
        path, stream, remote = self._agent.selected, self._stream, self._remote
        if stream is None or path is None or remote is None:
            return
        if remote.direction in ("sendrecv", "recvonly"):
            stream.skip(skipped)
            for _ in range(frames):
                self._sockets.send(stream.next_frame(), path)
        else:
            stream.skip(frames + skipped)
        if is_report_due:
            self._sockets.send(stream.report(), path)

    def _fail(self, reason: str) -> None:
        self.reason = reason
        log.warning("a browser's audio connection failed: %s", reason)
        self._end("failed")

    def _end(self, state: State) -> None:
        self._pace.leave(self._tick)
        self._handshake.stop()
        self._sockets.close()
        self._change(state)

    def _change(self, state: State) -> None:
        self.state = state
        try:
            self._on_state(state)
        except Exception:
            log.exception("passing on the state of a browser's connection failed")
