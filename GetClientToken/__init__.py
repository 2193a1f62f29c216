"""POST /api/GetClientToken: a token with which the browser of one person makes and takes calls."""

import azure.functions as func

from shared import clients
from shared.browser_calls.identities import FIELDS
from shared.endpoints import action
from shared.http.inputs import read_inputs
from shared.http.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return a token for the identity that your server names."""
    inputs = read_inputs(req, *FIELDS)
    token = await clients.current().browser_calls.token_of(inputs)
    return json_response(token, headers={"Cache-Control": "no-store"})
