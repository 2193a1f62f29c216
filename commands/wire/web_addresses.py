"""The URLs to set on a number: those of this app's functions, and others."""

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

# Characters that need no quoting in a URL: printable ASCII, including the percent sign.
PRINTABLE = "".join(map(chr, range(ord("!"), ord("~") + 1)))


class App(NamedTuple):
    """A running app: its address without a trailing slash, and the functions in its folder."""

    url: str
    route_prefix: str
    functions: Collection[str]
    has_local_stack: bool

    @classmethod
    def at(cls, url: str, root: Path, *, has_local_stack: bool) -> "App":
        """Return the app in `root`, running at `url`; raise CommandError if a URL is invalid."""
        address = outside_url(url, option="the app's address", has_local_stack=has_local_stack)
        if "?" in address or "#" in address:
            raise CommandError("the app's address can't have a query or a fragment", exit_status=2)
        names = sorted(path.parent.name for path in root.glob("*/function.json"))
        return cls(address.rstrip("/"), _route_prefix(root), names, has_local_stack)

    def has(self, url: str) -> bool:
        """Return whether a URL belongs to this app."""
        own, other = _comparable(self.url), _comparable(url)
        return other == own or other.startswith(f"{own}/")

    def url_of(self, text: str, *, option: str, prefix: str) -> str:
        """Return the URL of a function: `TwimlHello`, or `TwimlMessage?Message=Hello#tt=8000`.

        Return a full URL unchanged. Raise CommandError if the function doesn't exist, or Twilio
        can't call it because its name doesn't start with `prefix`.
        """
        if "://" in text:
            return outside_url(text, option=option, has_local_stack=self.has_local_stack)
        name = re.split("[?#]", text, maxsplit=1)[0]
        if name not in self.functions:
            raise CommandError(
                f"{option}: unknown function {name}{self._similar(name)}", exit_status=2
            )
        if not name.startswith(prefix):
            raise CommandError(
                f"{option}: Twilio can't call {name}. Choose a function that starts with {prefix}",
                exit_status=2,
            )
        path = f"{self.route_prefix}/{name}" if self.route_prefix else name
        url = f"{self.url}/{path}{quote(text[len(name) :], safe=PRINTABLE)}"
        return outside_url(url, option=option, has_local_stack=self.has_local_stack)

    def _similar(self, name: str) -> str:
        by_lower_case = {function.lower(): function for function in self.functions}
        found = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
        return f". Did you mean {by_lower_case[found[0]]}?" if found else ""


def outside_url(text: str, *, option: str, has_local_stack: bool) -> str:
    """Return a URL that Twilio can fetch; raise CommandError if it can't.

    It must be https and not on this machine, except for the emulated Twilio.
    """
    if is_loopback(text) and not has_local_stack:
        raise CommandError(
            f"{option}: Twilio can't reach this machine. Use the address of the deployed app or "
            "of a tunnel, such as https://….azurewebsites.net",
            exit_status=2,
        )
    try:
        return twiml_url(text, has_local_stack=has_local_stack, field="url")
    except InvalidRequestError:
        raise CommandError(f"{option} must be a percent-encoded https URL", exit_status=2) from None


def _comparable(url: str) -> str:
    """Normalize the case of the host and the default port (RFC 3986, section 6.2)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    default = ":443" if parts.scheme == "https" else ":80"
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(default)
    return parts._replace(netloc=host).geturl()


def has_secret(url: str) -> bool:
    """Return whether a URL contains a password, or a query parameter that may be a key."""
    parts = urlsplit(url)
    names = {pair.partition("=")[0].lower() for pair in parts.query.split("&")}
    words = ("code", "key", "pass", "secret", "sig", "token")
    return "@" in parts.netloc or any(word in name for name in names for word in words)


def shown(url: str) -> str:
    """Return a URL for display, without a password or a query that may contain a key."""
    if not url or not has_secret(url):
        return url or "nothing"
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    hidden = "***@" if "@" in parts.netloc else ""
    query = "***" if has_secret(parts._replace(netloc=host).geturl()) else parts.query
    return parts._replace(netloc=hidden + host, query=query).geturl()


def _route_prefix(root: Path) -> str:
    """Return the first segment of every function's path; `api` unless host.json overrides it."""
    try:
        value: Any = json.loads((root / "host.json").read_text("utf-8-sig"))
    except (OSError, ValueError):
        raise CommandError("host.json is missing or invalid") from None
    for name in ("extensions", "http", "routePrefix"):
        value = cast(dict[str, Any], value).get(name) if isinstance(value, dict) else None
    return value.strip("/") if isinstance(value, str) else "api"
