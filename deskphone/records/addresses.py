"""URLs of resources in Twilio's REST API."""

from deskphone.records.message import Media, Message
from deskphone.records.recording import Recording
from deskphone.values import ACCOUNT_SID

API_VERSION = "2010-04-01"
ACCOUNT_PATH = f"/{API_VERSION}/Accounts/{ACCOUNT_SID}"


def recording_url(record: Recording) -> str:
    """Return the URL of the audio: a WAV file, or an MP3 file with .mp3 appended."""
    return f"https://api.twilio.com{ACCOUNT_PATH}/Recordings/{record.sid}"


def media_url(emulator_url: str, message: Message, media: Media) -> str:
    """Return the URL of a message's file in the REST API at `emulator_url`."""
    return f"{emulator_url}{ACCOUNT_PATH}/Messages/{message.sid}/Media/{media.sid}"
