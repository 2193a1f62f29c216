"""Fetch the sound of recordings from Twilio."""

import re
from typing import TYPE_CHECKING, NamedTuple

from shared.errors import InvalidRequestError
from shared.http.inputs import Inputs, required

if TYPE_CHECKING:
    from shared.twilio_api.downloads import Files

# The runtime allows answers of up to 128 MB, and holds them in memory twice.
MAX_BYTES = 100_000_000

FIELDS = ("sid", "format")
MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}
DEFAULT_FORMAT = "mp3"

RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")


class WantedRecording(NamedTuple):
    """A recording and the format of its sound: mp3 (small) or wav (as recorded)."""

    sid: str
    sound_format: str = DEFAULT_FORMAT

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> "WantedRecording":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        sid = required(inputs.text("sid"), "sid")
        if not RECORDING_SID.fullmatch(sid):
            raise InvalidRequestError(
                "`sid` must be RE followed by 32 hexadecimal digits.", field="sid"
            )
        sound_format = inputs.text("format")
        if sound_format is None:
            sound_format = DEFAULT_FORMAT
        if sound_format not in MEDIA_TYPES:
            raise InvalidRequestError(
                f"`format` must be {' or '.join(MEDIA_TYPES)}.", field="format"
            )
        return cls(sid, sound_format)

    @property
    def signed(self) -> tuple[str, ...]:
        """What the signature of a link is for."""
        return ("recording", *self)

    @property
    def query(self) -> dict[str, str]:
        """The query parameters of a link, which must be for the default format."""
        return {"sid": self.sid}

    @property
    def file_name(self) -> str:
        """The file name, such as RE….mp3."""
        return f"{self.sid}.{self.sound_format}"

    @property
    def media_type(self) -> str:
        """The value of the Content-Type header."""
        return MEDIA_TYPES[self.sound_format]


async def sound_of(wanted: WantedRecording, files: "Files") -> bytes:
    """Return the bytes of the sound file; raise what `Files.fetch` raises."""
    path = f"Recordings/{wanted.file_name}"
    return (await files.fetch(path, what="recording", max_bytes=MAX_BYTES)).body
