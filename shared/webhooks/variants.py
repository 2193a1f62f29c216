"""Variants of a request that may have been signed by mistake, one usual mistake at a time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, permutations
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlencode

from shared.webhooks.signatures import joined
from shared.webhooks.spellings import WIRE_HEADERS

# Headers where a proxy puts the original host name, and the host name of this request.
HOST_HEADERS = ("x-forwarded-host", "disguised-host", "x-original-host", "host")
MAX_HOST_CHARS = 255
MAX_SHOWN_SIGNS = 5
# How many parameters are tried in every order; more are only tried in alphabetical order.
MAX_PERMUTED = 4

_OFTEN_ENCODED = ":@'/,;?!$()*[]|\""
_TOKEN = re.compile("%[0-9A-Fa-f]{2}|.", re.DOTALL)

NO_QUERY = "It matches without the query: a proxy or gateway adds it. Turn that off."
NO_CODE = (
    "It matches without the code parameter: a proxy or gateway adds a function key. Turn that "
    "off; functions that Twilio calls don't need a key."
)
OTHER_ENCODING = (
    "It matches with a different percent-encoding of the query{}: a proxy or gateway rewrites "
    "it. Make it forward the query unchanged."
)
OTHER_ORDER = (
    "It matches with the query's parameters in another order: a proxy or gateway sorts them. "
    "Make it forward the query unchanged, or write the parameters in alphabetical order."
)
OTHER_PREFIX = (
    "It matches with a different path before the function name: a proxy adds or removes one. Make "
    "it keep the path, or add the part that the app doesn't see to PUBLIC_URL."
)
NO_FIELDS = (
    "It matches without the fields: only the URL was signed, as for a GET or a JSON body. Sign the "
    "fields too."
)
NO_BLANK_FIELDS = (
    "It matches without the empty fields: the signer left them out. Sign them too, as Twilio does."
)
TRIMMED = (
    "It matches without the spaces around values: the signer trimmed them, or a proxy or gateway "
    "adds them. Sign values exactly as they are sent."
)
ONE_OF_EACH = (
    "It matches with the {} of the fields that share a name: the signer treated the form as a "
    "plain dictionary. Sign all of them."
)

Form = list[tuple[str, str]]


class SignedRequest(NamedTuple):
    """What was checked: the URL in two parts, and the decoded form."""

    public_url: str
    path_and_query: str
    form: Form
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """Return the path, percent-encoded, without the query."""
        return self.path_and_query.partition("?")[0]

    @property
    def query(self) -> str:
        """Return the query with its question mark, or ""."""
        return self.path_and_query[len(self.path) :]


class Variant(NamedTuple):
    """Another URL and (joined) form that may have been signed, and what to do if it was."""

    url: str
    form: bytes
    advice: str


def variants(request: SignedRequest) -> Iterator[Variant]:
    """Yield the variants of a request, most likely mistakes first."""
    sent = joined(request.form)
    for public_url, advice in (*_public_urls(request), *_hosts(request)):
        yield Variant(public_url + request.path_and_query, sent, advice)
    for path_and_query, advice in (*_paths(request), *_queries(request)):
        yield Variant(request.public_url + path_and_query, sent, advice)
    for form, advice in _forms(request.form):
        yield Variant(request.public_url + request.path_and_query, joined(form), advice)


def _public_urls(request: SignedRequest) -> Iterator[tuple[str, str]]:
    """Yield PUBLIC_URL with the other scheme, in lower case, and without its path."""
    scheme, host, path = _parts(request)
    other = f"{_other(scheme)}://{host}{path}"
    yield (
        other,
        f"It matches with {_other(scheme)}:// instead of {scheme}://. Set PUBLIC_URL to {other}.",
    )
    if host != host.lower():
        url = f"{scheme}://{host.lower()}{path}"
        yield url, f"It matches with the host name in lower case. Set PUBLIC_URL to {url}."
    if path:
        url = f"{scheme}://{host}"
        yield url, f"It matches without the path in PUBLIC_URL. Set PUBLIC_URL to {url}."


def _hosts(request: SignedRequest) -> Iterator[tuple[str, str]]:
    """Yield URLs with the host names in the headers; they are shown only if one was signed."""
    scheme, host, path = _parts(request)
    for header in HOST_HEADERS:
        given = request.headers.get(header, "").partition(",")[0].strip()
        if not given or len(given) > MAX_HOST_CHARS or given == host:
            continue
        beginnings = [f"{scheme}://{given}{path}", f"{scheme}://{given}"]
        for url in dict.fromkeys([*beginnings, f"{_other(scheme)}://{given}"]):
            yield (
                url,
                f"It matches with the host name in the header {header}. Set PUBLIC_URL to {url}, "
                f"or give Twilio URLs that start with {request.public_url}.",
            )


def _parts(request: SignedRequest) -> tuple[str, str, str]:
    """Return PUBLIC_URL's scheme in lower case, its host with port, and its path."""
    scheme, _, rest = request.public_url.partition("://")
    host, slash, path = rest.partition("/")
    return scheme.lower(), host, slash + path


def _other(scheme: str) -> str:
    return "http" if scheme == "https" else "https"


def _paths(request: SignedRequest) -> Iterator[tuple[str, str]]:
    """Yield other paths: from Azure's headers, with or without a slash, without a route prefix."""
    for header in WIRE_HEADERS:
        sent = request.headers.get(header, "")
        if sent.startswith("/"):
            yield (
                sent,
                f"It matches with the path and query in the header {header}: something after that "
                "point changes them. Make it forward them unchanged.",
            )
    path, query = request.path, request.query
    has_slash = path.endswith("/")
    yield (
        (path.rstrip("/") if has_slash else f"{path}/") + query,
        f"It matches {'without the' if has_slash else 'with a'} slash at the end of the path. Give "
        "Twilio the URL as the app receives it, or make the proxy keep it unchanged.",
    )
    function = path.rstrip("/").rpartition("/")[2]
    for other in (f"/{function}", f"/api/{function}"):
        yield other + query, OTHER_PREFIX


def _queries(request: SignedRequest) -> Iterator[tuple[str, str]]:
    """Yield other queries: none, without a function key, in another encoding or order."""
    path, query = request.path, request.query.removeprefix("?")
    if not query:
        return
    yield path, NO_QUERY
    pieces = query.split("&")
    others = [piece for piece in pieces if piece.partition("=")[0] != "code"]
    if others != pieces:
        yield path + ("?" + "&".join(others) if others else ""), NO_CODE
    for spelling in dict.fromkeys(_spellings(query)):
        yield f"{path}?{spelling}", OTHER_ENCODING.format(_difference(spelling, query))
    for order in _orders(pieces):
        yield f"{path}?{'&'.join(order)}", OTHER_ORDER


def _orders(pieces: list[str]) -> Iterable[Iterable[str]]:
    if len(pieces) > MAX_PERMUTED:
        return [sorted(pieces)]
    return islice(permutations(pieces), 1, None)  # the first one is as sent


def _spellings(query: str) -> Iterator[str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    for quoted, safe in ((quote_plus, ""), (quote, ""), (quote, "/:,@!$'()*~")):
        yield urlencode(pairs, quote_via=quoted, safe=safe, errors="surrogatepass")
    for one, other in (("+", "%20"), ("%20", "+"), ("+", "%2B"), ("%2B", "+"), ("%3D", "=")):
        yield query.replace(one, other)
    for sign in _OFTEN_ENCODED:
        code = quote(sign, safe="")
        yield query.replace(code, sign)
        yield query.replace(sign, code)
    yield unquote(query)


def _difference(signed: str, sent: str) -> str:
    """Name the characters spelled differently, unless they are part of a word or hard to tell."""
    one, other = _TOKEN.findall(signed), _TOKEN.findall(sent)
    if len(one) != len(other):
        return ""
    pairs = dict.fromkeys(pair for pair in zip(one, other, strict=True) if pair[0] != pair[1])
    shown = [f"{a} instead of {b}" for a, b in pairs if _is_punctuation(a) and _is_punctuation(b)]
    return f" ({', '.join(shown[:MAX_SHOWN_SIGNS])})" if shown else ""


def _is_punctuation(token: str) -> bool:
    sign = unquote(token)
    return sign == " " or (sign.isascii() and sign.isprintable() and not sign.isalnum())


def _forms(form: Form) -> Iterator[tuple[Form, str]]:
    """Yield other forms: fewer fields, or values that were changed in transit."""
    if not form:
        return
    yield [], NO_FIELDS
    yield [(name, value) for name, value in form if value], NO_BLANK_FIELDS
    yield [(name, value.strip()) for name, value in form], TRIMMED
    yield [*dict(form).items()], ONE_OF_EACH.format("last")
    yield [*dict(reversed(form)).items()], ONE_OF_EACH.format("first")
