"""GET /api/GetHealth: check the settings, the credentials and Twilio; 503 names what fails."""

import azure.functions as func

from shared import health
from shared.endpoints import action
from shared.http.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Check each part."""
    return json_response(await health.check())
