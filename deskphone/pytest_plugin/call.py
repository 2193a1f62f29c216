"""A call as the person with the phone has it."""

from deskphone.emulator import Emulator
from deskphone.pytest_plugin.server import Server
from deskphone.records import call as records


class Captions(list[str]):
    """What was said, sentence by sentence. `"Press 1" in captions` looks inside of each."""

    def __contains__(self, words: object) -> bool:
        return isinstance(words, str) and any(words in said for said in self)


class Call:
    """One call. Each action returns once nothing more happens by itself."""

    def __init__(self, server: Server, sid: str) -> None:
        self._server = server
        self.sid = sid

    def press(self, keys: str) -> None:
        """Press keys: 0-9, * and #. Raise WrongStateError if the call isn't in progress."""
        if not keys or set(keys) - set("0123456789*#"):
            raise ValueError(f"{keys!r} has other keys than 0-9, * and #.")
        self._server.act(lambda emulator: emulator.network.exchange.press(self.sid, keys))

    def says(self, words: str) -> None:
        """Say something. Raise WrongStateError if the call isn't in progress."""
        if not words.strip():
            raise ValueError("There are no words to say.")
        self._server.act(
            lambda emulator: emulator.network.exchange.speak(self.sid, words.strip(), final=True)
        )

    def stop_talking(self) -> None:
        """Be silent, which ends a <Record> after its timeout."""
        self._server.act(lambda emulator: emulator.network.exchange.stop_talking(self.sid))

    def hang_up(self) -> None:
        """Hang up. Raise WrongStateError if the call has ended."""
        self._server.act(lambda emulator: emulator.network.exchange.hang_up(self.sid))

    @property
    def heard(self) -> Captions:
        """What the app said to the person, in order."""
        return Captions(entry.text for entry in self._record().timeline if entry.name == "Say")

    @property
    def played(self) -> list[str]:
        """The URLs of the audio files that the app played, in order."""
        played = (dict(one.attributes) for one in self._record().timeline if one.name == "Play")
        return [attributes["url"] for attributes in played if "url" in attributes]

    @property
    def status(self) -> str:
        """Twilio's status, such as in-progress, completed, busy or no-answer."""
        return self._record().status

    @property
    def answered(self) -> bool:
        """Whether it was ever answered."""
        return self._record().answered is not None

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._record().status in records.ENDED_CALL

    @property
    def wants(self) -> tuple[str, ...]:
        """What the app waits for: keys, speech, recording."""
        return self._record().wants

    @property
    def sender(self) -> str:
        """Who called."""
        return self._record().sender

    @property
    def to(self) -> str:
        """Who was called."""
        return self._record().to

    @property
    def connected_to(self) -> str | None:
        """The number of the person at the other end, or None."""

        def find(emulator: Emulator) -> str | None:
            record = emulator.store.calls.get(self.sid)
            other = emulator.store.calls.get((record and record.connected_to) or "")
            return other.person if other else None

        return self._server.look(find)

    def __repr__(self) -> str:
        return f"<Call {self.sid}>"

    def _record(self) -> records.Call:
        record = self._server.look(lambda emulator: emulator.store.calls.get(self.sid))
        if record is None:
            raise LookupError("There is no such call: the emulator was reset, or it was deleted.")
        return record
