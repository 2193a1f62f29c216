"""GET or POST /api/TwimlMessage?Message=...: speak texts and play sounds. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.message import announcement
from shared.answers.parameters import entries
from shared.endpoints import answer
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Say or play each `Message` of the query, in its order."""
    return announcement(entries(req.query, "Message"))
