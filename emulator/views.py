"""Records as the page and the tests see them: JSON of our own, with ISO 8601 times."""

from datetime import UTC, datetime

from emulator.twilio.records import Alert, Call, Delivery, Message

type Json = dict[str, object]


def iso(time: datetime) -> str:
    """Return e.g. 2026-11-22T12:00:00.000Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def text(record: Message) -> Json:
    return {
        "sid": record.sid,
        "from": record.sender,
        "to": record.to,
        "body": record.body,
        "media": list(record.media),
        "status": record.status,
        "direction": record.direction,
        "error_code": record.error_code,
        "segments": record.segments,
        "at": iso(record.created),
    }


def call(record: Call) -> Json:
    person = record.sender if record.direction == "inbound" else record.to
    return {
        "sid": record.sid,
        "from": record.sender,
        "to": record.to,
        "status": record.status,
        "direction": record.direction,
        "at": iso(record.created),
        "legs": [{"number": person, "status": record.status}],
        "gathering": record.gathering,
        "entries": record.entries,
        "timeline": [
            {
                "at": entry.at_s,
                "kind": entry.kind,
                "name": entry.name,
                "text": entry.text,
                "attributes": dict(entry.attributes),
            }
            for entry in record.timeline
        ],
    }


def webhook(record: Delivery) -> Json:
    return {
        "id": record.sid,
        "at": iso(record.at),
        "sid": record.resource_sid,
        "purpose": record.purpose,
        "method": record.method,
        "url": record.url,
        "form": [list(pair) for pair in record.form],
        "signed": record.signed,
        "status": record.status,
        "answer": record.answer,
        "content_type": record.content_type,
        "duration_ms": record.duration_ms,
        "attempt": record.attempt,
        "error": record.error,
    }


def alert(record: Alert) -> Json:
    return {
        "id": record.sid,
        "at": iso(record.at),
        "sid": record.resource_sid,
        "level": record.level,
        "kind": record.kind,
        "code": record.code,
        "message": record.message,
    }


def of(record: Message | Call | Delivery | Alert) -> Json:
    """Return the view of any record that the page shows."""
    match record:
        case Message():
            return text(record)
        case Call():
            return call(record)
        case Delivery():
            return webhook(record)
        case Alert():
            return alert(record)
