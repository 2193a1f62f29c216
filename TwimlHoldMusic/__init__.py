"""GET or POST /api/TwimlHoldMusic?Bucket=...: hold music. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.hold_music import HoldMusic, hold_music
from shared.endpoints import answer
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Play each `Track`, or the melody of `Bucket`, in a loop."""
    return hold_music(HoldMusic.from_query(req.query))
