"""GET or POST /api/TwimlForward?PhoneNumber=...: dial a number. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.forward import Forward, forward
from shared.answers.redirection import Redirection
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | Redirection:
    """Dial the number; if no one answers, continue at `FailUrl`."""
    app = clients.current()
    return refusal(req, app.settings) or forward(
        Forward.from_query(req.query), req, await app.destinations()
    )
