"""GET or POST /api/TwimlCallMe?PhoneNumber=...: dial, and ask first. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.call_me import call_me
from shared.answers.dialing import Dialing
from shared.answers.redirection import Redirection
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | Redirection:
    """Dial the number and play `Message` to it; if no one answers, continue at `FailUrl`."""
    app = clients.current()
    return refusal(req, app.settings) or call_me(
        Dialing.from_query(req.query, "PhoneNumber"), req, await app.destinations()
    )
