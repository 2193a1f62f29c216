"""Other spellings of a request's path and query: same meaning, different percent-encoding.

Azure's front end decodes the path of a URL before it forwards the request, and puts the original
into a header. Source: Azure/azure-functions-host pull request 9402 and dotnet/aspnetcore issue
40532, where Microsoft names the header. For characters that Twilio itself spells in two ways, see
shared/webhooks/escapes.py.
"""

from collections.abc import Mapping

from shared.http.form_encoding import decoded_but_signs, percent_decoded
from shared.webhooks.escapes import respelled

# Path and query as they were sent, each in one header.
WIRE_HEADERS = ("x-waws-unencoded-url", "x-original-url")
MAX_CHARS = 8_000
MAX_PAIRS = 200
# What a forged request may cost for each secret: no more than its longest form does anyway.
MAX_SPELLINGS = 64
MAX_SIGNED_CHARS = 100_000

Meaning = tuple[list[bytes], list[tuple[bytes, bytes]]]


def other_spellings(sent: str, headers: Mapping[str, str], *, extra_chars: int = 0) -> list[str]:
    """Return what may have been signed instead of `sent`, the request's own path and query.

    Each costs one more signature of the URL and of `extra_chars`, so there are at most
    MAX_SPELLINGS, and fewer for a long request, but always two.

    Anyone can send these headers. A value counts only if its path and query pairs, decoded once,
    are the same as those of `sent`, in the same order, so that it means the same request.
    """
    given = (headers.get(name, "") for name in WIRE_HEADERS)
    on_the_wire = next((one for one in given if one != sent and is_same_request(sent, one)), None)
    path, mark, query = (on_the_wire or sent).partition("?")
    limit = min(MAX_SPELLINGS, max(2, MAX_SIGNED_CHARS // (len(sent) + extra_chars + 1)))
    others = [path + mark + other for other in respelled(query, limit)]
    return [one for one in dict.fromkeys((on_the_wire, *others)) if one and one != sent][:limit]


def is_same_request(one: str, other: str) -> bool:
    """Return whether two paths with queries differ only in their percent-encoding."""
    if max(len(one), len(other)) > MAX_CHARS or "#" in one + other:
        return False
    meaning = _meaning(one)
    return meaning is not None and meaning == _meaning(other)


def _meaning(path_and_query: str) -> Meaning | None:
    """Return the decoded segments and query pairs, or None if they are ambiguous.

    They are bytes, because different bytes that aren't UTF-8 decode to the same text.
    """
    path, _, query = path_and_query.encode("utf-8", "surrogatepass").partition(b"?")
    if b"\\" in path or b"%2f" in path.lower() or b"%5c" in path.lower():
        return None
    try:
        segments = percent_decoded(path).split(b"/")
        pieces = decoded_but_signs(query.replace(b"+", b" ")).split(b"&", MAX_PAIRS)
    except ValueError:
        return None
    if b"." in segments or b".." in segments or len(pieces) > MAX_PAIRS:
        return None
    pairs = [piece.partition(b"=") for piece in pieces if piece]
    return segments, [(name, value.replace(b"=", b"%3D")) for name, _, value in pairs]
