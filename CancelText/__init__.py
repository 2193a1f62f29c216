"""POST /api/CancelText: cancel a scheduled text before it is sent."""

import azure.functions as func

from shared import clients
from shared.delivery.cancellation import FIELDS, Cancellation
from shared.endpoints import action
from shared.http.inputs import read_inputs
from shared.http.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Cancel the text with the given SID."""
    cancellation = Cancellation.from_inputs(read_inputs(req, *FIELDS))
    return json_response(await cancellation.carry_out(clients.current().account))
