"""Twilio's reports as log lines: JSON without personal data.

Numbers are masked to their last four digits, texts and places are left out. A value is cut to
MAX_CHARS: a SID has 34 characters, and whoever writes the URL of a function writes its query.
"""

import json
import logging
from collections.abc import Mapping

from shared.phone_numbers import masked
from shared.webhooks.verifier import Webhook

log = logging.getLogger(__name__)

MAX_CHARS = 64

# From our names to Twilio's fields.
QUEUE_FIELDS = {
    "sid": "CallSid",
    "queue_sid": "QueueSid",
    "result": "QueueResult",
    "waited_s": "QueueTime",
}


def log_report(
    kind: str, webhook: Webhook, fields: Mapping[str, str], *, stored: bool = True
) -> None:
    """Log the given `fields` (from our names to Twilio's) of a report, and whose it is.

    A report that could not be kept says so.
    """
    told = {name: webhook.posted(field) for name, field in fields.items()}
    told |= {"from": masked(webhook.posted("From")), "to": masked(webhook.posted("To"))}
    record: dict[str, str | bool] = {"report": kind}
    record |= {name: value[:MAX_CHARS] for name, value in told.items() if value is not None}
    log.info("%s", json.dumps(record if stored else record | {"stored": False}))


def log_queue_result(webhook: Webhook) -> None:
    """Log how a caller's time in a queue ended; nothing while it goes on."""
    if webhook.posted("QueueResult"):
        log_report("queue", webhook, QUEUE_FIELDS)
