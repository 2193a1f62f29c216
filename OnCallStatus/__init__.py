"""POST /api/OnCallStatus: Twilio reports how far a call has got. Signed by Twilio."""

from shared.endpoints import report
from shared.reports import log_call_status
from shared.webhooks import Webhook


@report
async def main(req: Webhook) -> None:
    """Log the report."""
    log_call_status(req)
