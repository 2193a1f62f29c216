"""GET or POST /api/TwimlHello: say "Hello World".

It needs no signature, because it has no effect and is the first test from the portal or a browser.
"""

from functools import cache

import azure.functions as func

from shared.answers.hello import greeting


@cache
def hello() -> func.HttpResponse:
    """Build the response once; it is the same for everyone."""
    return func.HttpResponse(str(greeting()), mimetype="text/xml")


async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return the greeting."""
    return hello()
