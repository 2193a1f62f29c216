"""POST /api/SendSms: send one text message and answer with its SID."""

import azure.functions as func

from shared import clients
from shared.endpoints import action
from shared.inputs import read_inputs
from shared.messages import FIELDS, TextMessage
from shared.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Send the text that the inputs describe."""
    inputs = read_inputs(req, *FIELDS)
    message = TextMessage.from_inputs(inputs, clients.settings(), clients.clock().now())
    sent = await clients.messenger().send(message, req.url)
    return json_response(sent.to_json(), status=201)
