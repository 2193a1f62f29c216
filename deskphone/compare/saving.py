"""Exchanges as a file that can be shared: everything personal is replaced."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deskphone.compare.exchanges import Exchange, Request, Response
from deskphone.compare.forms import form_of

SHOWN = {
    "empty": "",
    "date of RFC 2822": "Thu, 01 Jan 2026 00:00:00 +0000",
    "date of ISO 8601": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "digits": "0",
    "URL": "https://example.com/",
    "word": "word",
    "text": "some words",
}
"""What stands for a text of each form."""
# Members whose values are Twilio's own, not the account's.
PUBLIC = frozenset(
    ("status", "direction", "type", "price", "price_unit", "api_version", "answered_by", "source",
     "origin", "voice_method", "sms_method", "status_callback_method", "voice_fallback_method",
     "sms_fallback_method", "region", "reason_conference_ended", "track", "address_requirements",
     "emergency_status", "emergency_address_status", "voice_receive_mode", "more_info",
     "num_segments", "num_media", "duration", "queue_time")
)  # fmt: skip
_PERSONAL = re.compile(
    r"(?P<prefix>\b[A-Z]{2})[0-9a-f]{32}\b|(?P<number>\+[1-9][0-9]{6,14}\b)|[0-9X]{5,}"
)


class SavedFileError(Exception):
    """A file can't be read, or has no saved responses."""


class Replacements:
    """Replaces values; the same SID or number always becomes the same one."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, value: object, name: str = "") -> Any:
        """Return a value without anything personal; `name` is its member."""
        if isinstance(value, Mapping):
            return {key: self.of(inner, str(key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner, name) for inner in value]
        return self._of_text(value, name) if isinstance(value, str) else value

    def _of_text(self, text: str, name: str) -> str:
        form = form_of(text)
        if name in PUBLIC:
            return text
        if name in ("message", "detail") or form in ("path", "phone number") or form[:3] == "SID":
            return self.inside(text)
        return SHOWN.get(form, re.sub("[0-9]", "0", text))

    def inside(self, text: str) -> str:
        """Replace SIDs, numbers and long runs of digits in a path or a sentence."""
        return _PERSONAL.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        count = len(self._known) + 100
        if found["prefix"]:
            return self._known.setdefault(found[0], f"{found['prefix']}{count:032x}")
        if found["number"]:
            return self._known.setdefault(found[0], f"+1202555{count:04}")
        return re.sub("[0-9]", "0", found[0])


def saved(exchanges: Sequence[Exchange]) -> str:
    """Return the text of a file with these exchanges."""
    replaced = Replacements()
    rows = [
        {
            "path": replaced.inside(request.path),
            "form": [list(pair) for pair in request.form],  # ours, not the account's
            "status": response.status,
            "headers": list(response.headers),
            "body": replaced.of(response.body),
        }
        for request, response in exchanges
    ]
    return json.dumps({"format": 1, "exchanges": rows}, indent=1, ensure_ascii=False) + "\n"


def read(file: Path) -> list[Exchange]:
    """Return the exchanges in a file that `saved` made; raise SavedFileError for another file."""
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["exchanges"]
        return [
            Exchange(
                Request(row["path"], tuple((name, value) for name, value in row["form"])),
                Response(row["status"], row["headers"], row["body"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SavedFileError(f"{file} isn't a file that `compare --save` wrote.") from error
