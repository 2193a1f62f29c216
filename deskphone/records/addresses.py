"""Where Twilio's REST API has its resources."""

from deskphone.records.message import Media, Message
from deskphone.records.recording import Recording
from deskphone.values import ACCOUNT_SID

API_VERSION = "2010-04-01"
ACCOUNT_PATH = f"/{API_VERSION}/Accounts/{ACCOUNT_SID}"


def recording_url(record: Recording) -> str:
    """Return where the sound is: a WAV file as it stands, an MP3 file with .mp3 appended."""
    return f"https://api.twilio.com{ACCOUNT_PATH}/Recordings/{record.sid}"


def media_url(emulator_url: str, message: Message, media: Media) -> str:
    """Return where the REST API, at `emulator_url`, has a file of a message."""
    return f"{emulator_url}{ACCOUNT_PATH}/Messages/{message.sid}/Media/{media.sid}"
