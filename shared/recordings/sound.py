"""Fetch the sound of recordings from Twilio with the account's credentials."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from shared.errors import InvalidRequestError, NotFoundError, TwilioRefusedError
from shared.http.inputs import Inputs, required
from shared.twilio_api.account import TwilioAccount

if TYPE_CHECKING:
    from twilio.rest import Client

# The runtime allows answers of up to 128 MB, and holds them in memory twice.
MAX_BYTES = 100_000_000

FIELDS = ("sid", "format")
MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}
DEFAULT_FORMAT = "mp3"

RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")


class WantedRecording(NamedTuple):
    """A recording and the format of its sound: mp3 (small) or wav (as recorded)."""

    sid: str
    sound_format: str

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> "WantedRecording":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        sid = required(inputs.text("sid"), "sid")
        if not RECORDING_SID.fullmatch(sid):
            raise InvalidRequestError(
                "`sid` must be RE followed by 32 hexadecimal digits", field="sid"
            )
        sound_format = inputs.text("format")
        if sound_format is None:
            sound_format = DEFAULT_FORMAT
        if sound_format not in MEDIA_TYPES:
            raise InvalidRequestError(
                f"`format` must be {' or '.join(MEDIA_TYPES)}", field="format"
            )
        return cls(sid, sound_format)

    @property
    def file_name(self) -> str:
        """The file name, such as RE….mp3."""
        return f"{self.sid}.{self.sound_format}"

    @property
    def media_type(self) -> str:
        """The value of the Content-Type header."""
        return MEDIA_TYPES[self.sound_format]


class Downloads(Protocol):
    """The part of the transport that downloads files."""

    async def download(
        self, url: str, auth: tuple[str, str], *, max_bytes: int
    ) -> tuple[int, bytes]:
        """Return the status and the bytes of an answer; raise a TwilioError without one."""
        ...


class Recordings:
    """Reads recordings of the app's account."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def sound(self, wanted: WantedRecording) -> bytes:
        """Return the bytes of the sound file.

        Raise NotFoundError, ConfigurationError, VaultError or a TwilioError. Always send the
        credentials, though an account may allow access to media without them.
        """

        async def fetch(client: "Client") -> bytes:
            path = f"/2010-04-01/Accounts/{client.account_sid}/Recordings/{wanted.file_name}"
            url = client.get_hostname(f"https://api.twilio.com{path}")
            transport = cast("Downloads", client.http_client)
            auth = (client.username or "", client.password or "")
            status, body = await transport.download(url, auth, max_bytes=MAX_BYTES)
            return _checked(status, body)

        return await self._account.run(fetch)


def _checked(status: int, body: bytes) -> bytes:
    if status == HTTPStatus.NOT_FOUND:
        raise NotFoundError(
            "Twilio doesn't have this recording. A new one may take a moment.", field="sid"
        )
    if status != HTTPStatus.OK:
        raise TwilioRefusedError(
            f"Twilio returned {status} instead of the recording.", code=None, twilio_status=status
        )
    return body
