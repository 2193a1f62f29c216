"""Two URLs that ought to be one: what differs, from which character on, and what to do."""

import re
from itertools import takewhile
from typing import NamedTuple

from deskphone.records.history import SignatureStep
from deskphone.webhooks.advice import Finding

WHOLE_URL = re.compile(r"(?s)(\w*)(?:://)?([^/?:]*)(?::(\d*))?([^?]*)(\?.*)?")
DEFAULT_PORTS = {"https": "443", "http": "80"}


class _Parts(NamedTuple):
    """A URL, taken apart without a judgement; each part may be empty."""

    scheme: str
    host: str
    port: str
    path: str
    query: str


def compare_urls(signed: str, checked: str, public_url: str) -> Finding:
    """Return the comparison and, when they differ, what to do. `public_url` is of the Advice.

    A checker takes a URL with its port for the one without it, and for the one with the default
    port, as Twilio leaves out the port of some webhooks (docs/usage/security).
    """
    if signed == checked:
        return SignatureStep("URL", True, "The URL that was signed was checked", signed), ""
    ours, theirs = _parts(signed), _parts(checked)
    differing = [
        name
        for name, one, other in zip(_Parts._fields, ours, theirs, strict=True)
        if one != other and not (name == "port" and _is_forgiven(ours, theirs))
    ]
    same = _common(signed, checked)
    tail = _common(signed[same:][::-1], checked[same:][::-1])
    if not differing:
        text = "Only the port differs, which is tried both ways"
        return SignatureStep("URL", True, text, signed, checked, same, tail), ""
    text = f"The app checked another URL. What differs: {', '.join(differing)}"
    step = SignatureStep("URL", False, text, signed, checked, same, tail)
    return step, _advice(differing[0], ours, theirs, public_url)


def _common(one: str, other: str) -> int:
    """Return how many characters at the beginning are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _parts(url: str) -> _Parts:
    found = WHOLE_URL.match(url)
    return _Parts(*(found.groups("") if found else ("", "", "", url, "")))


def _is_forgiven(signed: _Parts, checked: _Parts) -> bool:
    """Whether the checker tries the port that was signed, beside the one that it names."""
    return not signed.port if checked.port else signed.port == DEFAULT_PORTS.get(checked.scheme)


def _advice(part: str, signed: _Parts, checked: _Parts, public_url: str) -> str:
    if part in ("scheme", "host", "port"):
        return (
            f"Let Twilio call the address that was checked, {_beginning(checked)}: it stands in "
            "your number's URL, or wherever this URL was given. Or let the app check "
            f"{_beginning(signed)}: {public_url}"
        )
    if part == "path":
        return "Something on the way changes the path. The app has to get the one that Twilio asks."
    return (
        "Something on the way rewrites the query. Order, capitals and escapes have to arrive as "
        "Twilio sends them."
    )


def _beginning(url: _Parts) -> str:
    """Return what is before the path."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"
