"""Other spellings of a request's path and query: another percent-encoding, the same meaning.

Azure's front end decodes the path of a URL before it hands the request on, and puts what was on
the wire into a header. Source: Azure/azure-functions-host pull request 9402 and
dotnet/aspnetcore issue 40532, where Microsoft names the header. Twilio's own SDK for Node.js takes
an apostrophe of the query for signed whether it is encoded or not (its test of webhooks).
"""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

# Path and query as they were sent, each in one header.
WIRE_HEADERS = ("x-waws-unencoded-url", "x-original-url")
MAX_CHARS = 8_000

Meaning = tuple[list[bytes], list[tuple[bytes, bytes]]]


def other_spellings(sent: str, headers: Mapping[str, str]) -> list[str]:
    """What may have been signed in place of `sent`, which is the request's own path and query.

    Anybody may send these headers. So a value counts only if its path and its query pairs, decoded
    once, are those of `sent`, in the same order: it then asks the same of the same function.
    """
    given = [value for name in WIRE_HEADERS if (value := headers.get(name)) and value != sent]
    found = [value for value in given if is_same_request(sent, value)]
    return [*dict.fromkeys([*found, *_other_apostrophes(sent)])]


def is_same_request(one: str, other: str) -> bool:
    """Whether two paths with queries differ in nothing but their percent-encoding."""
    if max(len(one), len(other)) > MAX_CHARS or "#" in one + other:
        return False
    meaning = _meaning(one)
    return meaning is not None and meaning == _meaning(other)


def _meaning(path_and_query: str) -> Meaning | None:
    """The decoded segments and query pairs; None where a path may be read in two ways.

    Bytes, because different bytes that are no UTF-8 decode to the same text.
    """
    path, _, query = path_and_query.partition("?")
    segments = [_decoded(segment) for segment in path.split("/")]
    if any(s in (b".", b"..") or b"/" in s or b"\\" in s for s in segments):
        return None
    pairs = [piece.replace("+", " ").partition("=") for piece in query.split("&") if piece]
    return segments, [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: str) -> bytes:
    return unquote_to_bytes(text.encode("utf-8", "surrogatepass"))


def _other_apostrophes(path_and_query: str) -> Iterator[str]:
    path, mark, query = path_and_query.partition("?")
    if "'" in query:
        yield path + mark + query.replace("'", "%27")
    if "%27" in query:
        yield path + mark + query.replace("%27", "'")
