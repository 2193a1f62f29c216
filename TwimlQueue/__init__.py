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
    """Let the caller wait; log how that ended."""
    log_queue_result(req)
    wanted = Queue.from_query(req.query)
    # Who is in the queue cannot be refused any more: no <Reject> is taken there.
    blocked = None if wanted.step else refusal(req, clients.current().settings)
    return blocked or queue(wanted, req)
