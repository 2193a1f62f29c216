"""The phones of people, who text and call the app and get its texts and calls."""

from dataclasses import dataclass

from deskphone.account.phone_numbers import e164
from deskphone.emulator import Emulator
from deskphone.pytest_plugin.call import Call
from deskphone.pytest_plugin.server import Server, is_to_phone
from deskphone.records.phone_number import PhoneNumber
from deskphone.values import HANDSETS


@dataclass(frozen=True)
class Text:
    """A text on a phone. `media` has the URLs of its files."""

    sid: str
    body: str
    media: tuple[str, ...]
    sender: str
    to: str
    status: str


class Phone:
    """One phone. Each action returns once nothing more happens by itself."""

    def __init__(self, server: Server, number: str) -> None:
        self._server = server
        self.number = number

    def sends(self, number: str, body: str = "", media: tuple[str, ...] | list[str] = ()) -> None:
        """Text one of the app's numbers; `media` has the URLs of files. Raise ValueError for
        another number."""
        if not body and not media:
            raise ValueError("A text needs a body or media.")
        self._server.act(
            lambda emulator: emulator.network.texts.receive(
                self.number, _of_app(emulator, number), body, tuple(media)
            )
        )

    def rings(self, number: str) -> Call:
        """Call one of the app's numbers. Raise ValueError for another number."""
        call = self._server.act(
            lambda emulator: emulator.network.exchange.ring(self.number, _of_app(emulator, number))
        )
        return Call(self._server, call.sid)

    def answers(self, *, machine: bool = False) -> Call:
        """Answer the call that is ringing, as a person or an answering machine.

        Raise AssertionError if none is.
        """

        def answer(emulator: Emulator) -> str:
            exchange, sid = emulator.network.exchange, self._ringing(emulator)
            (exchange.answer_by_machine if machine else exchange.answer)(sid)
            return sid

        return Call(self._server, self._server.act(answer))

    def declines(self) -> Call:
        """Decline the ringing call, which makes it busy. Raise AssertionError if there is none."""

        def decline(emulator: Emulator) -> str:
            sid = self._ringing(emulator)
            emulator.network.exchange.decline(sid)
            return sid

        return Call(self._server, self._server.act(decline))

    def always_answers(self, *, machine: bool = False) -> None:
        """From now on, answer each call as soon as it rings, until the end of the test."""

        def arrange(emulator: Emulator) -> None:
            self._server.answering[self.number] = machine

        self._server.act(arrange)

    @property
    def ringing(self) -> bool:
        """Whether a call is ringing."""
        return bool(self._server.look(self._all_ringing))

    @property
    def calls(self) -> list[Call]:
        """All calls from and to this phone, oldest first."""
        sids = self._server.look(
            lambda emulator: [one.sid for one in emulator.store.calls if one.person == self.number]
        )
        return [Call(self._server, sid) for sid in sids]

    @property
    def texts(self) -> list[Text]:
        """The texts that have arrived at this phone, oldest first."""
        records = self._server.look(
            lambda emulator: [
                one
                for one in emulator.store.messages
                if one.to == self.number and one.status == "delivered"
            ]
        )
        return [
            Text(
                one.sid,
                one.body,
                tuple(file.url for file in one.media),
                one.sender or "",
                one.to,
                one.status,
            )
            for one in records
        ]

    def __repr__(self) -> str:
        return f"<Phone {self.number}>"

    def _ringing(self, emulator: Emulator) -> str:
        ringing = self._all_ringing(emulator)
        if not ringing:
            raise AssertionError(f"No call is ringing at {self.number}: {_instead(emulator)}")
        return ringing[0]

    def _all_ringing(self, emulator: Emulator) -> list[str]:
        return [
            call.sid
            for call in emulator.store.calls
            if call.to == self.number and call.status == "ringing" and is_to_phone(call)
        ]


class Phones:
    """All phones: `phones[0]` and `phones[1]`, or any number, such as phones["+12025550145"]."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __getitem__(self, which: int | str) -> Phone:
        if isinstance(which, int):
            return Phone(self._server, HANDSETS[which])
        number = e164(which)
        if number is None:
            raise ValueError(f"{which!r} isn't a phone number.")
        return Phone(self._server, number)

    def __len__(self) -> int:
        return len(HANDSETS)


def _of_app(emulator: Emulator, number: str) -> PhoneNumber:
    """Return one of the app's numbers."""
    found = emulator.store.number(e164(str(number)) or "")
    if found is None:
        own = ", ".join(one.phone_number for one in emulator.store.numbers)
        raise ValueError(f"{number!s} isn't a number of your app. These are: {own}.")
    return found


def _instead(emulator: Emulator) -> str:
    """Return what the app did instead of calling this phone."""
    calls = [f"{call.to} ({call.status})" for call in emulator.store.calls if is_to_phone(call)]
    return f"your app called {', '.join(calls)}." if calls else "your app has placed no call."
