"""GET or POST /api/TwimlReply: answer an incoming text, or hand it on. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.endpoints import answer
from shared.webhooks.text_replies import answered
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Reply with `Keywords[word]`, else `Message`, with `MediaUrl`; text `Forward` as well."""
    return answered(req, clients.current().settings)
