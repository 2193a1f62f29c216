"""POST /api/OnCallStatus: Twilio reports how far a call has got. Signed by Twilio."""

from shared import reports
from shared.endpoints import report
from shared.webhooks import Webhook


@report
async def main(req: Webhook) -> None:
    """Keep the report and log it."""
    await reports.take(reports.CALL, req)
