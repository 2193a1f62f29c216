"""GET or POST /api/TwimlEcho?Twiml=...: the TwiML in the URL. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.echo import PARAMETER, echo
from shared.endpoints import answer
from shared.guards.echoes import refusal_of
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | str:
    """Return the document in the query unchanged, if it is allowed."""
    document = req.parameter(PARAMETER)
    parties = req.denying("From", "To")
    app = clients.current()
    reason = await refusal_of(document, PARAMETER, app.destinations, parties)
    return echo(document, reason)
