"""GET or POST /api/TwimlWhisper?Message=...: ask before connecting a call. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.whisper import Whisper, whisper
from shared.endpoints import answer
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Say `Message` to the called person, who presses a key to accept the call."""
    return whisper(Whisper.from_query(req.query), req)
