"""Play Twilio in a call placed by the app: call the app's functions and follow their URLs."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import azure.functions as func
from hypothesis import strategies as st

from tests.functions.conftest import Form, build_signed_request

APP, EVIL = "https://app.example", "evil.example"
CALLED, LINE = "+12025550123", "+12025550100"
CALL: Form = [("CallSid", "CA" + "0" * 32), ("From", LINE), ("To", CALLED)]
OUTGOING = ("Direction", "outbound-api")
# Possible outcomes of a step: keys, silence, a busy phone, a caller who leaves the queue.
OUTCOMES: list[Form] = [
    [],
    [("Digits", "1")],
    [("Digits", "12")],
    [("DialCallStatus", "no-answer")],
    [("QueueResult", "leave")],
    [("RecordingUrl", "https://api.twilio.com/RE")],
]
MAX_REQUESTS = 150


class Seen(NamedTuple):
    """Everything that a call's answers contacted; `sounds` are the hosts of played sounds."""

    hosts: set[str]
    sounds: set[str]
    dialed: set[str]
    texted: set[str]


def followed(url: str, *, more: Form) -> Seen:
    """Request a URL and, for every possible outcome, the URLs in its answers."""
    seen = Seen(set(), set(), set(), set())
    pending, requested = [url], {url}
    for _ in range(MAX_REQUESTS):
        if not pending:
            break
        here = pending.pop()
        for outcome in OUTCOMES:
            for address in _urls_from(here, [*CALL, *more, *outcome], seen):
                absolute = urljoin(here, address)
                host = urlsplit(absolute).netloc
                seen.hosts.add(host)
                if host == urlsplit(APP).netloc and absolute not in requested:
                    requested.add(absolute)
                    pending.append(absolute)
    return seen


def _urls_from(url: str, form: Form, seen: Seen) -> Iterator[str]:
    """Yield the URLs in an answer; add its numbers to `seen`."""
    response = _answer_to(url.partition("#")[0], form)
    if response is None:
        return
    if response.status_code == 302:
        yield response.headers["Location"]
        return
    for element in ET.fromstring(response.get_body().decode()).iter():  # noqa: S314 - our own
        words = (element.text or "").strip()
        yield from (
            value
            for name, value in element.attrib.items()
            if name.lower().endswith(("url", "action", "callback"))
        )
        if element.tag == "Redirect" and words:
            yield words
        if element.tag == "Play":
            seen.sounds.add(urlsplit(urljoin(url, words)).netloc)
        if element.tag in ("Dial", "Number") and words:
            seen.dialed.add(words)
        if element.tag in ("Sms", "Message"):
            seen.texted.add(element.attrib.get("to", CALLED))


def _answer_to(url: str, form: Form) -> func.HttpResponse | None:
    """Return a function's response to Twilio; None without a document."""
    path, mark, query = url.removeprefix(APP).partition("?")
    name = {known.lower(): known for known in NAMES}.get(path.rpartition("/")[2].lower())
    if name is None:
        return None
    main: Any = importlib.import_module(name).main
    response = asyncio.run(main(build_signed_request(f"{path}{mark}{query}", form)))
    return response if response.status_code in (200, 302) else None


PARAMETERS = {
    "TwimlAgent": ("Name", "Message", "Next"),
    "TwimlClient": ("Identity", "FailUrl", "Notify"),
    "TwimlClientOutgoing": ("Agents[]", "Queues[]", "Conferences[]"),
    "TwimlCallMe": ("PhoneNumber", "Message", "FailUrl"),
    "TwimlConference": ("Moderators[]", "EnableSmsNotifications", "Message", "Music", "Password"),
    "TwimlEcho": ("Twiml",),
    "TwimlFindMe": ("PhoneNumbers[]", "Message", "FailUrl"),
    "TwimlForward": ("PhoneNumber", "FailUrl", "AllowedCallers"),
    "TwimlHoldMusic": ("Track[]", "Bucket", "Message"),
    "TwimlMenu": ("Options[1]", "Options[12]", "Message"),
    "TwimlMessage": ("Message[]",),
    "TwimlQueue": ("Track", "Notify", "Message", "Step"),
    "TwimlSimulring": ("PhoneNumbers[]", "PhoneNumbers[]", "FailUrl"),
    "TwimlVoicemail": ("Notify", "Message"),
    "TwimlWhisper": ("Message", "HumanCheck"),
}
NAMES = (*PARAMETERS, "TwimlHello")
JUNK = (
    "\0",
    "\x08",
    "\t",
    "\n",
    "\x7f",
    "\x85",
    "\xa0",
    "\u200b",
    "\ufeff",
    "\ufffe",
    "\\",
    " ",
    "%00",
    "@",
)
NUMBERS = (
    "client:ann",
    "+12025550124",
    "202-555-0125",
    " 12025550126",
    "2025550127",
    "+442079460018",
    "911",
)


@st.composite
def spoiled(draw: st.DrawFn, text: str, *, times_in: int = 12) -> str:
    """Draw a text, once in `times_in` with a character in it that a reader may skip."""
    if draw(st.integers(1, times_in)) > 1:
        return text
    at = draw(st.integers(0, min(len(text), 10)))
    return text[:at] + draw(st.sampled_from(JUNK)) + text[at:]


@st.composite
def encoded(draw: st.DrawFn, text: str) -> str:
    """Draw a text encoded for a query: correctly, twice, or hardly at all."""
    way = draw(st.sampled_from(("", "", "", "", ":/", ":/", ":/?=", ":/?=&%", "twice")))
    quoted = quote(text, safe="" if way == "twice" else way, errors="replace")
    return quote(quoted, safe="") if way == "twice" else quoted


@st.composite
def own_addresses(draw: st.DrawFn, depth: int = 2) -> str:
    """Draw a function's name with a query that may contain further URLs, even of another host."""
    name = draw(st.sampled_from(sorted(PARAMETERS)))
    pairs = [
        f"{draw(encoded(parameter))}={draw(encoded(draw(values(parameter, depth))))}"
        for parameter in PARAMETERS[name]
        if draw(st.integers(0, 3))
    ]
    return f"{draw(spoiled(name, times_in=30))}?{'&'.join(pairs)}"


@st.composite
def values(draw: st.DrawFn, parameter: str, depth: int) -> str:
    """Draw a value for a parameter."""
    plain = parameter.partition("[")[0]
    if plain in ("PhoneNumber", "PhoneNumbers", "Moderators", "Notify", "AllowedCallers"):
        return draw(spoiled(draw(st.sampled_from(NUMBERS))))
    if plain in ("FailUrl", "Options", "Music", "Track", "Message"):
        foreign = [f"https://{EVIL}/x", f"//{EVIL}", f"https:{EVIL}", f"https:///{EVIL}"]
        inner = own_addresses(depth - 1) if depth else st.just("TwimlHello")
        kind = draw(st.integers(0, 7))
        if kind < 2:
            return draw(spoiled(draw(st.sampled_from(foreign)), times_in=2))
        return ("", f"{APP}/api/")[kind > 6] + draw(inner)
    return draw(st.sampled_from(("1", "12", "", "a b")))
