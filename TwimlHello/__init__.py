"""GET or POST /api/TwimlHello: say "Hello World".

It needs no signature: it has no effect, and it is the first test from the portal or a browser.
"""

import azure.functions as func
from twilio.twiml import TwiML

from shared.answers.hello import greeting
from shared.endpoints import fixed_answer


@fixed_answer
async def main(req: func.HttpRequest) -> TwiML:
    """Greet."""
    return greeting()
