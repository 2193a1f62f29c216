"""Twilio's status reports as structured log lines: JSON without personal data.

Numbers are masked to their last four digits, texts and places are left out.
"""

import json
import logging
from collections.abc import Mapping

from shared.phone_numbers import masked
from shared.webhooks import Webhook

log = logging.getLogger(__name__)

# From our names to Twilio's fields.
MESSAGE_FIELDS = {"sid": "MessageSid", "status": "MessageStatus", "error_code": "ErrorCode"}
CALL_FIELDS = {
    "sid": "CallSid",
    "status": "CallStatus",
    "direction": "Direction",
    "sequence": "SequenceNumber",
    "duration_s": "CallDuration",
    "sip_code": "SipResponseCode",
    "answered_by": "AnsweredBy",
}

RECORDING_FIELDS = {
    "sid": "RecordingSid",
    "call_sid": "CallSid",
    "status": "RecordingStatus",
    "duration_s": "RecordingDuration",
    "source": "RecordingSource",
    "error_code": "ErrorCode",
}

QUEUE_FIELDS = {
    "sid": "CallSid",
    "queue_sid": "QueueSid",
    "result": "QueueResult",
    "waited_s": "QueueTime",
}


def log_message_status(webhook: Webhook) -> None:
    """Log what became of a message."""
    _log("message", webhook, MESSAGE_FIELDS)


def log_call_status(webhook: Webhook) -> None:
    """Log how far a call has got."""
    _log("call", webhook, CALL_FIELDS)


def log_recording(webhook: Webhook) -> None:
    """Log that a recording is ready, or that there is none."""
    _log("recording", webhook, RECORDING_FIELDS)


def log_queue_result(webhook: Webhook) -> None:
    """Log how a caller's time in a queue ended; nothing while it goes on."""
    if webhook.field("QueueResult"):
        _log("queue", webhook, QUEUE_FIELDS)


def _log(kind: str, webhook: Webhook, fields: Mapping[str, str]) -> None:
    record: dict[str, str | None] = {"report": kind}
    record |= {name: webhook.field(field) for name, field in fields.items()}
    record |= {"from": masked(webhook.field("From")), "to": masked(webhook.field("To"))}
    given = {name: value for name, value in record.items() if value is not None}
    log.info("%s", json.dumps(given))
