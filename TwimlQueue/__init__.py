"""GET or POST /api/TwimlQueue?Name=...: wait in line for an agent. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.queue import Queue, queue
from shared.delivery.report_log import log_queue_result
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Let the caller wait; log how the wait ended."""
    log_queue_result(req)
    wanted = Queue.from_query(req.query)
    # Callers in the queue can't be rejected any more: Twilio doesn't accept <Reject> there.
    blocked = None if wanted.step else refusal(req, clients.current().settings)
    return blocked or queue(wanted, req)
