"""GET or POST /api/TwimlHoldMusic?Bucket=...: music for who waits. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.hold_music import HoldMusic, hold_music
from shared.endpoints import answer
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Play each `Track`, or the melody of `Bucket`, without end."""
    return hold_music(HoldMusic.from_query(req.query))
