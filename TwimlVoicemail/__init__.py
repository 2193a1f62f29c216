"""GET or POST /api/TwimlVoicemail?Notify=...: record a message. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.voicemail import Voicemail, voicemail
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Record a message; OnRecording texts the owner."""
    return refusal(req, clients.current().settings) or voicemail(
        Voicemail.from_query(req.query), req
    )
