"""GET or POST /api/TwimlEcho?Twiml=...: TwiML that the URL holds. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.echo import echo
from shared.endpoints import answer
from shared.webhooks import Webhook


@answer
async def main(req: Webhook) -> TwiML | str:
    """Answer with the document of the query, as it is."""
    return echo(req.parameter("Twiml"))
