"""Compare two URLs that should be equal: what differs, where, and what to do."""

import re
from itertools import takewhile
from typing import NamedTuple

from deskphone.records.history import SignatureStep
from deskphone.webhooks.advice import Finding

WHOLE_URL = re.compile(r"(?s)(\w*)(?:://)?([^/?:]*)(?::(\d*))?([^?]*)(\?.*)?")
DEFAULT_PORTS = {"https": "443", "http": "80"}


class _Parts(NamedTuple):
    """The parts of a URL, without validation; each may be empty."""

    scheme: str
    host: str
    port: str
    path: str
    query: str


def compare_urls(signed: str, checked: str, public_url: str) -> Finding:
    """Return the comparison and, if they differ, what to do. `public_url` is from `Advice`.

    Checkers accept a URL both with and without its port, or the default port, because Twilio leaves
    out the port of some webhooks (docs/usage/security).
    """
    if signed == checked:
        return SignatureStep("URL", True, "The app checked the URL that was signed", signed), ""
    ours, theirs = _parts(signed), _parts(checked)
    differing = [
        name
        for name, one, other in zip(_Parts._fields, ours, theirs, strict=True)
        if one != other and not (name == "port" and _is_forgiven(ours, theirs))
    ]
    same = _common(signed, checked)
    tail = _common(signed[same:][::-1], checked[same:][::-1])
    if not differing:
        text = "Only the port differs, and the app tries both"
        return SignatureStep("URL", True, text, signed, checked, same, tail), ""
    text = f"The app checked a different URL. What differs: {', '.join(differing)}"
    step = SignatureStep("URL", False, text, signed, checked, same, tail)
    return step, _advice(differing[0], ours, theirs, public_url)


def _common(one: str, other: str) -> int:
    """Return the length of the common prefix."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _parts(url: str) -> _Parts:
    found = WHOLE_URL.match(url)
    return _Parts(*(found.groups("") if found else ("", "", "", url, "")))


def _is_forgiven(signed: _Parts, checked: _Parts) -> bool:
    """Whether the checker also tries the port that was signed, besides the one it names."""
    return not signed.port if checked.port else signed.port == DEFAULT_PORTS.get(checked.scheme)


def _advice(part: str, signed: _Parts, checked: _Parts, public_url: str) -> str:
    if part in ("scheme", "host", "port"):
        return (
            "Change the webhook URL, in your number's settings or wherever it was given, to start "
            "with "
            f"{_beginning(checked)}. Or make the app check {_beginning(signed)} by changing "
            f"{public_url}."
        )
    if part == "path":
        return (
            "A proxy or gateway changes the path. The app has to get the path that Twilio requests."
        )
    return (
        "A proxy or gateway rewrites the query. Its order, case and escapes have to arrive as "
        "Twilio sends them."
    )


def _beginning(url: _Parts) -> str:
    """Return the part before the path."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"
