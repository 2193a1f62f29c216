"""Generated requests for every function: hypothesis strategies that repeat in each run.

Most inputs have a name that the function knows and a nearly valid value, so many requests get past
the first check.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from shared.http.request_parts import FORM_TYPE

ROOT = Path(__file__).parents[2]
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
JSON_NESTING = 70_000
IN_BATCH = 50

ANY_FIELDS = ("code", "clientId", "bodySHA256", "a" * 50, "", "ü", "\0")
WEBHOOK_FIELDS = (
    *("Body", "From", "To", "NumMedia", "Message", "Message[0]", "Message[1]", "MessageStatus"),
    *("CallStatus", "CallSid", "SmsSid", "ErrorCode", "bodySHA256", "OptOutType", "MediaUrl0"),
    *("PhoneNumber", "PhoneNumbers[]", "Options[1]", "Digits", "Dial", "DialCallStatus", "FailUrl"),
    *("Timeout", "Password", "Moderators[]", "Music", "Track[]", "Bucket", "Notify", "Twiml"),
    *("Name", "QueueResult", "Forward", "RecordingUrl", "SpeechResult"),
)
FIELDS = {
    "SendSms": ("to", "body", "from", "media_url", "messaging_service_sid", "send_at"),
    "PlaceCall": ("to", "from", "message", "twiml", "url", "timeout", "time_limit", "record"),
    "CancelText": ("sid",),
    "GetStatus": ("sid", "key", "details"),
    "GetRecording": ("sid", "format"),
    "GetSharedRecording": ("sid", "expires", "signature", "number"),
    "GetSharedMedia": ("message", "sid", "expires", "signature"),
    "GetHoldMusic": ("Bucket", "Track"),
    "GetClientToken": ("identity",),
    "OnMessageStatus": ("MessageSid", "MessageStatus", "ErrorCode", "claim"),
    "OnCallStatus": ("CallSid", "CallStatus", "claim"),
    "OnRecording": ("RecordingSid", "RecordingStatus", "RecordingDuration", "Notify"),
}
ENOUGH = {
    "SendSms": {"to": "+12025550123", "body": "Hello"},
    "PlaceCall": {"to": "+12025550123"},
    "CancelText": {"sid": "SM" + "0" * 32},
    "GetStatus": {"sid": "SM" + "0" * 32},
    "GetRecording": {"sid": "RE" + "0" * 32},
    "GetHoldMusic": {"Bucket": "com.twilio.music.classical"},
    "GetClientToken": {"identity": "ann"},
    "OnMessageStatus": {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"},
    "OnCallStatus": {"CallSid": "CA" + "0" * 32, "CallStatus": "ringing"},
    "OnRecording": {"RecordingSid": "RE" + "0" * 32, "RecordingStatus": "completed"},
}
VALUES = (
    *("", " ", "Hello", "+12025550123", "(202) 555-0123", "+49 30 123456", "call me", "ACME"),
    *("whatsapp:+12025550123", "MG" + "0" * 32, "client:alice", "STOP", "START"),
    *("1" * 5000, "é😀" * 900, "a" * 1601, "-1", "1e9", "2026-11-23T12:00:00Z", "true"),
    *("https://a.example/b.mp3", "http://127.0.0.1/x", "https://[bad", "https://a:99999/", "//x"),
    *("<Response/>", "<Response><Say>Hi</Say></Response>", "<Response>", "<!DOCTYPE a><a/>", "&<>"),
    *("\0", "\x01", "\ufffe", "\u2028", "\r\nX: y", "%", "%zz", "%00", "a=b&c", "{", "[", "null"),
)
CONTENT_TYPES = (
    *(FORM_TYPE, f"{FORM_TYPE}; charset=UTF-8", "application/json", "text/plain", "", ";", "ü/ü"),
    *("multipart/form-data; boundary=x", "application/problem+json; charset=utf-16"),
)
OTHER_VALUES = (None, True, 0, -1.5, 10**400, float("inf"), "\ud800", {"a": [{}, [None]]})
CHARACTERS = st.characters(codec="utf-8")
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n+12025550123\r\n'
    b'--x\r\nContent-Disposition: form-data; name="body"; filename="a"\r\n\r\nHello\r\n--x--\r\n'
)
KINDS_OF_BODY = st.integers(0, 8)
MULTIPART_BODIES = st.sampled_from([MULTIPART, b"--x"])
GARBAGE = st.binary(max_size=200)
SIGNATURES = st.sampled_from([*["right"] * 9, "forged", "", None])

type Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Generated:
    """One request, not signed yet. `target` is path and query, in printable ASCII.

    `form` has the fields that Twilio would sign with the URL. `signature` is "right", another value
    for the header, or None for no header.
    """

    function: str
    method: str
    target: str
    content_type: str
    form: tuple[tuple[str, str], ...]
    body: bytes
    signature: str | None

    def headers(self, right_signature: str) -> dict[str, str]:
        """Return the headers, given the right signature."""
        headers = {"content-type": self.content_type}
        if self.signature is not None:
            given = right_signature if self.signature == "right" else self.signature
            headers["x-twilio-signature"] = given
        return headers


def methods_by_function() -> Mapping[str, list[str]]:
    """Return all functions with the methods that their function.json allows."""
    doors: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("*/function.json")):
        trigger = json.loads(path.read_text())["bindings"][0]
        doors[path.parent.name] = [method.upper() for method in trigger["methods"]]
    return doors


def requests(doors: Mapping[str, Iterable[str]]) -> st.SearchStrategy[Generated]:
    """Generate requests for these functions; mostly with their methods, sometimes with others."""
    return st.one_of([_requests(name, tuple(methods)) for name, methods in sorted(doors.items())])


def batches[T](one: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    """Generate lists of IN_BATCH, because a hypothesis example costs more than a request."""
    return st.lists(one, min_size=IN_BATCH, max_size=IN_BATCH)


def same_each_time(examples: int) -> settings:
    """Run this many examples, the same in each run.

    Failures aren't shrunk: the message names the failed request, and shrinking a batch is slow.
    """
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] # an enum
    )


@cache
def _pairs(name: str) -> st.SearchStrategy[Pairs]:
    """Generate fields of a form or a query; most often enough for the function to do its work."""
    names = st.sampled_from([*FIELDS.get(name, WEBHOOK_FIELDS) * 5, *ANY_FIELDS])
    values = st.one_of(*[st.sampled_from(VALUES)] * 9, st.text(CHARACTERS, max_size=20))
    enough = st.sampled_from([*[ENOUGH.get(name, {})] * 4, {}]).map(lambda given: [*given.items()])
    others = st.lists(st.tuples(names, values), max_size=2)
    return st.tuples(others, enough).map(lambda drawn: [*drawn[0], *drawn[1]])


@cache
def _query(name: str) -> st.SearchStrategy[str]:
    """Generate a query with its question mark, escaped in one of several ways, or nothing."""

    def encoded(drawn: tuple[Pairs, int]) -> str:
        pairs, way = drawn
        match way:
            case 0:
                query = urlencode(pairs)
            case 1:
                query = urlencode(pairs, quote_via=quote)
            case 2:  # escape only what can't be sent raw
                raw = "&".join(f"{name}={value}" for name, value in pairs)
                query = quote(raw.replace("\0", "\udcff"), "%&=+/:?[]<>", errors="surrogateescape")
            case _:
                return ""
        return f"?{query}"

    return st.tuples(_pairs(name), st.integers(0, 4)).map(encoded)


@cache
def _json_bodies(name: str) -> st.SearchStrategy[bytes]:
    """Generate JSON of known and unknown inputs, sometimes cut off or endlessly nested."""
    leaves = st.sampled_from([*VALUES * 3, *OTHER_VALUES * 5])
    values: st.SearchStrategy[Any] = st.one_of(leaves, leaves, st.lists(leaves, max_size=3))
    names = st.sampled_from([*FIELDS.get(name, WEBHOOK_FIELDS), *ANY_FIELDS])
    data = st.dictionaries(names, values, max_size=2)
    enough = st.sampled_from([*[ENOUGH.get(name, {})] * 4, {}])

    def written(drawn: tuple[dict[str, Any], dict[str, str], int]) -> bytes:
        text = json.dumps({**drawn[0], **drawn[1]}).encode()
        if drawn[2] == 0:
            return b'{"to": ' + b"[" * JSON_NESTING
        return text[: -drawn[2]] if drawn[2] < 4 else text

    return st.tuples(data, enough, st.integers(0, 30)).map(written)


@st.composite
def _requests(draw: st.DrawFn, name: str, methods: tuple[str, ...]) -> Generated:
    method = draw(st.sampled_from((*methods * 20, *METHODS)))
    target = f"/api/{name}{draw(_query(name))}"
    content_type = draw(st.sampled_from(CONTENT_TYPES))
    form: Pairs = []
    body = b""
    match draw(KINDS_OF_BODY) if method != "GET" else 0:
        case 1 | 2:
            body = draw(_json_bodies(name))
            if draw(st.booleans()):
                target += "&" if "?" in target else "?"
                target += f"bodySHA256={hashlib.sha256(body).hexdigest()}"
        case 3 | 4 | 5 | 6:
            content_type, form = FORM_TYPE, draw(_pairs(name))
            body = urlencode(form).encode()
        case 7:
            content_type, body = "multipart/form-data; boundary=x", draw(MULTIPART_BODIES)
        case 8:
            body = draw(GARBAGE)
        case _:
            pass
    signature = draw(SIGNATURES)
    return Generated(name, method, target, content_type, tuple(form), body, signature)
