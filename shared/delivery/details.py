"""What Twilio says about a text or a call beyond its status."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance
    from twilio.rest.api.v2010.account.message import MessageInstance

# A call rarely has more than one recording.
MAX_RECORDINGS = 20


def of_message(message: "MessageInstance") -> dict[str, object]:
    """Return the segments that Twilio counted, and the price once Twilio has set it.

    The price is negative, as Twilio writes it. A messaging service counts when it sends, so
    `segments` is 0 before.
    """
    price = {"price": message.price, "price_unit": message.price_unit}
    return {"segments": _number(message.num_segments), **price}


async def of_call(client: "Client", call: "CallInstance") -> dict[str, object]:
    """Return how long a call lasted (seconds), who answered, its price and its recordings.

    Only a call with machine detection knows who answered. Twilio gives 0 seconds while it rings.
    """
    recordings = await client.recordings.list_async(
        call_sid=str(call.sid), limit=MAX_RECORDINGS, page_size=MAX_RECORDINGS
    )
    return {
        "duration": _number(call.duration) if str(call.status) == "completed" else None,
        "answered_by": call.answered_by,
        "price": call.price,
        "price_unit": call.price_unit,
        "recordings": [
            {"sid": recording.sid, "duration": _number(recording.duration)}
            for recording in recordings
        ],
    }


def _number(text: str | None) -> int | None:
    """Return a count or a number of seconds; Twilio writes -1 or null before it knows."""
    number = int(text) if text else -1
    return number if number >= 0 else None
