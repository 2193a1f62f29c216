"""GET or POST /api/TwimlReply: answer an incoming text. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.reply import acknowledgement, reply
from shared.endpoints import answer
from shared.webhooks import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Reply with the query's `Message`; without one, say what arrived."""
    message = req.parameter("Message")
    return reply(acknowledgement(req.field) if message is None else message)
