"""POST /api/OnCallStatus: Twilio reports the status of a call. Signed by Twilio."""

from shared import clients
from shared.delivery.reports import CALL
from shared.endpoints import report
from shared.webhooks.verifier import Webhook


@report
async def main(req: Webhook) -> None:
    """Store the report and log it."""
    await clients.current().reports.take(CALL, req)
