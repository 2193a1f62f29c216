"""The sound of browser calls: connects the browsers' audio connections with the studio.

What they need, such as OpenSSL, is loaded when the first browser is in a call.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from deskphone.account.store import Store
from deskphone.browser.media import Media
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.line.studio.listening import Listening
from deskphone.line.studio.studio import Studio

if TYPE_CHECKING:
    from deskphone.media.pace import Pace
    from deskphone.media.peer import Peer

MEDIA_FAILED = 53405


class BrowserAudio:
    """Opens the audio connections. They share one pulse."""

    def __init__(self, store: Store, studio: Studio, hang_up: Callable[[str], None]) -> None:
        """`hang_up` ends a call by its SID; a call whose sound failed would never end otherwise."""
        self._store = store
        self._studio = studio
        self._hang_up = hang_up
        self._pace: Pace | None = None

    def open(self, sid: str, on_digit: Callable[[str], None]) -> Media:
        """Open the connection of one leg of a call; see `OpenMedia`."""
        from deskphone.media.pace import Pace
        from deskphone.media.peer import Peer

        if self._pace is None:
            self._pace = Pace()
        listening = self._studio.listen(sid)

        def on_state(state: str) -> None:
            if state == "failed":
                message = f"A browser's sound isn't connected: {peer.reason}"
                self._store.alert(sid, MEDIA_FAILED, message)
                with suppress(WrongStateError):
                    self._hang_up(sid)

        peer = Peer(
            listening,
            lambda samples: self._studio.say(sid, samples),
            on_digit,
            on_state,
            pace=self._pace,
        )
        return Audio(peer, listening)


@contextmanager
def usable_errors() -> Generator[None]:
    """Raise a machine without usable addresses as a ValueError, as `Media` has it."""
    from deskphone.media.transport.sockets import NoAddressError

    try:
        yield
    except NoAddressError as error:
        raise ValueError(str(error)) from error


class Audio:
    """One connection with what it plays; see `Media`."""

    def __init__(self, peer: "Peer", listening: Listening) -> None:
        self._peer = peer
        self._listening = listening

    async def answer(self, offer: str) -> str:
        with usable_errors():
            return await self._peer.answer(offer)

    async def offer(self) -> str:
        with usable_errors():
            return await self._peer.offer()

    def accept(self, answer: str) -> None:
        self._peer.accept(answer)

    def restart(self, offer: str) -> str:
        return self._peer.restart(offer)

    def close(self) -> None:
        self._peer.close()
        self._listening.close()
