"""POST /api/GetMyClientToken: a token for the person whom App Service has signed in."""

import azure.functions as func

from shared import clients
from shared.endpoints import public
from shared.http.responses import json_response


@public
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return a token; its identity comes from the sign-in, never from the request."""
    token = await clients.current().browser_calls.own_token(req)
    return json_response(token, headers={"Cache-Control": "no-store"})
