"""Check that a webhook URL points to the right function of this app."""

from collections.abc import Collection
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, urlsplit

from commands import by_get
from commands.doctor.findings import Finding, ok, warning, wrong

# The two functions of the README, swapped.
WRONG_FOR = {"calls": "TwimlReply", "texts": "TwimlHello"}
PORTS = {"http": 80, "https": 443}


class Route(NamedTuple):
    """Where calls or texts go: a URL, "" if it isn't set, and the HTTP method."""

    kind: Literal["calls", "texts"]
    url: str
    method: str


def judge_route(route: Route, base_url: str, functions: Collection[str], cure: str) -> Finding:
    """Judge a route for the app whose functions are at `base_url`.

    Messages only contain hosts and function names, since a query may contain a key.
    """
    kind = route.kind
    if not route.url:
        return warning(f"the number has no URL for {kind}", cure)
    there, here = _parts(route.url), _parts(base_url)
    if there is None or here is None:
        return wrong(f"{kind} go to an invalid URL", cure)
    if there.hostname != here.hostname or _port(there) != _port(here):
        if there.hostname == here.hostname and there.scheme != here.scheme:
            return wrong(f"{kind} go to the app over {there.scheme}, not {here.scheme}", cure)
        port = f":{_port(there)}" if there.hostname == here.hostname else ""
        return wrong(f"{kind} go to {there.hostname}{port}, not to this app", cure)
    name = there.path.removeprefix(f"{here.path}/")
    if name not in functions:
        return wrong(f"{kind} go to this app, but not to one of its functions", cure)
    if name == WRONG_FOR[kind] or not name.startswith("Twiml"):
        return wrong(f"{kind} go to {name}, which can't handle them", cure)
    if route.method.upper() == "GET":
        return warning(
            f"{kind} go to {name} {by_get.loss(kind)}",
            by_get.cure(kind),
        )
    return ok(f"{kind} go to this app's {name}")


def leads_to_same_app(url: str, app_url: str) -> bool:
    """Return whether two URLs have the same host and port."""
    one, other = _parts(url), _parts(app_url)
    return (
        one is not None
        and other is not None
        and ((one.hostname, _port(one)) == (other.hostname, _port(other)))
    )


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in PORTS and parts.hostname else None


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]
