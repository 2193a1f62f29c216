"""GET or POST /api/TwimlConference?Name=...: enter a conference. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.conference import Conference, conference
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Ask for the pass code, if any, and let the caller in."""
    app = clients.current()
    wanted = Conference.from_query(req.query)
    outbound = await app.destinations(are_needed=wanted.texts_moderators)
    return refusal(req, app.settings) or conference(wanted, req, outbound)
