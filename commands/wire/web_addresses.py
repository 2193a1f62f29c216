"""Web addresses that are handed to Twilio: those of this app's functions, and those of others."""

import difflib
import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import quote, urlsplit

from commands.errors import CommandError
from shared.config.local_stack import is_loopback
from shared.errors import InvalidRequestError
from shared.http.web_addresses import twiml_url

# What may stand in a URL as it is: all of ASCII that can be seen, the percent sign included.
PRINTABLE = "".join(map(chr, range(ord("!"), ord("~") + 1)))


class App(NamedTuple):
    """A running app: its address without a slash at the end, and what is in its folder."""

    url: str
    route_prefix: str
    functions: Collection[str]
    has_local_stack: bool

    @classmethod
    def at(cls, url: str, root: Path, *, has_local_stack: bool) -> "App":
        """The app in the folder `root`, running at `url`; raise CommandError for a wrong one."""
        address = outside_url(url, option="the app's address", has_local_stack=has_local_stack)
        if "?" in address or "#" in address:
            raise CommandError(
                "the app's address must have no query and no fragment", exit_status=2
            )
        names = sorted(path.parent.name for path in root.glob("*/function.json"))
        return cls(address.rstrip("/"), _route_prefix(root), names, has_local_stack)

    def has(self, url: str) -> bool:
        """Whether a URL leads to this app."""
        own, other = _comparable(self.url), _comparable(url)
        return other == own or other.startswith(f"{own}/")

    def url_of(self, text: str, *, option: str, prefix: str) -> str:
        """The URL of a function, such as `TwimlHello` or `TwimlMessage?Message=Hello#tt=8000`.

        A whole URL passes as it is. Raise CommandError when there is no such function, or one
        that Twilio cannot call: the name has to begin with `prefix`.
        """
        if "://" in text:
            return outside_url(text, option=option, has_local_stack=self.has_local_stack)
        name = re.split("[?#]", text, maxsplit=1)[0]
        if name not in self.functions:
            raise CommandError(
                f"{option}: there is no function {name}{self._similar(name)}", exit_status=2
            )
        if not name.startswith(prefix):
            raise CommandError(
                f"{option}: Twilio cannot call {name}; the functions for this begin with {prefix}",
                exit_status=2,
            )
        path = f"{self.route_prefix}/{name}" if self.route_prefix else name
        url = f"{self.url}/{path}{quote(text[len(name) :], safe=PRINTABLE)}"
        return outside_url(url, option=option, has_local_stack=self.has_local_stack)

    def _similar(self, name: str) -> str:
        by_lower_case = {function.lower(): function for function in self.functions}
        found = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
        return f"; did you mean {by_lower_case[found[0]]}?" if found else ""


def outside_url(text: str, *, option: str, has_local_stack: bool) -> str:
    """Return a URL that Twilio can fetch; else raise CommandError.

    It has to be https and no address of this machine, except for the emulated Twilio.
    """
    if is_loopback(text) and not has_local_stack:
        raise CommandError(
            f"{option}: Twilio cannot reach this machine. Give the address of the deployed app "
            "or of a tunnel, such as https://….azurewebsites.net",
            exit_status=2,
        )
    try:
        return twiml_url(text, has_local_stack=has_local_stack, field="url")
    except InvalidRequestError:
        raise CommandError(
            f"{option}: must be an https URL, percent-encoded", exit_status=2
        ) from None


def _comparable(url: str) -> str:
    """A URL without what makes no difference (RFC 3986, 6.2): case of the host, default port."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    default = ":443" if parts.scheme == "https" else ":80"
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(default)
    return parts._replace(netloc=host).geturl()


def has_secret(url: str) -> bool:
    """Whether a URL carries a password, or something in its query that may be a key."""
    parts = urlsplit(url)
    names = {pair.partition("=")[0].lower() for pair in parts.query.split("&")}
    words = ("code", "key", "pass", "secret", "sig", "token")
    return "@" in parts.netloc or any(word in name for name in names for word in words)


def shown(url: str) -> str:
    """A URL for the screen: without a password, and without a query that may hold a key."""
    if not url or not has_secret(url):
        return url or "nothing"
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    hidden = "***@" if "@" in parts.netloc else ""
    query = "***" if has_secret(parts._replace(netloc=host).geturl()) else parts.query
    return parts._replace(netloc=hidden + host, query=query).geturl()


def _route_prefix(root: Path) -> str:
    """The first part of each function's path; `api` unless host.json says otherwise."""
    try:
        value: Any = json.loads((root / "host.json").read_text("utf-8-sig"))
    except (OSError, ValueError):
        raise CommandError("host.json cannot be read") from None
    for name in ("extensions", "http", "routePrefix"):
        value = cast(dict[str, Any], value).get(name) if isinstance(value, dict) else None
    return value.strip("/") if isinstance(value, str) else "api"
