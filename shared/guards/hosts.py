"""Which hosts a call's documents may come from: the app's own, and those in the settings.

A document decides whom a call dials and texts, so a document from any host would bypass every
other guard.
"""

import re

from shared.config.local_stack import is_loopback
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.guard_errors import NotAllowedError
from shared.guards.addresses import Address, Origin, decodings

SETTING = "ALLOWED_TWIML_HOSTS"
# The function that returns the document in its own URL.
ECHO = "TwimlEcho"
# The prefixes of functions that Twilio may request; the others need a function key.
ASKED_BY_TWILIO = ("twiml", "on", "get")

_ECHO = re.compile(rf"\b{ECHO}\b", re.IGNORECASE)
_HOST = re.compile(r"(?:(https?|wss?):)?//([^/?#&\s\"'<>]*)", re.IGNORECASE)
# No dot: some servers drop one at the end.
_SEGMENT = re.compile("[A-Za-z0-9_~-]+")


# Path steps like `..`, and what a server may read as a slash or drop.
_UNSURE = re.compile(r"/\.{1,2}(?=/|$)|//|%|;")


class TwimlHosts:
    """The app's own URL, and the hosts in the settings."""

    def __init__(self, config: Settings) -> None:
        entries = config.guards.allowed_twiml_hosts
        self.has_every_host = "*" in entries
        pairs = (entry.partition(":") for entry in entries)
        self._allowed = {(host, int(port) if port else None) for host, _, port in pairs}
        own = Address.of(config.public_url)
        self._own = own.origin if own else None
        self._own_folder = own.path if own else ""
        self._has_local_stack = bool(config.local_stack_url)

    def require(self, url: str, field: str) -> None:
        """Raise NotAllowedError with `field` for a document's URL on a host that isn't allowed.

        Check URLs in its query too, because the app's own Twimlets continue there. A relative URL
        stays on its host. Raise InvalidRequestError for a URL that is ambiguous.
        """
        if self.has_every_host:
            return
        texts = [text.replace("\\", "/") for text in decodings(url, field)]
        found = {origin for text in texts for origin in _HOST.findall(text)}
        origins = [Origin.of(*origin) for origin in found]
        if not all(self._is_own(origin) or self._is_listed(origin) for origin in origins):
            raise _elsewhere(field)
        if any(_ECHO.search(text) for text in texts):
            raise _unchecked(field)

    def function_of(self, url: str, field: str) -> str:
        """Return which of this app's functions a URL names, in lower case; "" for another host.

        Raise NotAllowedError for a host that isn't allowed, InvalidRequestError for a URL of this
        app that Twilio shouldn't request or that its host might read differently.
        """
        if self.leads_elsewhere(url):
            raise _elsewhere(field)
        address = Address.of(url)
        path = self._own_path(address) if address else None
        if path is None and not (address and self._may_be_own(address)):
            return ""
        segments = (path or "").removeprefix("/").removesuffix("/").split("/")
        name = segments[-1].lower()
        is_plain = all(map(_SEGMENT.fullmatch, segments))
        if self.has_every_host:
            return name if is_plain else ""
        if name == ECHO.lower():
            raise _unchecked(field)
        if name.startswith(ASKED_BY_TWILIO) and is_plain:
            return name
        raise InvalidRequestError(
            f"`{field}` points to this app, but not to a function that Twilio may request. Use the "
            "plain function name, for example TwimlHello, without percent-encoding.",
            field=field,
        )

    def is_own(self, url: str) -> bool:
        """Return whether a URL points to this app, as a relative one does."""
        address = Address.of(url)
        return address is not None and self._own_path(address) is not None

    def leads_elsewhere(self, url: str) -> bool:
        """Return whether a URL points to a host that isn't allowed; ignore its query."""
        if self.has_every_host or self.is_own(url):
            return False
        address = Address.of(url)
        return address is None or not self._is_listed(address.origin)

    def _own_path(self, address: Address) -> str | None:
        """Return the path below PUBLIC_URL; None for an address elsewhere."""
        origin, path = address
        if origin is None and not path.startswith("/"):
            return path
        is_below = path.startswith(f"{self._own_folder}/")
        is_here = origin is None or self._is_own(origin)
        return path.removeprefix(self._own_folder) if is_here and is_below else None

    def _may_be_own(self, address: Address) -> bool:
        """Return whether a server might read or redirect an address as one of this app's."""
        origin, path = address
        if origin is None or self._own is None or origin.host != self._own.host:
            return False
        if not self._is_own(origin):  # http may redirect to https, or the other way around
            return origin.is_default and self._own.is_default
        is_alike = path.lower().startswith(f"{self._own_folder}/".lower())
        return is_alike or bool(_UNSURE.search(path))

    def _is_own(self, origin: Origin | None) -> bool:
        if origin is None or self._own is None:
            return False
        is_here = _is_on_this_machine(origin) and _is_on_this_machine(self._own)
        return origin.port == self._own.port and (origin.host == self._own.host or is_here)

    def _is_listed(self, origin: Origin | None) -> bool:
        if origin is None:
            return False
        is_local = self._has_local_stack and _is_on_this_machine(origin)
        ports = {origin.port, None} if origin.is_default else {origin.port}
        return is_local or any((origin.host, port) in self._allowed for port in ports)


def _is_on_this_machine(origin: Origin) -> bool:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return is_loopback(f"http://{host}")


def _elsewhere(field: str) -> NotAllowedError:
    return NotAllowedError(
        f"`{field}` points to a host that this app isn't allowed to get TwiML from. To allow "
        f"it, add the host name to {SETTING}, with the port if it isn't the default one.",
        setting=SETTING,
        field=field,
    )


def _unchecked(field: str) -> NotAllowedError:
    return NotAllowedError(
        f"`{field}` points to TwimlEcho, and the app can't check a document there. Send the "
        f"document as `twiml` instead, or allow every host: set {SETTING} to *.",
        setting=SETTING,
        field=field,
    )
