"""GET or POST /api/TwimlFindMe?PhoneNumbers[]=...: try numbers in turn. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.dialing import Dialing
from shared.answers.find_me import find_me
from shared.answers.redirection import Redirection
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | Redirection:
    """Try the `PhoneNumbers` in turn; after the last one, continue at `FailUrl`."""
    app = clients.current()
    return refusal(req, app.settings) or find_me(
        Dialing.from_query(req.query, "PhoneNumbers"), req, await app.destinations()
    )
