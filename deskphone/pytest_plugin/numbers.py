"""The numbers of the account, which the app answers."""

from typing import Final, Self, overload

from deskphone.pytest_plugin.server import Server
from deskphone.records.phone_number import PhoneNumber
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.parameters import Parameters

NUMBERS: Final = "IncomingPhoneNumbers"


class _Setting:
    """A setting of a number, to read and to set. Setting an invalid one raises ValueError."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, number: None, owner: type) -> Self: ...
    @overload
    def __get__(self, number: "Number", owner: type) -> str: ...
    def __get__(self, number: "Number | None", owner: type) -> Self | str:
        return self if number is None else getattr(number.record(), self._name)

    def __set__(self, number: "Number", value: str) -> None:
        number.change(self._parameter, value)


class Number(str):
    """A phone number of the account: the text +12025550100, with its settings."""

    __slots__ = ("_server", "sid")

    _server: Server
    sid: str

    voice_url = _Setting("VoiceUrl")
    voice_method = _Setting("VoiceMethod")
    voice_fallback_url = _Setting("VoiceFallbackUrl")
    sms_url = _Setting("SmsUrl")
    sms_method = _Setting("SmsMethod")
    sms_fallback_url = _Setting("SmsFallbackUrl")
    status_callback = _Setting("StatusCallback")

    def __new__(cls, server: Server, sid: str, number: str) -> Self:
        made = super().__new__(cls, number)
        made._server = server
        made.sid = sid
        return made

    @classmethod
    def add(cls, server: Server, number: str) -> Self:
        """Add a number to the account. Raise ValueError for an invalid one."""
        pairs = [("PhoneNumber", number)]
        try:
            created = server.act(
                lambda emulator: emulator.api.resource(NUMBERS).create(Parameters(pairs))
            )
        except TwilioRefusalError as error:
            raise ValueError(error.message) from None
        return cls(server, str(created["sid"]), str(created["phone_number"]))

    def record(self) -> PhoneNumber:
        """Return the emulator's record. Raise LookupError if the number was removed."""
        record = self._server.look(lambda emulator: emulator.store.numbers.get(self.sid))
        if record is None:
            raise LookupError(f"The account has no number {self} anymore.")
        return record

    def change(self, parameter: str, value: str) -> None:
        """Change a setting by its name in Twilio's API. Raise ValueError for an invalid value."""
        pairs = [(parameter, value)]
        try:
            self._server.act(
                lambda emulator: emulator.api.resource(NUMBERS).update(self.sid, Parameters(pairs))
            )
        except TwilioRefusalError as error:
            raise ValueError(error.message) from None
