"""The story of a test's calls and texts, in the order in which things happened."""

from deskphone.account.store import Kind, Record
from deskphone.records.call import Call, Entry
from deskphone.records.history import Alert, Delivery
from deskphone.records.message import Message

SHOWN_FIELDS = ("Digits", "SpeechResult", "CallStatus", "MessageStatus", "DialCallStatus")
"""The fields of a webhook that say what it is about."""
LONGEST = 160
"""How many characters of a text or an error to show."""


class Story:
    """Listens to what the emulator stores. A record has its place from when it first came."""

    def __init__(self) -> None:
        self._order: list[str | tuple[str, Entry]] = []
        self._records: dict[str, Record] = {}

    def record_changed(self, kind: Kind, record: Record | None) -> None:
        """Remember a new or changed record; None if one was removed."""
        if not isinstance(record, Call | Message | Delivery | Alert):
            return
        before = self._records.get(record.sid)
        self._records[record.sid] = record
        if before is None:
            self._order.append(record.sid)
        if isinstance(record, Call) and record.timeline:
            last = record.timeline[-1]
            if not isinstance(before, Call) or not before.timeline or before.timeline[-1] != last:
                self._order.append((record.sid, last))

    def clear(self) -> None:
        """Forget everything."""
        self._order.clear()
        self._records.clear()

    def lines(self) -> list[str]:
        """Return a line for each thing that happened; empty if nothing did."""
        calls = [one.sid for one in self._records.values() if isinstance(one, Call)]
        names = {sid: f"call {number}" for number, sid in enumerate(calls, start=1)}
        return [self._line(one, names) for one in self._order]

    def _line(self, what: str | tuple[str, Entry], names: dict[str, str]) -> str:
        if isinstance(what, tuple):
            sid, entry = what
            return f"    {names[sid]} at {entry.at_s:g} s: {_entry(entry)}"
        match self._records[what]:
            case Call(sid=sid) as call:
                return f"{names[sid]}: {call.sender} -> {call.to}, {call.status}"
            case Message() as text:
                error = f" (error {text.error_code})" if text.error_code else ""
                files = "".join(f" {one.url}" for one in text.media)
                body = repr(_short(text.body)) + files
                return f"text: {text.sender} -> {text.to}, {text.status}{error}: {body}"
            case Delivery() as webhook:
                return f"    {_webhook(webhook)}"
            case Alert() as alert:
                return f"    alert {named(alert)}"
            case _:
                return ""


def named(alert: Alert) -> str:
    """Return an alert's name: its code, or that it is a gap, and the message."""
    name = "not emulated" if alert.code is None else f"{alert.code}"
    return f"{name}: {alert.message}"


def _entry(entry: Entry) -> str:
    attributes = " ".join(f'{name}="{value}"' for name, value in entry.attributes)
    words = f'"{_short(entry.text)}"' if entry.kind == "verb" and entry.text else entry.text
    name = f"<{entry.name}>" if entry.kind == "verb" else entry.name
    return " ".join(part for part in (name, words, attributes) if part)


def _webhook(webhook: Delivery) -> str:
    fields = [f"{name}={value}" for name, value in webhook.form if name in SHOWN_FIELDS]
    outcome = webhook.status if webhook.status is not None else "no response"
    about = f" [{' '.join(fields)}]" if fields else ""
    line = f"{webhook.method} {webhook.url}{about} -> {outcome}"
    problem = webhook.signature.finding if webhook.signature else ""
    details = [part for part in (webhook.error, problem) if part]
    if webhook.status is not None and webhook.status >= 400:
        details.append(_short(webhook.answer))
    return line + "".join(f"; {_short(detail)}" for detail in details if detail)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[:LONGEST] + "..."
