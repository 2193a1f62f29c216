"""The user's own proxy, which everything but Twilio goes through."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from deskphone.run.hosts import API_HOST

DEFAULT_PORT = 80
LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")


class UpstreamError(Exception):
    """The user's proxy can't be used; the message names the variable."""


@dataclass(frozen=True)
class Upstream:
    """A proxy. `authorization` is its header's value, or ""."""

    host: str
    port: int
    authorization: str = ""


class Upstreams(NamedTuple):
    """The proxies for https: and http: URLs; None connects directly."""

    https: Upstream | None = None
    http: Upstream | None = None


def upstreams_of(environment: Mapping[str, str]) -> Upstreams:
    """Return the proxies that the variables name; raise UpstreamError for an unsupported one."""
    if "*" in no_proxy_of(environment):
        return Upstreams()
    return Upstreams(
        _first(environment, "https_proxy", "all_proxy"),
        _first(environment, "http_proxy", "all_proxy"),
    )


def no_proxy_of(environment: Mapping[str, str]) -> Sequence[str]:
    """Return the hosts to reach without a proxy."""
    lists = [environment.get(name, "") for name in ("no_proxy", "NO_PROXY")]
    entries = (entry.strip() for one in lists for entry in one.split(","))
    return list(dict.fromkeys(filter(None, entries)))


def local_hosts(environment: Mapping[str, str]) -> str:
    """Return the value of NO_PROXY for the app: the user's, without what would exempt Twilio."""
    kept = [one for one in no_proxy_of(environment) if not _covers_twilio(one)]
    return ",".join(dict.fromkeys([*kept, *LOCAL]))


def _covers_twilio(entry: str) -> bool:
    name = entry.lower().partition(":")[0].lstrip("*").strip(".")
    return not name or f".{API_HOST}".endswith(f".{name}") or name.endswith(".twilio.com")


def _first(environment: Mapping[str, str], *names: str) -> Upstream | None:
    """Return the proxy of the first variable that is set, in lower or upper case."""
    for name in names:
        for variable in (name, name.upper()):
            if environment.get(variable):
                return _upstream(variable, environment[variable])
    return None


def _upstream(variable: str, url: str) -> Upstream:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port or DEFAULT_PORT
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port:
        raise UpstreamError(
            f"{variable} isn't the http:// URL of a proxy, and no other kind is supported. Change "
            "it, or unset it for this command."
        )
    if parts.username is None:
        return Upstream(parts.hostname, port)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Upstream(parts.hostname, port, "Basic " + base64.b64encode(login.encode()).decode())
