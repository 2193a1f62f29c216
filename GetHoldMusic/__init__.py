"""GET /api/GetHoldMusic?Bucket=com.twilio.music.classical: a bundled melody, without a key."""

import azure.functions as func

from shared.answers import melodies as hold_music
from shared.endpoints import public
from shared.http.responses import sound_response

MAX_AGE_S = 7 * 24 * 3600


@public
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return the melody of `Bucket`."""
    sound = await hold_music.sound_of(req.params.get("Bucket", ""))
    return sound_response(req, sound, max_age_s=MAX_AGE_S)
