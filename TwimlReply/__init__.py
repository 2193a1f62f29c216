"""GET or POST /api/TwimlReply: reply to an incoming text, or forward it. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.endpoints import answer
from shared.webhooks.text_replies import answered
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Reply with `Keywords[word]` or `Message`, and `MediaUrl`; forward the text to `Forward`."""
    app = clients.current()
    stopped_by = await app.live_settings.stop_name()
    return await answered(req, app.settings, stopped_by, lambda: app.links)
