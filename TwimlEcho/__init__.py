"""GET or POST /api/TwimlEcho?Twiml=...: TwiML that the URL holds. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.echo import PARAMETER, echo
from shared.endpoints import answer
from shared.guards.echoes import refusal_of
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | str:
    """Answer with the document of the query, as it is, if it may be used."""
    document = req.parameter(PARAMETER)
    parties = req.denying("From", "To")
    reason = refusal_of(document, PARAMETER, lambda: clients.current().destinations, parties)
    return echo(document, reason)
