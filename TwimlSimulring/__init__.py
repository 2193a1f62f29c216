"""GET or POST /api/TwimlSimulring?PhoneNumbers[]=...: ring several numbers. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.dialing import Dialing
from shared.answers.redirection import Redirection
from shared.answers.simulring import simulring
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | Redirection:
    """Ring all `PhoneNumbers` at once; if no one answers, continue at `FailUrl`."""
    app = clients.current()
    return refusal(req, app.settings) or simulring(
        Dialing.from_query(req.query, "PhoneNumbers"), req, await app.destinations()
    )
