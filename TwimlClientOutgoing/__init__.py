"""GET or POST /api/TwimlClientOutgoing: connect a browser that calls. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Dial the number, browser, queue or conference that the browser asks for."""
    app = clients.current()
    blocked = refusal(req, app.settings)
    return blocked or await app.browser_calls.outgoing.answer(req.query, req)
