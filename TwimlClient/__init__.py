"""GET or POST /api/TwimlClient?Identity=...: ring someone's browser. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.client import Client, client
from shared.answers.redirection import Redirection
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | Redirection:
    """Ring the browser; if no one answers, continue at `FailUrl` or with voicemail."""
    app = clients.current()
    return refusal(req, app.settings) or client(
        Client.from_query(req.query), req, await app.destinations()
    )
