"""Views of records for the page and tests: our own JSON, with ISO 8601 times."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime

from deskphone.account.trial import VERIFIED_LIMIT, Trial
from deskphone.app import App
from deskphone.clock import Clock, to_milliseconds
from deskphone.faults.kinds import Service
from deskphone.records.call import ENDED_CALL, Call
from deskphone.records.conference import Conference
from deskphone.records.history import Alert, Delivery, SignatureCheck
from deskphone.records.message import Message
from deskphone.records.phone_number import PhoneNumber
from deskphone.records.queue import Queue
from deskphone.records.recording import Recording

BRIEF_HEAD, BRIEF_TAIL = 10, 90
"""The number of timeline entries to keep at both ends where many calls are listed."""

Json = dict[str, object]


def iso(time: datetime) -> str:
    """Return e.g. 2026-11-22T12:00:00.000Z."""
    shown = to_milliseconds(time.astimezone(UTC))
    return shown.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(shown: Clock) -> Json:
    return {"kind": shown.kind, "now": iso(shown.now())}


def app(shown: App) -> Json:
    """Return the static information about an app."""
    return {
        "title": shown.title,
        "name": shown.name,
        "start": shown.start,
        "people": dict(shown.people),
        "answers_url": shown.answers_url,
        "voice_examples": shown.voice_examples,
        "text_examples": shown.text_examples,
        "commands": shown.commands,
        "fault_notes": shown.fault_notes,
        "shared_key_note": shown.shared_key_note,
    }


def service(shown: Service) -> Json:
    """Return the titles and the fault menu of a service."""
    menu = [{"kind": kind, **({"count": count} if count else {})} for kind, count in shown.menu]
    return {"title": shown.title, "words": dict(shown.words), "menu": menu}


def text(record: Message) -> Json:
    return {
        "sid": record.sid,
        "from": record.sender,
        "to": record.to,
        "body": record.body,
        "media": [media.url for media in record.media],
        "status": record.status,
        "direction": record.direction,
        "error_code": record.error_code,
        "segments": record.segments,
        "at": iso(record.created),
    }


def call(record: Call, children: Iterable[Call] = ()) -> Json:
    """Return a call; `children` are those that it dialed."""
    return {
        "sid": record.sid,
        "from": record.sender,
        "to": record.to,
        "status": record.status,
        "direction": record.direction,
        "at": iso(record.created),
        "parent_sid": record.parent_call_sid,
        "answered_by": record.answered_by,
        "connected_to": record.connected_to,
        "legs": [_leg(leg) for leg in (record, *children)],
        "wants": list(record.wants),
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


def brief_call(record: Call) -> Json:
    """Return a call for a list: if it has ended, without the middle of a long timeline."""
    if record.status in ENDED_CALL and len(record.timeline) > BRIEF_HEAD + BRIEF_TAIL:
        timeline = (*record.timeline[:BRIEF_HEAD], *record.timeline[-BRIEF_TAIL:])
        record = replace(record, timeline=timeline)
    return call(record)


def _leg(record: Call) -> Json:
    return {"sid": record.sid, "number": record.person, "status": record.status}


def number(record: PhoneNumber) -> Json:
    return {
        "sid": record.sid,
        "number": record.phone_number,
        "name": record.friendly_name,
        "voice_url": record.voice_url,
        "voice_method": record.voice_method,
        "sms_url": record.sms_url,
        "sms_method": record.sms_method,
        "shared_key": record.shared_key,
    }


def trial(shown: Trial | None) -> Json | None:
    """Return the limits of a trial account, or None for a full account."""
    return {**asdict(shown), "ends": iso(shown.ends), "limit": VERIFIED_LIMIT} if shown else None


def recording(record: Recording) -> Json:
    return {
        "sid": record.sid,
        "call_sid": record.call_sid,
        "number": record.number,
        "at": iso(record.created),
        "duration_s": record.duration_s,
        "status": record.status,
        "source": record.source,
        "url": f"/emulator/recordings/{record.sid}.wav",
    }


def queue(record: Queue) -> Json:
    return {
        "sid": record.sid,
        "name": record.friendly_name,
        "max_size": record.max_size,
        "at": iso(record.created),
        "members": [
            {
                "call_sid": member.call_sid,
                "number": member.number,
                "position": position,
                "since": iso(member.since),
            }
            for position, member in enumerate(record.members, start=1)
        ],
    }


def conference(record: Conference) -> Json:
    return {
        "sid": record.sid,
        "name": record.friendly_name,
        "status": record.status,
        "at": iso(record.created),
        "participants": [
            {
                "call_sid": participant.call_sid,
                "number": participant.number,
                "label": participant.label,
                "muted": participant.muted,
                "hold": participant.hold,
                "coaching": participant.coaching,
                "waiting": participant.waiting,
            }
            for participant in record.participants
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
        "signature": _signature(record.signature),
    }


def _signature(check: SignatureCheck | None) -> Json | None:
    if check is None:
        return None
    return {
        "reason": check.reason,
        "steps": [asdict(step) for step in check.steps],
        "finding": check.finding,
        "advice": check.advice,
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


Shown = Message | Call | Recording | Queue | Conference | Delivery | Alert
"""Records that are sent to the page one by one."""


def of(record: Shown) -> Json:
    """Return the view of any record that the page shows."""
    match record:
        case Message():
            return text(record)
        case Call():
            return call(record)
        case Recording():
            return recording(record)
        case Queue():
            return queue(record)
        case Conference():
            return conference(record)
        case Delivery():
            return webhook(record)
        case Alert():
            return alert(record)
