"""Session descriptions for one audio connection (RFC 8866, RFC 8829)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.media.transport.dtls import HASHES
from deskphone.media.transport.ice import Credentials

LONGEST = 64 * 1024
"""Characters in a description. A browser's has about 3,000."""
MOST_SECTIONS = 32
OUR_EVENTS = 101
"""The payload type for telephone events that our offers name, as most phones do."""
HIGHEST_PRIORITY = (126 << 24) + (65535 << 8) + 255  # RFC 8445, section 5.1.2.1
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}")
FRAGMENT = re.compile(r"[A-Za-z0-9+/]{4,256}")
FINGERPRINT = re.compile(r"(\S+) ((?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2})")
EVENTS = re.compile(r"(\d{1,3}) telephone-event/8000(?:/1)?", re.IGNORECASE)
OPPOSITE = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}


class DescriptionError(ValueError):
    """A description can't be used; the message says why."""


@dataclass(frozen=True)
class Section:
    """One m= section: its first line's fields, and its attributes with those of the session."""

    kind: str
    protocol: str
    formats: tuple[str, ...]
    attributes: dict[str, list[str]]

    def first(self, name: str) -> str | None:
        """Return the first value of an attribute."""
        return next(iter(self.attributes.get(name, ())), None)


@dataclass(frozen=True)
class Remote:
    """What a browser's description says."""

    sections: tuple[Section, ...]
    audio: int
    """Which of the sections is the audio that the connection uses."""
    mid: str
    fragment: str
    """The browser's ICE user fragment."""
    fingerprint: tuple[str, str]
    """The hash and the fingerprint of its certificate."""
    setup: str
    direction: str
    """From the browser's side, e.g. sendrecv."""
    events: int | None
    """The payload type for telephone events at 8,000 Hz, or None if it has none."""


@dataclass(frozen=True)
class Local:
    """What our descriptions say, whatever they answer."""

    session: int
    """The session's ID."""
    version: int
    """One more in each description (RFC 8866, section 5.2)."""
    credentials: Credentials
    fingerprint: str
    """SHA-256."""
    candidates: Sequence[tuple[str, int]]
    """Addresses and ports; the first is the one to prefer."""
    source: int
    """The SSRC of the sound we send."""
    name: str
    """The canonical name of RTCP."""


def read_offer(text: str) -> Remote:
    """Return what a browser's offer says about its audio.

    Raises DescriptionError if audio with PCMU can't be made from it, or if the browser wants to be
    the server of DTLS.
    """
    remote = _read(text)
    if remote.setup not in ("actpass", "active"):
        raise DescriptionError("the offer must have a=setup:actpass or active")
    return remote


def read_answer(text: str) -> Remote:
    """Return what a browser's answer says about its audio. Raises DescriptionError as above."""
    remote = _read(text)
    if remote.setup != "active":
        raise DescriptionError("the answer must have a=setup:active")
    return remote


def _read(text: str) -> Remote:
    sections = _sections(text)
    usable = [
        number
        for number, one in enumerate(sections)
        if one.kind == "audio" and one.protocol.endswith("/TLS/RTP/SAVPF") and "0" in one.formats
    ]
    if not usable:
        raise DescriptionError("the description has no audio with PCMU (payload type 0) over DTLS")
    section = sections[usable[0]]
    if "rtcp-mux" not in section.attributes:
        raise DescriptionError("RTCP on a port of its own isn't supported; use a=rtcp-mux")
    return Remote(
        sections=sections,
        audio=usable[0],
        mid=_matching(section, "mid", TOKEN),
        fragment=_matching(section, "ice-ufrag", FRAGMENT),
        fingerprint=_fingerprint(section),
        setup=section.first("setup") or "actpass",
        direction=next((one for one in OPPOSITE if one in section.attributes), "sendrecv"),
        events=_events(section),
    )


def answer(local: Local, offer: Remote) -> str:
    """Return the answer to an offer: its audio with PCMU, all other sections refused."""
    lines = _session(local, offer.mid)
    for number, section in enumerate(offer.sections):
        if number == offer.audio:
            direction = OPPOSITE[offer.direction]
            lines += _audio(local, offer.mid, "passive", direction, offer.events)
        else:
            lines += _refused(section)
    return "\r\n".join(lines) + "\r\n"


def offer(local: Local) -> str:
    """Return an offer of audio with PCMU and telephone events."""
    lines = _session(local, "0") + _audio(local, "0", "actpass", "sendrecv", OUR_EVENTS)
    return "\r\n".join(lines) + "\r\n"


def _sections(text: str) -> tuple[Section, ...]:
    if len(text) > LONGEST:
        raise DescriptionError(f"the description is longer than {LONGEST} characters")
    session: dict[str, list[str]] = {}
    sections: list[Section] = []
    for line in text.splitlines():
        if line.startswith("m="):
            if len(sections) == MOST_SECTIONS:
                raise DescriptionError(f"the description has more than {MOST_SECTIONS} sections")
            # Padded, so that a cut line has all fields.
            kind, _port, protocol, *formats = (*line[2:].split(), "", "", "")
            attributes = {name: list(values) for name, values in session.items()}
            sections.append(Section(kind, protocol, tuple(filter(None, formats)), attributes))
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            target = sections[-1].attributes if sections else session
            target.setdefault(name.strip(), []).append(value.strip())
    return tuple(sections)


def _matching(section: Section, name: str, pattern: re.Pattern[str]) -> str:
    # A section's own value comes after the session's.
    value = (section.attributes.get(name) or [""])[-1]
    if not pattern.fullmatch(value):
        raise DescriptionError(f"a={name} is missing or invalid in the audio section")
    return value


def _fingerprint(section: Section) -> tuple[str, str]:
    """Return the first fingerprint with a hash that we know (RFC 8122, section 5)."""
    for value in section.attributes.get("fingerprint", ()):
        found = FINGERPRINT.fullmatch(value)
        if found and found[1].lower() in HASHES:
            return found[1].lower(), found[2].upper()
    raise DescriptionError(f"a=fingerprint with one of {', '.join(HASHES)} is missing")


def _events(section: Section) -> int | None:
    for value in section.attributes.get("rtpmap", ()):
        found = EVENTS.fullmatch(value)
        if found and found[1] in section.formats and 0 < int(found[1]) < 128:
            return int(found[1])
    return None


def _session(local: Local, mid: str) -> list[str]:
    return [
        "v=0",
        f"o=- {local.session} {local.version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mid}",
        "a=msid-semantic: WMS *",
        "a=ice-lite",
    ]


def _audio(local: Local, mid: str, setup: str, direction: str, events: int | None) -> list[str]:
    host, port = local.candidates[0]
    formats = "0" if events is None else f"0 {events}"
    lines = [
        f"m=audio {port} UDP/TLS/RTP/SAVPF {formats}",
        f"c=IN {'IP6' if ':' in host else 'IP4'} {host}",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        f"a=ice-ufrag:{local.credentials.fragment}",
        f"a=ice-pwd:{local.credentials.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        f"a=setup:{setup}",
        "a=rtpmap:0 PCMU/8000",
    ]
    if events is not None:
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    lines += [
        "a=ptime:20",
        f"a=msid:{local.name} audio",
        f"a=ssrc:{local.source} cname:{local.name}",
    ]
    lines += [
        f"a=candidate:{number} 1 udp {HIGHEST_PRIORITY - (number << 8)} {host} {port} typ host"
        for number, (host, port) in enumerate(local.candidates)
    ]
    return [*lines, "a=end-of-candidates"]


def _refused(section: Section) -> list[str]:
    """Return a section with port 0 (RFC 3264, section 6)."""
    kind = section.kind if TOKEN.fullmatch(section.kind) else "application"
    mid = (section.attributes.get("mid") or [""])[-1]
    lines = [f"m={kind} 0 {section.protocol} {' '.join(section.formats)}", "c=IN IP4 127.0.0.1"]
    return [*lines, f"a=mid:{mid}"] if TOKEN.fullmatch(mid) else lines
