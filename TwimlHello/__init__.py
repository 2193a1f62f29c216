"""GET or POST /api/TwimlHello: say "Hello World".

It needs no signature: it has no effect, and it is the first test from the portal or a browser.
"""

from functools import cache

import azure.functions as func

from shared.answers.hello import greeting


@cache
def hello() -> func.HttpResponse:
    """Build the answer once; it is the same for everyone."""
    return func.HttpResponse(str(greeting()), mimetype="text/xml")


async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Greet."""
    return hello()
