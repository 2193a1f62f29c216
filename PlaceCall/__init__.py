"""POST /api/PlaceCall: call a phone and return the call's SID."""

import azure.functions as func

from shared import clients
from shared.endpoints import action
from shared.http.idempotency import Key
from shared.http.inputs import read_inputs
from shared.sending.calls import FIELDS, CallRequest
from shared.sending.sent import sent_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Place the call described by the inputs."""
    inputs, app = read_inputs(req, *FIELDS), clients.current()
    call = CallRequest.from_inputs(inputs, app.settings)
    key = Key.of_request(req, "PlaceCall", call)
    placed = await app.outbox.send(call, req.url, key)
    return sent_response(placed)
