"""What people do on the phone page, as sound."""

from deskphone.line.studio.speech import Speech
from deskphone.line.studio.studio import Studio
from deskphone.records.call import Call
from deskphone.sound.speakers import PERSON
from deskphone.sound.tones import keys


class People:
    """Typed speech and keys, as the others in the call hear them."""

    def __init__(self, studio: Studio, speech: Speech) -> None:
        self._studio = studio
        self._speech = speech

    def press(self, call: Call, digits: str) -> None:
        """Let the others hear keys, unless the call takes them as input."""
        if not call.wants:
            self._studio.said(call.sid, keys(digits))

    async def speak(self, call: Call, text: str) -> None:
        """Speak a text for the person, in the language of the last <Say>."""
        sound = await self._speech.spoken(call.sid, text, _language(call), PERSON)
        self._studio.said(call.sid, sound, in_turn=True)


def _language(call: Call) -> str:
    """Return the language that the call speaks, or ""."""
    said = (dict(one.attributes) for one in reversed(call.timeline) if one.name == "Say")
    return next((one["language"] for one in said if "language" in one), "")
