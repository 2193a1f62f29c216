"""GET /api/GetStatus?sid=SM... or ?key=...: the status of a message, a call or a key."""

import azure.functions as func

from shared import clients
from shared.delivery.status import FIELDS, Subject
from shared.endpoints import action
from shared.http.inputs import read_query
from shared.http.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Return what the ledger knows, or ask Twilio if it knows nothing."""
    subject = Subject.from_inputs(read_query(req, *FIELDS))
    found = await clients.current().deliveries.find(subject)
    return json_response(found, headers={"Cache-Control": "no-store"})
