"""GET /api/GetHealth: whether settings, credentials and Twilio work; 503 names what does not."""

import azure.functions as func

from shared import health
from shared.endpoints import action
from shared.http.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Try each part."""
    return json_response(await health.check())
