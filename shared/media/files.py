"""Fetch the media of texts from Twilio."""

import mimetypes
import re
from typing import TYPE_CHECKING, NamedTuple

from shared.errors import InvalidRequestError, TwilioError
from shared.http.inputs import Inputs, required
from shared.twilio_limits import MAX_MEDIA_BYTES

if TYPE_CHECKING:
    from shared.twilio_api.downloads import Files

FIELDS = ("message", "sid")

_MESSAGE_SID = re.compile(r"[SM]M[0-9a-fA-F]{32}")
_MEDIA_SID = re.compile(r"ME[0-9a-fA-F]{32}")

# Strangers choose these files, so nothing that a browser would run: SVG may contain scripts.
_SHOWN = re.compile(r"(?:image/(?!svg)|audio/|video/)[a-z0-9.+-]+")
_SAVED = frozenset({"application/pdf", "text/vcard", "text/x-vcard"})


def is_shareable(media_type: str) -> bool:
    """Whether the app returns files of this type: pictures, sounds, videos, PDF and vCards."""
    return media_type in _SAVED or _SHOWN.fullmatch(media_type) is not None


class WantedMedia(NamedTuple):
    """One file of a text, by Twilio's SIDs."""

    message_sid: str
    sid: str

    @classmethod
    def from_inputs(cls, inputs: Inputs) -> "WantedMedia":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        message_sid = required(inputs.text("message"), "message")
        if not _MESSAGE_SID.fullmatch(message_sid):
            raise InvalidRequestError(
                "`message` must be SM or MM followed by 32 hexadecimal digits.", field="message"
            )
        sid = required(inputs.text("sid"), "sid")
        if not _MEDIA_SID.fullmatch(sid):
            raise InvalidRequestError(
                "`sid` must be ME followed by 32 hexadecimal digits.", field="sid"
            )
        return cls(message_sid, sid)

    @property
    def signed(self) -> tuple[str, ...]:
        """What the signature of a link is for."""
        return ("media", *self)

    @property
    def query(self) -> dict[str, str]:
        """The query parameters of a link."""
        return {"message": self.message_sid, "sid": self.sid}


class MediaFile(NamedTuple):
    """The bytes of a file, and its type."""

    sid: str
    body: bytes
    media_type: str

    @property
    def name(self) -> str:
        """The file name, such as ME….png."""
        return f"{self.sid}{mimetypes.guess_extension(self.media_type) or ''}"

    @property
    def is_to_save(self) -> bool:
        """Whether a browser should save it instead of showing it."""
        return self.media_type in _SAVED


async def file_of(wanted: WantedMedia, files: "Files") -> MediaFile:
    """Return the file; raise what `Files.fetch` raises, and TwilioError for an unsafe type."""
    path = f"Messages/{wanted.message_sid}/Media/{wanted.sid}"
    download = await files.fetch(path, what="file", max_bytes=MAX_MEDIA_BYTES)
    if not is_shareable(download.media_type):
        raise TwilioError("The file has a type that this app doesn't return.")
    return MediaFile(wanted.sid, download.body, download.media_type)
