"""POST /api/OnMessageStatus: Twilio reports what became of a message. Signed by Twilio."""

from shared.delivery import reports
from shared.endpoints import report
from shared.webhooks import opt_outs as opt_out_webhooks
from shared.webhooks.verifier import Webhook


@report
async def main(req: Webhook) -> None:
    """Keep the report and log it; remember the opt-out that it tells of."""
    await opt_out_webhooks.note_report(req)
    await reports.take(reports.MESSAGE, req)
