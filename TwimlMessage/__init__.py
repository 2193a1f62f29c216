"""GET or POST /api/TwimlMessage?Message=...: say text and play sounds. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.message import announcement
from shared.answers.parameters import entries
from shared.endpoints import answer
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Say or play each `Message` in the query, in order."""
    return announcement(entries(req.query, "Message"))
