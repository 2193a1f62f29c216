"""GET /api/GetStatus?sid=SM... or ?key=...: what became of a message, a call or a key."""

import azure.functions as func

from shared.delivery import status as delivery
from shared.endpoints import action
from shared.http.inputs import read_query
from shared.http.responses import json_response


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Answer from the ledger, or from Twilio where the ledger knows nothing."""
    subject = delivery.Subject.from_inputs(read_query(req, *delivery.FIELDS))
    return json_response(await delivery.find(subject), headers={"Cache-Control": "no-store"})
