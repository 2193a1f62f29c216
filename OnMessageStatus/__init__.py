"""POST /api/OnMessageStatus: Twilio reports what became of a message. Signed by Twilio."""

from shared.delivery import reports
from shared.endpoints import report
from shared.webhooks.verifier import Webhook


@report
async def main(req: Webhook) -> None:
    """Keep the report and log it."""
    await reports.take(reports.MESSAGE, req)
