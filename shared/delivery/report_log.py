"""Log Twilio's reports as JSON, without personal data.

Numbers are masked to their last four digits; texts and places are left out. A value is truncated to
MAX_CHARS: a SID has 34 characters, and a query can be of any length.
"""

import json
import logging
from collections.abc import Mapping

from shared.phone_numbers import masked
from shared.webhooks.verifier import Webhook

log = logging.getLogger(__name__)

MAX_CHARS = 64
# Twilio's ErrorCode in the report of a recording that went well.
NO_ERROR = "0"

# Maps our names to Twilio's fields.
QUEUE_FIELDS = {
    "sid": "CallSid",
    "queue_sid": "QueueSid",
    "result": "QueueResult",
    "waited_s": "QueueTime",
}


def log_report(
    kind: str, webhook: Webhook, fields: Mapping[str, str], *, stored: bool = True
) -> None:
    """Log the given `fields` of a report (our names mapped to Twilio's), and its masked numbers.

    Unless it was `stored`, the line says so. An error code of 0 isn't an error: leave it out.
    """
    posted = {name: webhook.posted(field) for name, field in fields.items()}
    if posted.get("error_code") == NO_ERROR:
        del posted["error_code"]
    posted |= {"from": masked(webhook.posted("From")), "to": masked(webhook.posted("To"))}
    record: dict[str, str | bool] = {"report": kind}
    record |= {name: value[:MAX_CHARS] for name, value in posted.items() if value is not None}
    log.info("%s", json.dumps(record if stored else record | {"stored": False}))


def log_queue_result(webhook: Webhook) -> None:
    """Log how a caller's time in a queue ended, if it has ended."""
    if webhook.posted("QueueResult"):
        log_report("queue", webhook, QUEUE_FIELDS)
