"""POST /api/SendSms: send one text message and return its SID."""

import azure.functions as func

from shared import clients
from shared.endpoints import action
from shared.http.idempotency import Key
from shared.http.inputs import read_inputs
from shared.sending.sent import sent_response
from shared.sending.text import FIELDS, TextMessage


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Send the text described by the inputs."""
    inputs, app = read_inputs(req, *FIELDS), clients.current()
    message = TextMessage.from_inputs(inputs, app.settings)
    key = Key.of_request(req, "SendSms", message)
    sent = await app.outbox.send(message, req.url, key)
    return sent_response(sent)
