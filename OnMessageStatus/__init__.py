"""POST /api/OnMessageStatus: Twilio reports the status of a message. Signed by Twilio."""

from shared import clients
from shared.delivery.reports import MESSAGE
from shared.endpoints import report
from shared.webhooks.verifier import Webhook


@report
async def main(req: Webhook) -> None:
    """Store the report and log it."""
    await clients.current().reports.take(MESSAGE, req)
