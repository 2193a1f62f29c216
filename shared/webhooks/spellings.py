"""Other spellings of a request's path and query: another percent-encoding, the same meaning.

Azure's front end decodes the path of a URL before it hands the request on, and puts what was on
the wire into a header. Source: Azure/azure-functions-host pull request 9402 and
dotnet/aspnetcore issue 40532, where Microsoft names the header. Twilio's own SDK for Node.js takes
an apostrophe of the query for signed whether it is encoded or not (its test of webhooks).
"""

from collections.abc import Mapping

from shared.http.form_encoding import decoded_but_signs, percent_decoded

# Path and query as they were sent, each in one header.
WIRE_HEADERS = ("x-waws-unencoded-url", "x-original-url")
MAX_CHARS = 8_000
MAX_PAIRS = 200

Meaning = tuple[list[bytes], list[tuple[bytes, bytes]]]


def other_spellings(sent: str, headers: Mapping[str, str]) -> list[str]:
    """What may have been signed in place of `sent`, which is the request's own path and query.

    These are two at most: the form is signed once more with each of them.

    Anybody may send these headers. So a value counts only if its path and its query pairs, decoded
    once, are those of `sent`, in the same order: it then asks the same of the same function.
    """
    given = (headers.get(name, "") for name in WIRE_HEADERS)
    on_the_wire = next((one for one in given if one != sent and is_same_request(sent, one)), None)
    other = _other_apostrophes(on_the_wire or sent)
    return [one for one in dict.fromkeys((on_the_wire, other)) if one and one != sent]


def is_same_request(one: str, other: str) -> bool:
    """Whether two paths with queries differ in nothing but their percent-encoding."""
    if max(len(one), len(other)) > MAX_CHARS or "#" in one + other:
        return False
    meaning = _meaning(one)
    return meaning is not None and meaning == _meaning(other)


def _meaning(path_and_query: str) -> Meaning | None:
    """The decoded segments and query pairs; None where they may be read in two ways.

    Bytes, because different bytes that are no UTF-8 decode to the same text.
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


def _other_apostrophes(path_and_query: str) -> str:
    """The same with the apostrophes of the query encoded; decoded where all of them are."""
    path, mark, query = path_and_query.partition("?")
    plain, encoded = ("'", "%27") if "'" in query else ("%27", "'")
    return path + mark + query.replace(plain, encoded)
