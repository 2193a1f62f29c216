"""POST /api/OnMessageStatus: Twilio reports what became of a message. Signed by Twilio."""

from shared.endpoints import report
from shared.reports import log_message_status
from shared.webhooks import Webhook


@report
async def main(req: Webhook) -> None:
    """Log the report."""
    log_message_status(req)
